import { spawn } from 'node:child_process'
import { firstLine, idle, memory, peerScript, cpuSeconds, stop } from '../processes.ts'
import type { Load } from '../load/load.ts'
import type { Suite } from '../suite.ts'
import { figure } from '../table.ts'

const idleSeconds = 5

/** Many open event streams that stay silent: memory of each, and what the process does meanwhile. */
export const openStreams: Suite = {
  name: 'streams',
  title: 'Open event streams, silent (--streams)',
  maxRounds: 1,
  fresh: true,
  columns: [
    { key: 'open', title: 'open', show: figure },
    { key: 'opened', title: 'all open after s', show: figure },
    { key: 'each', title: 'KiB each', show: figure, ratio: true },
    { key: 'cpu', title: 'CPU idle %', show: figure },
  ],
  measure: async (peer, { options }) => {
    await idle(peer.pid)
    const before = memory(peer.pid).now
    const load: Load = { mode: 'idle', port: peer.port, connections: options.streams }
    const child = spawn(process.execPath, [peerScript('load'), JSON.stringify(load)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    try {
      const { open, ms } = (await firstLine(child, 120_000)) as { open: number; ms: number }
      await idle(peer.pid)
      const each = ((memory(peer.pid).now - before) * 1024) / open
      const cpu = cpuSeconds(peer.pid)
      await new Promise((resolve) => setTimeout(resolve, idleSeconds * 1000))
      return { open, opened: ms / 1000, each, cpu: ((cpuSeconds(peer.pid) - cpu) / idleSeconds) * 100 }
    } finally {
      child.stdin.end()
      await stop(child)
    }
  },
}
