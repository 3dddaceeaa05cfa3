import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProxy, type Proxy } from '../../src/proxy.ts'

const STREAMS = 5000
/** Two sockets each, and what the process has open besides. */
const DESCRIPTORS = 2 * STREAMS + 500
const STREAM_BYTES = 40 * 1024

const limit = Number(/Max open files +\d+ +(\d+)/.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1] ?? 0)
const enough = limit >= DESCRIPTORS
/** For the report, where these are skipped. */
const why = enough ? '' : ` (${limit} descriptors, ${DESCRIPTORS} are needed)`

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function resident(): Promise<number> {
  collect()
  await pause(200)
  collect()
  return process.memoryUsage.rss()
}

/** Law 19 of a reverse proxy. To be run once in a process: memory that was freed before would hide what a stream costs. */
export const crowdLaws = (recording: boolean): void => {
  describe.skipIf(!enough)(`${recording ? 'recording' : 'not recording'}${why}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'mitmcp-test-'))
    let crowd: ChildProcess
    let proxy: Proxy
    let before = 0

    const ask = async <T>(message: object): Promise<T> => {
      crowd.send(message)
      const [answer] = (await once(crowd, 'message')) as [T]
      return answer
    }

    beforeAll(async () => {
      crowd = fork(fileURLToPath(new URL('../support/crowd.mjs', import.meta.url)))
      const [{ port }] = (await once(crowd, 'message')) as [{ port: number }]
      const db = recording ? join(folder, 'capture.db') : false
      proxy = await createProxy({ target: `http://127.0.0.1:${port}/mcp`, port: 0, db, ui: false })
      before = await resident()
    })
    afterAll(async () => {
      crowd.disconnect()
      await proxy.close()
      rmSync(folder, { recursive: true, force: true })
    })

    it('law 19: holds five thousand open streams in less than 40 KiB each', async () => {
      const { streams } = await ask<{ streams: number }>({ gather: { port: proxy.port, count: STREAMS } })
      expect(streams).toBe(STREAMS)
      expect(proxy.stats().open).toBe(STREAMS)
      await proxy.flush()
      const each = ((await resident()) - before) / STREAMS
      process.stdout.write(`an open stream: ${(each / 1000).toFixed(1)} kB\n`)
      expect(each).toBeLessThan(STREAM_BYTES)
    })

    it('law 19: is idle while they are', async () => {
      await pause(1000)
      const cpu = process.cpuUsage()
      await pause(1000)
      const { user, system } = process.cpuUsage(cpu)
      expect((user + system) / 1e6).toBeLessThan(0.05)
    })

    it('law 19: delivers an event to each of them', async () => {
      const { tookMs } = await ask<{ tookMs: number }>({ fire: true })
      expect(tookMs).toBeLessThan(5000)
    })

    it('law 19: is rid of them when they leave', async () => {
      crowd.send({ leave: true })
      const until = performance.now() + 10_000
      while (proxy.stats().open > 0 && performance.now() < until) await pause(50)
      expect(proxy.stats().open).toBe(0)
      await proxy.flush()
      expect((await resident()) - before).toBeLessThan(STREAMS * STREAM_BYTES)
    })
  })
}
