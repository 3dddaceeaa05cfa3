import { once } from 'node:events'
import { statSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { prune, pruning } from '../../src/store/prune.ts'
import { emptyBatch } from '../../src/store/records.ts'
import { createWriter } from '../../src/store/writer.ts'
import { captureFixture, type CaptureFixture, fillCapture, START } from '../support/capture-fixture.ts'
import { connectionRecord } from '../support/records.ts'

const SECOND = 1_000_000
const DAY = 86_400 * SECOND
const NOW = START + 10 * DAY

/** `days` old, with a connection, a flow and three frames of its own, 100 kB of bytes, ended. */
function session({ add }: CaptureFixture, id: number, days: number, values: object = {}): void {
  const at = NOW - days * DAY
  add('session', {
    id,
    uid: `session${id}`,
    started_at: at,
    last_at: at,
    ended_at: at,
    frames: 3,
    bytes: 100_000,
    ...values,
  })
  add('connection', { id, opened_at: at, closed_at: at, s2c_bytes: 100_000 })
  add('flow', { id, connection: id, session: id })
  for (let i = 0; i < 3; i++) {
    const frame = add('frame', { flow: id, connection: id, session: id, messages: 1, length: 10 })
    const call = add('call', { session: id, flow: id, request_frame: frame })
    add('message', { frame, call })
    add('payload', { frame, bytes: Buffer.alloc(10) })
  }
  for (let i = 0; i < 10; i++) add('raw', { connection: id, offset: i * 10_000, bytes: Buffer.alloc(10_000, id) })
  add('instants', { connection: id, chunks: Buffer.alloc(8) })
  add('redaction', { connection: id })
}

const live = { ended_at: null, last_at: NOW - 9 * DAY }
const tables = ['session', 'connection', 'flow', 'frame', 'message', 'call', 'payload', 'raw', 'instants', 'redaction']
const count = ({ db }: CaptureFixture, table: string): number =>
  db.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number
const left = ({ db }: CaptureFixture): unknown[] => db.prepare('SELECT uid FROM session ORDER BY id').pluck().all()

describe('age', () => {
  test('takes sessions last active before it, with everything of theirs', () => {
    const capture = captureFixture()
    session(capture, 1, 5)
    session(capture, 2, 2)
    const before = Object.fromEntries(tables.map((table) => [table, count(capture, table)]))
    const report = prune(capture.path, { now: NOW, maxAgeMs: 3 * 86_400_000 })
    expect(report).toMatchObject({ sessions: ['session1'], spared: [], connections: 1, frames: 3 })
    expect(left(capture)).toEqual(['session2'])
    for (const table of tables) expect([table, count(capture, table)]).toEqual([table, (before[table] ?? 0) / 2])
  })

  test('takes traffic without session, its frames and calls too', () => {
    const capture = captureFixture()
    const at = NOW - 5 * DAY
    capture.add('connection', { id: 1, opened_at: at, closed_at: at })
    capture.add('flow', { id: 1, connection: 1 })
    const frame = capture.add('frame', { messages: 1 })
    capture.add('message', { frame, call: capture.add('call', { request_frame: frame }) })
    capture.add('raw', { bytes: Buffer.alloc(10) })
    capture.add('connection', { id: 2, opened_at: NOW, closed_at: NOW })
    expect(prune(capture.path, { now: NOW, maxAgeMs: 86_400_000 })).toMatchObject({
      connections: 1,
      frames: 1,
      sessions: [],
    })
    for (const table of ['flow', 'frame', 'message', 'call', 'raw'])
      expect([table, count(capture, table)]).toEqual([table, 0])
    expect(count(capture, 'connection')).toBe(1)
  })

  test('takes changes an hour old, and notes and losses of what is gone', () => {
    const capture = captureFixture()
    session(capture, 1, 5)
    session(capture, 2, 1)
    capture.add('change', { at: NOW - 3601 * SECOND })
    capture.add('change', { at: NOW - 3599 * SECOND })
    for (const days of [5, 2, 0.5]) {
      capture.add('loss', { from_at: NOW - days * DAY })
      capture.db.prepare(`INSERT INTO log VALUES (NULL, 1, NULL, NULL, NULL, ?, 'clock', '{}')`).run(NOW - days * DAY)
    }
    prune(capture.path, { now: NOW, maxAgeMs: 3 * 86_400_000 })
    expect([count(capture, 'change'), count(capture, 'loss'), count(capture, 'log')]).toEqual([1, 1, 1])
  })
})

describe('a running session', () => {
  test('of a live process stays, however old, and so do its open connections', () => {
    const capture = captureFixture()
    capture.db.exec(`UPDATE instance SET seen_at = ${NOW - 4 * SECOND}`)
    session(capture, 1, 9, live)
    capture.add('connection', { id: 2, opened_at: START })
    expect(prune(capture.path, { now: NOW, maxAgeMs: 1, maxBytes: 0 })).toMatchObject({
      sessions: [],
      connections: 0,
      frames: 0,
    })
    expect(count(capture, 'connection')).toBe(2)
  })

  test('goes when its process has been silent for five seconds, or has ended', () => {
    for (const change of [`seen_at = ${NOW - 6 * SECOND}`, `seen_at = ${NOW}, ended_at = ${NOW}`]) {
      const capture = captureFixture()
      capture.db.exec(`UPDATE instance SET ${change}`)
      session(capture, 1, 9, live)
      expect(prune(capture.path, { now: NOW, maxAgeMs: 1 }).sessions).toEqual(['session1'])
    }
  })

  test('is also one that is over while an exchange of it goes on', () => {
    const capture = captureFixture()
    capture.db.exec(`UPDATE instance SET seen_at = ${NOW}`)
    session(capture, 1, 9)
    capture.db.exec(`UPDATE connection SET closed_at = NULL`)
    expect(prune(capture.path, { now: NOW, maxAgeMs: 1, sessions: ['session1'] })).toMatchObject({
      spared: ['session1'],
      frames: 0,
    })
    capture.db.exec(`UPDATE flow SET ended_at = ${NOW}`)
    expect(prune(capture.path, { now: NOW, maxAgeMs: 1 })).toMatchObject({
      sessions: ['session1'],
      connections: 0,
      frames: 3,
    })
  })

  test('asked for by name is spared, and that is said', () => {
    const capture = captureFixture()
    capture.db.exec(`UPDATE instance SET seen_at = ${NOW}`)
    session(capture, 1, 1, live)
    session(capture, 2, 0)
    session(capture, 3, 5)
    const report = prune(capture.path, { now: NOW, sessions: ['session1', 'session2'] })
    expect(report).toMatchObject({ sessions: ['session2'], spared: ['session1'] })
    expect(left(capture)).toEqual(['session1', 'session3'])
  })
})

test('a session that is not there is an error before anything goes', () => {
  const capture = captureFixture()
  session(capture, 1, 5)
  expect(() => prune(capture.path, { now: NOW, sessions: ['session1', 'nothing'] })).toThrow(
    expect.objectContaining({ code: 'NOT_FOUND' }),
  )
  expect(left(capture)).toEqual(['session1'])
})

describe('a connection that carried two sessions', () => {
  const shared = (capture: CaptureFixture) => {
    session(capture, 1, 5)
    session(capture, 2, 1)
    capture.add('flow', { connection: 1, session: 2 })
  }

  test('stays as long as one of them does', () => {
    const capture = captureFixture()
    shared(capture)
    expect(prune(capture.path, { now: NOW, sessions: ['session1'] })).toMatchObject({ connections: 0, frames: 3 })
    expect(count(capture, 'raw')).toBe(20)
  })

  test('goes with the last of them', () => {
    const capture = captureFixture()
    shared(capture)
    prune(capture.path, { now: NOW, sessions: ['session1'] })
    expect(prune(capture.path, { now: NOW, sessions: ['session2'] })).toMatchObject({ connections: 2 })
    for (const table of tables) expect([table, count(capture, table)]).toEqual([table, 0])
  })
})

describe('size', () => {
  test('takes the oldest until the capture is small enough, and the file shrinks', () => {
    const capture = captureFixture()
    for (let id = 1; id <= 20; id++) session(capture, id, 21 - id)
    capture.db.pragma('wal_checkpoint(TRUNCATE)')
    const full = statSync(capture.path).size
    expect(full).toBeGreaterThan(2_000_000)
    const report = prune(capture.path, { now: NOW, maxBytes: 1_200_000 })
    expect(report.sizeBytes).toBeLessThanOrEqual(1_200_000)
    expect(report.sizeBytes).toBeGreaterThan(1_000_000)
    expect(report.freedBytes).toBe(full - report.sizeBytes)
    expect(left(capture)).toEqual(
      Array.from({ length: 20 - report.sessions.length }, (_, i) => `session${i + 1 + report.sessions.length}`),
    )
    capture.db.pragma('wal_checkpoint(TRUNCATE)')
    expect(statSync(capture.path).size).toBe(report.sizeBytes)
  })

  test('that is kept takes nothing', () => {
    const capture = captureFixture()
    session(capture, 1, 9)
    expect(prune(capture.path, { now: NOW, maxBytes: 1e9 })).toMatchObject({ sessions: [], frames: 0, freedBytes: 0 })
  })

  test('takes old traffic without session in its turn', () => {
    const capture = captureFixture()
    session(capture, 1, 5)
    capture.add('connection', { id: 50, opened_at: NOW - 6 * DAY, closed_at: NOW - 6 * DAY })
    for (let i = 0; i < 10; i++) capture.add('raw', { connection: 50, offset: i, bytes: Buffer.alloc(50_000) })
    const used = prune(capture.path, { now: NOW }).sizeBytes
    expect(prune(capture.path, { now: NOW, maxBytes: used - 100_000 })).toMatchObject({ sessions: [], connections: 1 })
  })
})

describe('a dry run', () => {
  test('says what would go and changes nothing', () => {
    const capture = captureFixture()
    session(capture, 1, 5)
    session(capture, 2, 1)
    capture.add('connection', { id: 50, opened_at: START, closed_at: START })
    const before = tables.map((table) => count(capture, table))
    const would = prune(capture.path, { now: NOW, maxAgeMs: 3 * 86_400_000, dryRun: true })
    expect(would).toMatchObject({ sessions: ['session1'], connections: 2, frames: 3, freedBytes: 100_600 })
    expect(tables.map((table) => count(capture, table))).toEqual(before)
    expect(prune(capture.path, { now: NOW, maxAgeMs: 3 * 86_400_000 })).toMatchObject({
      sessions: ['session1'],
      connections: 2,
      frames: 3,
    })
  })
})

describe('steps', () => {
  test('leave no id for another row to get', () => {
    const capture = captureFixture()
    for (let id = 1; id <= 3; id++) session(capture, id, 5)
    prune(capture.path, { now: NOW, maxAgeMs: 1 })
    session(capture, 1, 5)
    prune(capture.path, { now: NOW, maxAgeMs: 1 })
    const kept = capture.db.prepare('SELECT name, seq FROM sqlite_sequence ORDER BY name').raw().all()
    expect(kept).toEqual([
      ['call', 9],
      ['connection', 3],
      ['flow', 3],
      ['frame', 9],
      ['session', 3],
    ])
    const at = NOW
    const writer = createWriter(capture.path, { role: 'proxy', name: '', url: null, target: null, uiPort: null }, at)
    const connection = connectionRecord()
    writer.commit({ ...emptyBatch(), connections: [connection] }, at)
    writer.close(0)
    expect(connection.id).toBe(4)
  })

  test('may be left at any of them: the next pruning takes up the rest', () => {
    const capture = captureFixture()
    for (let id = 1; id <= 3; id++) session(capture, id, 5)
    for (let stop = 1; stop < 10; stop++) {
      const steps = pruning(capture.db, { now: NOW, maxAgeMs: 1 })
      for (let i = 0; i < stop; i++) steps.next()
      steps.return(undefined as never)
    }
    prune(capture.path, { now: NOW, maxAgeMs: 1 })
    for (const table of tables) expect([table, count(capture, table)]).toEqual([table, 0])
  })
})

test('who records beside it waits for no more than a few steps', async () => {
  const capture = captureFixture()
  fillCapture(capture, 30_000)
  capture.db.exec(`UPDATE connection SET closed_at = ${START}`)
  const script = `const { workerData } = require('node:worker_threads')
    import(workerData.module).then(({ prune }) => prune(workerData.path, { now: ${NOW}, maxAgeMs: 1 }))`
  const module = new URL('../../dist/store/prune.js', import.meta.url).href
  const pruningThread = new Worker(script, { eval: true, workerData: { path: capture.path, module } })
  let over = false
  const exit = once(pruningThread, 'exit').finally(() => (over = true))
  const waits: number[] = []
  while (!over) {
    const before = performance.now()
    capture.add('loss')
    waits.push(performance.now() - before)
    // a recorder commits every 25 ms, or every 256 KiB; one that never pauses would keep the pruning out
    await setTimeout(10)
  }
  await exit
  expect(count(capture, 'frame')).toBe(0)
  expect(waits.length).toBeGreaterThan(20)
  expect(waits.reduce((longest, wait) => Math.max(longest, wait), 0)).toBeLessThan(500)
})
