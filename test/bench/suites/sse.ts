import type { EventResult } from '../load/load.ts'
import { runLoad } from '../generator.ts'
import { cpuSeconds, idle } from '../processes.ts'
import type { Suite } from '../suite.ts'
import { figure } from '../table.ts'

/** Events of 200 bytes: as fast as they are taken for the rate, then paced (a thousand a second in all) for the delay. */
const sse = (connections: number): Suite => ({
  name: 'sse',
  title: `Server-sent events through ${connections} stream${connections === 1 ? '' : 's'}`,
  columns: [
    { key: 'perSecond', title: 'events/s', show: figure, ratio: true },
    { key: 'p50', title: 'delay p50 ms', show: figure },
    { key: 'p99', title: 'delay p99 ms', show: figure },
    { key: 'cpu', title: 'CPU s/1,000 events', show: figure },
  ],
  measure: async (peer, { options }) => {
    const total = Math.min(400_000, options.seconds * 40_000)
    const flood = (events: number): Promise<EventResult> =>
      runLoad({ mode: 'events', port: peer.port, connections, count: Math.ceil(events / connections), every: 0 })
    await flood(total / 10)
    await idle(peer.pid)
    const before = cpuSeconds(peer.pid)
    const { perSecond, events } = await flood(total)
    await idle(peer.pid)
    const cpu = ((cpuSeconds(peer.pid) - before) / events) * 1000
    const { p50, p99 } = await runLoad<EventResult>({
      mode: 'events',
      port: peer.port,
      connections,
      count: Math.ceil((options.seconds * 500) / connections),
      every: connections,
    })
    await idle(peer.pid)
    return { perSecond, p50, p99, cpu }
  },
})

export const oneStream = sse(1)
export const manyStreams = sse(32)
