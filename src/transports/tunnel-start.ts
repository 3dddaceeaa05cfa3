/** What a tunnel begins with decides what it is. */
import type { Socket } from 'node:net'

/** `tls`: the client begins a handshake (RFC 8446 §5.1: a record of type 22). `other`: anything else, and whatever the server begins. */
export type TunnelStart = 'tls' | 'other'

const HANDSHAKE = 22

/** Waits for the first bytes of either side, or its end. Nothing is taken from the sockets; both stay paused. Silent once one is closed. */
export function whoSpeaks(client: Socket, server: Socket, then: (what: TunnelStart) => void): void {
  const stop = (): void => {
    client.off('readable', clientSpeaks)
    server.off('readable', serverSpeaks)
    client.off('close', stop)
    server.off('close', stop)
  }
  const spoke = (socket: Socket): void => {
    stop()
    const bytes = socket.read() as Buffer | null
    // the end comes in the next tick, and somebody has to be there by then
    if (bytes === null) return then('other')
    socket.unshift(bytes)
    // by then the stream has forgotten that it was asked to be `readable`
    process.nextTick(() => {
      client.pause()
      server.pause()
      then(socket === client && bytes[0] === HANDSHAKE ? 'tls' : 'other')
    })
  }
  const clientSpeaks = (): void => spoke(client)
  const serverSpeaks = (): void => spoke(server)
  client.on('close', stop)
  server.on('close', stop)
  client.on('readable', clientSpeaks)
  server.on('readable', serverSpeaks)
}
