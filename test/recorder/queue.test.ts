import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { BroadcastChannel } from 'node:worker_threads'
import { expect, onTestFinished, test, vi } from 'vitest'
import { beginRecorder } from '../../src/recorder/index.ts'
import { openReader } from '../../src/store/reader.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { info, instance } from '../support/recording.ts'

const thread = new URL('../../dist/recorder/thread.js', import.meta.url)
const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
const head = `POST /mcp HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
const call = Buffer.from(head + body)

/** The recorder's thread behind a gate that opens on a message to a channel of this name. */
const gated = (name: string): URL => {
  const path = join(temporaryFolder(), 'gated.mjs')
  writeFileSync(
    path,
    `import { BroadcastChannel } from 'node:worker_threads'
    const gate = new BroadcastChannel('${name}')
    await new Promise((resolve) => (gate.onmessage = resolve))
    gate.close()
    await import('${thread.href}')`,
  )
  return pathToFileURL(path)
}

test.each([
  ['loses nothing while there is room', 1, 0],
  ['lets traffic go on without it when there is none', 20, 1],
])('a thread that takes ten seconds to start %s', async (name, calls, losses) => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const db = join(temporaryFolder(), 'capture.db')
  const { recorder, opened } = beginRecorder({ db, workerUrl: gated(name), instance, queueBytes: 2000 })
  onTestFinished(() => recorder.close())
  const states: string[] = []
  recorder.onState(({ kind }) => states.push(kind))
  recorder.tap.opened(1, 1, info)
  for (let at = 1; at <= calls; at++) recorder.tap.chunk(1, 'c2s', call, at, at, true)
  void recorder.flush()
  vi.advanceTimersByTime(10_000)
  expect(states).toEqual(losses === 0 ? [] : ['lost'])
  vi.useRealTimers()
  recorder.tap.chunk(1, 'c2s', call, 100, 100, true)
  const gate = new BroadcastChannel(name)
  await vi.waitFor(async () => {
    gate.postMessage('open')
    await Promise.race([opened, Promise.reject(new Error('not yet'))])
  }, 10_000)
  gate.close()
  await vi.waitUntil(() => states.length === 2 * losses, 10_000)
  await recorder.flush()
  const reader = openReader(db)
  expect(reader.losses()).toHaveLength(losses)
  expect(reader.frames({ messages: true }).rows).toHaveLength(calls + 1 - losses)
  reader.close()
})
