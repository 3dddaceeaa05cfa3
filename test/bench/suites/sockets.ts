import { runLoad } from '../generator.ts'
import type { CallResult } from '../load/load.ts'
import { cpuSeconds, idle } from '../processes.ts'
import type { Suite } from '../suite.ts'
import { figure } from '../table.ts'

/** A tools/call there and its answer back, one after the other on each of 32 WebSockets. Behind the handshake `http-proxy` is a TCP pipe. */
export const webSockets: Suite = {
  name: 'websocket',
  title: 'WebSocket, a message there and back, 32 connections',
  columns: [
    { key: 'perSecond', title: 'messages/s', show: figure, ratio: true },
    { key: 'p50', title: 'p50 ms', show: figure, ratio: true },
    { key: 'p99', title: 'p99 ms', show: figure },
    { key: 'cpu', title: 'CPU s/1,000 messages', show: figure },
  ],
  measure: async (peer, { options }) => {
    const load = (seconds: number): Promise<CallResult> =>
      runLoad<CallResult>({ mode: 'sockets', port: peer.port, connections: 32, seconds })
    await load(1)
    await idle(peer.pid)
    const before = cpuSeconds(peer.pid)
    const { total, perSecond, p50, p99 } = await load(options.seconds)
    await idle(peer.pid)
    return { perSecond, p50, p99, cpu: ((cpuSeconds(peer.pid) - before) / total) * 1000 }
  },
}
