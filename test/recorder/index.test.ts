import Database from 'better-sqlite3'
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { createRecorder, type Recorder, type RecorderOptions, type RecorderState } from '../../src/recorder/index.ts'
import { openReader } from '../../src/store/reader.ts'
import { info, instance } from '../support/recording.ts'
import { temporaryFolder } from '../support/temporary.ts'

const workerUrl = new URL('../../dist/recorder/thread.js', import.meta.url)
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const folder = (): string => temporaryFolder((clean) => cleanups.push(clean))

async function start(options: Partial<RecorderOptions> = {}): Promise<{ recorder: Recorder; db: string }> {
  const db = options.db ?? join(folder(), 'capture.db')
  const recorder = await createRecorder({ workerUrl, instance, ...options, db })
  cleanups.push(() => recorder.close())
  return { recorder, db }
}

const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
const head = `POST /mcp HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
const call = Buffer.from(head + body)

/** Resolves with the next state of that kind. */
function state(recorder: Recorder, kind: RecorderState['kind']): Promise<RecorderState> {
  return new Promise((resolve) => recorder.onState((next) => next.kind === kind && resolve(next)))
}

/** Feeds calls on connection 1, one after the other, until told to stop. */
function feed(recorder: Recorder, everyMs: number): { stop(): number } {
  let sent = 0
  const feeding = setInterval(() => {
    const now = Date.now() * 1000
    recorder.tap.chunk(1, 'c2s', call, now, now, true)
    sent++
  }, everyMs)
  cleanups.push(() => clearInterval(feeding))
  return {
    stop() {
      clearInterval(feeding)
      return sent
    },
  }
}

const blob = (bytes: number): Buffer =>
  Buffer.from(`POST /up HTTP/1.1\r\nContent-Length: ${bytes}\r\n\r\n${'x'.repeat(bytes)}`)

describe('a capture that cannot be opened', () => {
  test('is left as it is when it is no database', async () => {
    const db = join(folder(), 'notes.txt')
    writeFileSync(db, 'a'.repeat(5000))
    await expect(start({ db })).rejects.toMatchObject({ code: 'STORE_NOT_A_CAPTURE', hint: expect.any(String) })
    expect(readFileSync(db, 'utf8')).toBe('a'.repeat(5000))
    expect(existsSync(`${db}-wal`)).toBe(false)
  })

  test('is left as it is when it belongs to another program', async () => {
    const db = join(folder(), 'other.db')
    const other = new Database(db)
    other.exec('CREATE TABLE notes (text TEXT)')
    other.close()
    const before = readFileSync(db)
    await expect(start({ db })).rejects.toMatchObject({ code: 'STORE_NOT_A_CAPTURE' })
    expect(readFileSync(db).equals(before)).toBe(true)
  })

  test('is refused when it is newer', async () => {
    const { recorder, db } = await start()
    await recorder.close()
    const newer = new Database(db)
    newer.pragma('user_version = 999')
    newer.close()
    await expect(start({ db })).rejects.toMatchObject({ code: 'STORE_NEWER' })
  })

  test('says so when its folder cannot be made', async () => {
    const file = join(folder(), 'file')
    writeFileSync(file, '')
    await expect(start({ db: join(file, 'capture.db') })).rejects.toMatchObject({ code: 'STORE_OPEN_FAILED' })
  })
})

test('the capture and its key are for their owner alone', async () => {
  const { db } = await start()
  for (const path of [db, `${db}.key`, `${db}-wal`]) expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readFileSync(db).includes(readFileSync(`${db}.key`, 'utf8').trim())).toBe(false)
})

test('flush resolves when everything received is stored', async () => {
  const { recorder, db } = await start()
  recorder.tap.opened(1, 1, info)
  for (let i = 0; i < 100; i++) recorder.tap.chunk(1, 'c2s', call, i + 1, i + 2, true)
  await recorder.flush()
  const reader = openReader(db)
  expect(reader.totals().frames).toBe(200)
  reader.close()
  expect(recorder.stats()).toMatchObject({ recordedBytes: 100 * call.length, queueBytes: 0, lostBytes: 0 })
})

test('what becomes known later is put into the instance', async () => {
  const { recorder, db } = await start()
  recorder.setInstance({ uiPort: 6273, url: 'http://127.0.0.1:6278/mcp' })
  await recorder.flush()
  const reader = openReader(db)
  expect(reader.instances()).toMatchObject([{ uiPort: 6273, url: 'http://127.0.0.1:6278/mcp', endedAt: null }])
  await recorder.close()
  expect(reader.instances()[0]!.endedAt).not.toBeNull()
  reader.close()
})

describe('overload', () => {
  test('asks for a pause at the bound, and takes it back below half', async () => {
    const { recorder, db } = await start({ queueBytes: 1024 * 1024 })
    const asked: boolean[] = []
    const released = new Promise<void>((resolve) =>
      recorder.onPressure((pause) => {
        asked.push(pause)
        if (!pause) resolve()
      }),
    )
    recorder.tap.opened(1, 1, info)
    for (let i = 0; i < 20; i++) recorder.tap.chunk(1, 'c2s', blob(100_000), i + 1, i + 2, true)
    await released
    await recorder.flush()
    expect(asked).toEqual([true, false])
    expect(recorder.stats().lostBytes).toBe(0)
    expect(recorder.stats().queueHighWater).toBeGreaterThanOrEqual(1024 * 1024)
    const reader = openReader(db)
    expect(reader.totals().frames).toBe(40)
    reader.close()
  })

  test('drops and counts instead when told to, and records again', async () => {
    const { recorder, db } = await start({ queueBytes: 1024 * 1024, onOverload: 'drop' })
    const recovered = state(recorder, 'recovered')
    recorder.tap.opened(1, 1, info)
    const chunk = blob(100_000)
    for (let i = 0; i < 30; i++) recorder.tap.chunk(1, 'c2s', chunk, i + 1, i + 2, true)
    await recovered
    recorder.tap.chunk(1, 'c2s', call, 100, 101, true)
    await recorder.flush()
    const { lostChunks, lostBytes } = recorder.stats()
    expect(lostChunks).toBeGreaterThan(0)
    expect(lostBytes).toBe(lostChunks * chunk.length)
    const reader = openReader(db)
    expect(reader.losses()).toMatchObject([{ chunks: lostChunks, bytes: lostBytes, reason: 'overload' }])
    // understood again at the border behind the gap, and addressed by what was received
    const last = reader.frames().rows.at(-1)!
    expect(last).toMatchObject({ kind: 'body', offset: 30 * chunk.length + head.length })
    expect(Buffer.from(reader.raw(last.id)!).toString()).toBe(body)
    reader.close()
  })
})

describe('when the recorder cannot store', () => {
  test('a capture locked by another lets traffic go on within two seconds, and loses only what came in between', async () => {
    const { recorder, db } = await start()
    recorder.tap.opened(1, 1, info)
    const lost = state(recorder, 'lost')
    const recovered = state(recorder, 'recovered')
    const other = new Database(db)
    other.exec('BEGIN IMMEDIATE')
    const began = Date.now()
    const traffic = feed(recorder, 5)
    await lost
    expect(Date.now() - began).toBeLessThan(2600)
    setTimeout(() => other.exec('COMMIT'), 100)
    await recovered
    const sent = traffic.stop()
    await recorder.flush()
    const { lostChunks } = recorder.stats()
    expect(lostChunks).toBeGreaterThan(0)
    expect(lostChunks).toBeLessThan(sent)
    const reader = openReader(db)
    expect(reader.losses()).toMatchObject([{ chunks: lostChunks }])
    expect(reader.frames({ messages: true, limit: 5000 }).rows).toHaveLength(sent - lostChunks)
    reader.close()
    other.close()
  })

  test('a full disk is counted, and recording resumes when there is room', async () => {
    const { recorder, db } = await start({ maxPages: 200 })
    recorder.tap.opened(1, 1, info)
    recorder.tap.chunk(1, 'c2s', blob(1_500_000), 1, 2, true)
    await recorder.flush()
    const lost = state(recorder, 'lost')
    const recovered = state(recorder, 'recovered')
    recorder.tap.chunk(1, 'c2s', blob(2_000_000), 3, 4, true)
    expect(await lost).toMatchObject({ reason: expect.stringContaining('full') })
    recorder.tap.chunk(1, 'c2s', call, 5, 6, true)
    expect(recorder.stats()).toMatchObject({ lostChunks: 1, lostBytes: call.length })
    const other = new Database(db)
    other.exec('DELETE FROM raw')
    other.close()
    expect(await recovered).toMatchObject({ chunks: 1, bytes: call.length })
    await recorder.flush()
    const reader = openReader(db)
    expect(reader.losses()).toMatchObject([{ from: 5, to: 5, chunks: 1, bytes: call.length }])
    expect(reader.frames().rows.filter(({ kind }) => kind === 'body')).toHaveLength(2)
    reader.close()
  })

  test('a capture that is taken away is made anew, and connections that are open go on in it', async () => {
    const { recorder, db } = await start()
    recorder.tap.opened(1, 1, info)
    recorder.tap.chunk(1, 'c2s', call, 1, 2, true)
    await recorder.flush()
    const lost = state(recorder, 'lost')
    const recovered = state(recorder, 'recovered')
    for (const end of ['', '-wal', '-shm']) renameSync(db + end, `${db}.old${end}`)
    await lost
    recorder.tap.chunk(1, 'c2s', call, 3, 4, true)
    await recovered
    recorder.tap.chunk(1, 'c2s', call, 5, 6, true)
    await recorder.flush()
    const reader = openReader(db)
    expect(reader.losses()).toMatchObject([{ chunks: 1, bytes: call.length }])
    const frames = reader.frames({ messages: true }).rows
    expect(frames).toMatchObject([{ offset: 2 * call.length + head.length, length: body.length }])
    reader.close()
  })
})

describe('limits', () => {
  test('prune by themselves what is over, never what runs, and say so in the record', { timeout: 30_000 }, async () => {
    const db = join(folder(), 'capture.db')
    const { recorder: earlier } = await start({ db })
    for (let id = 1; id <= 4; id++) {
      const now = Date.now() * 1000
      earlier.tap.opened(id, now, info)
      earlier.tap.chunk(id, 'c2s', blob(600_000), now, now, true)
      earlier.tap.ended(id, 'c2s', now, { how: 'fin', by: 'client' }, 0)
      earlier.tap.ended(id, 's2c', now, { how: 'fin', by: 'server' }, 0)
      earlier.tap.closed(id, now)
    }
    await earlier.close()

    const { recorder } = await start({ db, limits: { maxBytes: 1_500_000 } })
    const now = Date.now() * 1000
    recorder.tap.opened(1, now, info)
    recorder.tap.chunk(1, 'c2s', blob(2_000_000), now, now, true)
    await recorder.flush()
    const capture = new Database(db, { readonly: true })
    cleanups.push(() => capture.close())
    const notes = capture.prepare(`SELECT detail FROM log WHERE kind = 'pruned'`).pluck()
    await expect.poll(() => notes.all(), { timeout: 20_000 }).toHaveLength(1)
    expect(JSON.parse(String(notes.get()))).toMatchObject({ sessions: 0, connections: 4 })
    expect(capture.prepare('SELECT closed_at, c2s_bytes FROM connection').raw().all()).toEqual([
      [null, blob(2_000_000).length],
    ])
    expect(capture.prepare('SELECT sum(length(bytes)) FROM raw').pluck().get()).toBe(blob(2_000_000).length)
  })
})
