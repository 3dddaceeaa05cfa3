import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { firstLine, stop } from '../processes.ts'
import type { Solo } from '../suite.ts'
import { figure, median } from '../table.ts'

const runs = 9
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** From starting the process to the line that says it listens, capture and UI included; beside it, Node starting for nothing. */
export const startUp: Solo = {
  name: 'start',
  title: 'Start to listening',
  run: async ({ folder, upstream }) => {
    const timed = async (args: readonly string[]): Promise<number> => {
      const from = performance.now()
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
      await firstLine(child)
      const ms = performance.now() - from
      await stop(child)
      return ms
    }
    const ours: number[] = []
    const nothing: number[] = []
    for (let run = 0; run < runs; run++) {
      nothing.push(await timed(['-e', 'console.log("{}")']))
      const capture = join(folder, `start-${run}.db`)
      ours.push(
        await timed([
          main,
          `http://127.0.0.1:${upstream.port}/mcp`,
          '--port',
          '0',
          '--ui-port',
          '0',
          '--json',
          '--db',
          capture,
        ]),
      )
    }
    const figures = { ms: median(ours), slowestMs: Math.max(...ours), nodeMs: median(nothing) }
    return {
      lines: [
        `median ${figure(figures.ms)} ms, slowest ${figure(figures.slowestMs)} ms of ${runs}; node alone ${figure(figures.nodeMs)} ms`,
      ],
      figures,
    }
  },
}
