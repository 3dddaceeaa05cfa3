import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { candidates } from '../candidates.ts'
import type { Load } from '../load/load.ts'
import { cpuSeconds, firstLine, idle, memory, peerScript, stop } from '../processes.ts'
import type { Solo } from '../suite.ts'
import { figure } from '../table.ts'

const streams = 10
const perSecond = 10_000
const seconds = 60

interface Stats {
  readonly queueBytes: number
  readonly queueHighWater: number
  readonly lostBytes: number
  readonly recordedBytes: number
}

/** Ten thousand events a second through ten streams for a minute, all recorded: the queue must stay below its bound. */
export const longRun: Solo = {
  name: 'long',
  title: `${perSecond.toLocaleString('en')} frames a second for ${seconds} s`,
  run: async ({ folder, upstream }) => {
    const peer = await candidates.find(({ name }) => name === 'ours, recording')!.start(upstream, join(folder))
    const stats = async (): Promise<Stats> => {
      peer.child.send('stats')
      return ((await once(peer.child, 'message')) as [Stats])[0]
    }
    try {
      const before = { cpu: cpuSeconds(peer.pid), memory: memory(peer.pid).now }
      const load: Load = {
        mode: 'events',
        port: peer.port,
        connections: streams,
        count: (perSecond / streams) * seconds,
        every: (streams * 1000) / perSecond,
      }
      const child = spawn(process.execPath, [peerScript('load'), JSON.stringify(load)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const result = (await firstLine(child, (seconds + 60) * 1000)) as { events: number; p50: number; p99: number }
      await stop(child)
      const took = await idle(peer.pid).then(stats)
      const cpu = cpuSeconds(peer.pid) - before.cpu
      const { now, peak } = memory(peer.pid)
      const figures = {
        events: result.events,
        p50: result.p50,
        p99: result.p99,
        queueHighWater: took.queueHighWater,
        lostBytes: took.lostBytes,
        cpuShare: cpu / seconds,
        growthMiB: now - before.memory,
        peakMiB: peak,
      }
      return {
        lines: [
          `${figure(result.events)} events; delay p50 ${figure(result.p50)} ms, p99 ${figure(result.p99)} ms`,
          `queue at most ${figure(took.queueHighWater / 1024)} KiB, lost ${took.lostBytes} bytes`,
          `CPU ${figure(figures.cpuShare * 100)} % of one core, memory + ${figure(figures.growthMiB)} MiB, peak ${figure(peak)} MiB`,
        ],
        figures,
      }
    } finally {
      await peer.stop()
    }
  },
}
