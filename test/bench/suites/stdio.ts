import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Solo } from '../suite.ts'
import { figure, median } from '../table.ts'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const ECHO = 'process.stdin.pipe(process.stdout)'
const WARM = 300
const TRIPS = 3000
const LINE = Buffer.concat([Buffer.alloc(1024 * 1024 - 1, 'x'), Buffer.from('\n')])

type Way = 'direct' | 'wrapped' | 'recorded'
const ways: readonly Way[] = ['direct', 'wrapped', 'recorded']

/** A server that echoes: by itself, wrapped without a capture that could be opened, wrapped and recorded. */
function start(way: Way, folder: string, run: number): ChildProcessWithoutNullStreams {
  const db = way === 'recorded' ? join(folder, `stdio-${run}-${Math.random()}.db`) : '/dev/null/none'
  const command = [process.execPath, '-e', ECHO]
  const line = way === 'direct' ? command : [process.execPath, main, 'stdio', '--db', db, '--', ...command]
  return spawn(line[0]!, line.slice(1), { stdio: ['pipe', 'pipe', way === 'wrapped' ? 'ignore' : 'pipe'] }) as never
}

/** Median and 99th percentile of one message there and back, in milliseconds. */
async function roundTrips(child: ChildProcessWithoutNullStreams): Promise<{ p50: number; p99: number }> {
  const message = `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo', text: 'x'.repeat(100) } })}\n`
  const times: number[] = []
  for (let trip = 0; trip < WARM + TRIPS; trip++) {
    const from = performance.now()
    child.stdin.write(message)
    for (let bytes = 0; bytes < message.length;) bytes += ((await once(child.stdout, 'data')) as [Buffer])[0].length
    if (trip >= WARM) times.push(performance.now() - from)
  }
  times.sort((a, b) => a - b)
  return { p50: times[Math.floor(times.length / 2)]!, p99: times[Math.floor(times.length * 0.99)]! }
}

/** Megabytes a second of lines of 1 MiB there and back, and the most the first process kept resident. */
async function largeLines(
  child: ChildProcessWithoutNullStreams,
  megabytes: number,
): Promise<{ rate: number; rss: number }> {
  const total = megabytes * LINE.length
  let peak = 0
  const watch = setInterval(() => (peak = Math.max(peak, residentMb(child.pid!))), 100)
  const from = performance.now()
  const read = (async () => {
    for (let bytes = 0; bytes < total;) bytes += ((await once(child.stdout, 'data')) as [Buffer])[0].length
  })()
  for (let line = 0; line < megabytes; line++) if (!child.stdin.write(LINE)) await once(child.stdin, 'drain')
  await read
  clearInterval(watch)
  return { rate: total / 1e6 / ((performance.now() - from) / 1000), rss: peak }
}

const residentMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024

/** Round trips and large lines over a wrapped server, beside the same server alone. */
export const stdio: Solo = {
  name: 'stdio',
  title: 'stdio: a wrapped server, beside the same alone',
  run: async ({ folder, options }) => {
    const figures: Record<string, number> = {}
    const lines: string[] = []
    const trips: Record<Way, { p50: number; p99: number }[]> = { direct: [], wrapped: [], recorded: [] }
    for (let round = 0; round < options.rounds; round++) {
      for (const way of ways) {
        const child = start(way, folder, round)
        trips[way].push(await roundTrips(child))
        child.stdin.end()
        await once(child, 'close')
      }
    }
    const direct = median(trips.direct.map(({ p50 }) => p50))
    for (const way of ways) {
      const p50 = median(trips[way].map((trip) => trip.p50))
      figures[`${way}P50`] = p50
      figures[`${way}Added`] = p50 - direct
      lines.push(
        `${way.padEnd(9)} p50 ${figure(p50)} ms (+${figure(p50 - direct)}), p99 ${figure(median(trips[way].map(({ p99 }) => p99)))} ms`,
      )
    }
    for (const way of ways) {
      const child = start(way, folder, 0)
      const { rate, rss } = await largeLines(child, Math.min(options.megabytes, 512))
      child.stdin.end()
      await once(child, 'close')
      figures[`${way}MbPerSecond`] = rate
      figures[`${way}PeakMb`] = rss
      lines.push(
        `${way.padEnd(9)} lines of 1 MiB: ${figure(rate)} MB/s there and back, ${figure(rss)} MB resident at most`,
      )
    }
    return { lines, figures }
  },
}
