import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createRecorder } from '../../src/recorder/index.ts'
import { openReader } from '../../src/store/reader.ts'
import { info, instance } from '../support/recording.ts'
import { temporaryFolder } from '../support/temporary.ts'

const script = fileURLToPath(new URL('../fixtures/recording-process.mjs', import.meta.url))

/** Kills a recording process behind so many calls. Gives what it had tapped and what is in the capture. */
async function kill(db: string, calls: number) {
  const child = spawn(process.execPath, [script, db], { stdio: ['ignore', 'pipe', 'inherit'] })
  let last = ''
  let lines = 0
  for await (const line of createInterface(child.stdout)) {
    last = line
    if (++lines === calls) child.kill('SIGKILL')
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  const [bytes, at] = last.split(' ').map(Number) as [number, number]
  const reader = openReader(db)
  const stored = Buffer.from(reader.bytes(1, 'c2s', 0)).toString()
  const frames = reader.frames({ limit: 5000 }).rows
  reader.close()
  return { tapped: bytes, at, stored, frames }
}

test('a process killed at any instant leaves a capture that opens and lacks at most the last 50 ms', async () => {
  const missing: number[] = []
  for (const calls of [60, 97, 131, 166, 204]) {
    const { tapped, at, stored, frames } = await kill(join(temporaryFolder(), 'capture.db'), calls)
    expect(stored.length).toBeLessThanOrEqual(tapped)
    const ids = [...stored.matchAll(/"id":(\d+)/g)].map(([, id]) => Number(id))
    expect(ids).toEqual(ids.map((_, i) => i + 1))
    expect(frames.reduce((sum, { length }) => sum + length, 0)).toBe(stored.length)
    missing.push((at - (frames.at(-1)?.receivedAt ?? 0)) / 1000)
  }
  // the machine may take its time over one of them; that is no load the recorder keeps up with
  expect(missing.toSorted((a, b) => a - b)[2]).toBeLessThanOrEqual(50)
})

test('of 100,000 calls every frame is stored once, in order, and its instants never run backwards', async () => {
  const CALLS = 100_000
  const CONNECTIONS = 16
  const db = join(temporaryFolder(), 'capture.db')
  const workerUrl = new URL('../../dist/recorder/thread.js', import.meta.url)
  const recorder = await createRecorder({ db, workerUrl, instance })
  try {
    let resume: (() => void) | undefined
    let paused = false
    recorder.onPressure((pause) => {
      paused = pause
      if (!pause) resume?.()
    })
    let now = 1
    for (let c = 1; c <= CONNECTIONS; c++) recorder.tap.opened(c, now, info)
    for (let id = 0; id < CALLS; id++) {
      const connection = 1 + (id % CONNECTIONS)
      const asked = `{"jsonrpc":"2.0","id":${id},"method":"ping"}`
      const given = `{"jsonrpc":"2.0","id":${id},"result":{}}`
      const put = (direction: 'c2s' | 's2c', start: string, body: string): void => {
        const text = `${start}\r\nContent-Type: application/json\r\nMcp-Session-Id: s${connection}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
        recorder.tap.chunk(connection, direction, Buffer.from(text, 'latin1'), ++now, now, true)
      }
      put('c2s', 'POST /mcp HTTP/1.1', asked)
      put('s2c', 'HTTP/1.1 200 OK', given)
      if (paused) await new Promise<void>((done) => (resume = done))
    }
    await recorder.flush()
    expect(recorder.stats()).toMatchObject({ lostBytes: 0, queueBytes: 0 })
    const reader = openReader(db)
    expect(reader.totals()).toMatchObject({ frames: 4 * CALLS, calls: CALLS, sessions: CONNECTIONS })
    const seen = new Map<string, { offset: number; at: number }>()
    const wrong: string[] = []
    let ids = 0
    let after = 0
    for (;;) {
      const { rows } = reader.frames({ after, limit: 5000 })
      if (rows.length === 0) break
      for (const { connection, direction, offset, length, receivedAt, messages } of rows) {
        const pipe = `${connection} ${direction}`
        const before = seen.get(pipe) ?? { offset: 0, at: 0 }
        if (offset !== before.offset || receivedAt < before.at) wrong.push(`${pipe} at ${offset}`)
        seen.set(pipe, { offset: offset + length, at: receivedAt })
        if (messages[0]?.method === 'ping' && messages[0].call !== null) ids += Number(messages[0].rpcId)
      }
      after = rows.at(-1)!.id
    }
    expect(wrong).toEqual([])
    // each id once asked and once answered, both tied to their call
    expect(ids).toBe(2 * ((CALLS * (CALLS - 1)) / 2))
    expect(reader.calls({ limit: 5000 }).every(({ outcome }) => outcome === 'ok')).toBe(true)
    reader.close()
  } finally {
    await recorder.close()
  }
}, 120_000)
