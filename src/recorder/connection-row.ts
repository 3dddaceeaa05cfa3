import type { ConnectionInfo } from '../pipe/tap.ts'
import type { ConnectionRecord } from '../store/records.ts'

/** The row of a connection as it opens. */
export function connectionRow(openedAt: number, info: ConnectionInfo): ConnectionRecord {
  const { server, target, transport, clientAddress, clientPort, localAddress, localPort } = info
  return {
    id: 0,
    stored: false,
    dirty: false,
    server,
    target,
    transport,
    clientAddress,
    clientPort,
    localAddress,
    localPort,
    openedAt,
    upstreamAddress: null,
    upstreamPort: null,
    upstreamError: null,
    connectedAt: null,
    closedAt: null,
    c2sBytes: 0,
    s2cBytes: 0,
    c2sUnsent: 0,
    s2cUnsent: 0,
    c2sEnding: null,
    s2cEnding: null,
  }
}
