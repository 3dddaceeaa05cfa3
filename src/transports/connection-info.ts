/** What is known of a connection when it opens. */
import type { Socket } from 'node:net'
import type { ConnectionInfo } from '../pipe/tap.ts'

/** `target` undefined: the client never said where it wants to go. `prefix`: as in `ConnectionInfo`. */
export function connectionInfo(
  socket: Socket,
  target: URL | undefined,
  server = target?.host ?? '',
  prefix = '',
): ConnectionInfo {
  return {
    transport: 'http',
    server,
    target: target?.href ?? '',
    clientAddress: socket.remoteAddress ?? '',
    clientPort: socket.remotePort ?? 0,
    localAddress: socket.localAddress ?? '',
    localPort: socket.localPort ?? 0,
    ...(prefix === '' ? {} : { prefix }),
  }
}
