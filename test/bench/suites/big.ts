import type { BodyResult } from '../load/load.ts'
import { runLoad } from '../generator.ts'
import { idle, memory, resetPeak } from '../processes.ts'
import type { Suite } from '../suite.ts'
import { figure } from '../table.ts'

/** One long body: time, and how much resident memory grew at its peak, until all is recorded. */
export const bigBody: Suite = {
  name: 'big',
  title: 'One large body (--megabytes)',
  maxRounds: 3,
  fresh: true,
  columns: [
    { key: 'seconds', title: 'seconds', show: figure, ratio: true },
    { key: 'settled', title: 'until idle s', show: figure },
    { key: 'growth', title: 'memory + MiB', show: figure },
    { key: 'peak', title: 'peak MiB', show: figure },
  ],
  measure: async (peer, { options }) => {
    const fetch = (bytes: number): Promise<BodyResult> => runLoad({ mode: 'body', port: peer.port, bytes })
    await fetch(1 << 16)
    await idle(peer.pid)
    const before = memory(peer.pid).now
    resetPeak(peer.pid)
    const start = performance.now()
    const { ms } = await fetch(options.megabytes * 1024 * 1024)
    await idle(peer.pid, 60_000)
    const settled = (performance.now() - start) / 1000
    const { peak } = memory(peer.pid)
    return { seconds: ms / 1000, settled, growth: peak - before, peak }
  },
}
