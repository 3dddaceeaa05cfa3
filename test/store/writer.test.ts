import Database from 'better-sqlite3'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { emptyBatch, type Batch } from '../../src/store/records.ts'
import { SCHEMA_VERSION } from '../../src/store/schema.ts'
import { openReader } from '../../src/store/reader.ts'
import { createWriter, type Writer } from '../../src/store/writer.ts'
import { instance } from '../support/recording.ts'
import {
  callRecord,
  connectionRecord,
  flowRecord,
  frameRecord,
  messageRecord,
  sessionRecord,
} from '../support/records.ts'
import { temporaryFolder } from '../support/temporary.ts'

let path: string
const writers: Writer[] = []

beforeEach(() => {
  path = join(temporaryFolder(), 'deep', 'capture.db')
})
afterEach(() => {
  for (const writer of writers.splice(0)) writer.close(0)
})

function open(options: Parameters<typeof createWriter>[3] = {}): Writer {
  const writer = createWriter(path, instance, 10, options)
  writers.push(writer)
  return writer
}

/** A connection with `calls` calls, each a frame and its answer. */
function batchOf(calls: number): Batch {
  const batch = emptyBatch()
  const connection = connectionRecord()
  const session = sessionRecord()
  batch.connections.push(connection)
  batch.sessions.push(session)
  for (let i = 0; i < calls; i++) {
    const flow = flowRecord(connection, { session })
    const asks = frameRecord(flow, { offset: i })
    const call = callRecord(asks)
    asks.messages = [messageRecord({ rpcId: String(i), call })]
    batch.flows.push(flow)
    batch.frames.push(asks)
    batch.calls.push(call)
  }
  return batch
}

const query = (sql: string): unknown => {
  const db = new Database(path, { readonly: true })
  try {
    return db.prepare(sql).all()
  } finally {
    db.close()
  }
}

describe('a new capture', () => {
  test('is made with its folder, and says whose it is at once', () => {
    open()
    const db = new Database(path, { readonly: true })
    const of = (name: string) => db.pragma(name, { simple: true })
    expect([of('application_id'), of('user_version'), of('auto_vacuum'), of('page_size'), of('journal_mode')]).toEqual([
      0x6d637063,
      SCHEMA_VERSION,
      2,
      16_384,
      'wal',
    ])
    db.close()
  })

  test('registers the process that records', () => {
    open().close(20)
    writers.length = 0
    expect(query('SELECT pid, role, started_at, seen_at, ended_at FROM instance')).toEqual([
      { pid: process.pid, role: 'proxy', started_at: 10, seen_at: 20, ended_at: 20 },
    ])
  })
})

test('rows point at each other, and the change names them', () => {
  open().commit(batchOf(3), 99)
  const reader = openReader(path)
  expect(reader.calls().map(({ requestFrame, flow }) => [requestFrame, flow])).toEqual([
    [1, 1],
    [2, 2],
    [3, 3],
  ])
  expect(reader.frames().rows.map(({ messages }) => messages[0]!.call)).toEqual([1, 2, 3])
  reader.close()
  expect(query('SELECT * FROM change')).toEqual([
    {
      seq: 1,
      at: 99,
      instance: 1,
      frame_first: 1,
      frame_last: 3,
      frames: '[]',
      flows: '[1,2,3]',
      calls: '[1,2,3]',
      sessions: '[1]',
      connections: '[1]',
      log_first: null,
      log_last: null,
      decision_first: null,
      decision_last: null,
      rules: '[]',
      held: '[]',
    },
  ])
})

test('every row is there, whatever their number', () => {
  const writer = open()
  for (const calls of [1, 7, 8, 9, 100]) writer.commit(batchOf(calls), 1)
  expect(query('SELECT count(*) AS n, count(DISTINCT id) AS d FROM frame')).toEqual([{ n: 125, d: 125 }])
  expect(query('SELECT count(*) AS n FROM message JOIN call ON call.id = message.call')).toEqual([{ n: 125 }])
})

test('what is stored is updated when it changes', () => {
  const writer = open()
  const batch = batchOf(1)
  writer.commit(batch, 1)
  const [frame] = batch.frames
  const [call] = batch.calls
  const [flow] = batch.flows
  frame!.sentAt = 5
  call!.outcome = 'ok'
  flow!.status = 200
  writer.commit({ ...emptyBatch(), frames: [frame!], calls: [call!], flows: [flow!] }, 2)
  expect(query('SELECT sent_at FROM frame')).toEqual([{ sent_at: 5 }])
  expect(query('SELECT outcome FROM call')).toEqual([{ outcome: 'ok' }])
  expect(query('SELECT status FROM flow')).toEqual([{ status: 200 }])
  expect(query('SELECT frame_first, frames FROM change WHERE seq = 2')).toEqual([{ frame_first: null, frames: '[1]' }])
})

test('two writers of one capture never give the same id', () => {
  const [one, two] = [open(), open()]
  one.commit(batchOf(5), 1)
  two.commit(batchOf(5), 1)
  one.commit(batchOf(5), 1)
  expect(one.instance).not.toBe(two.instance)
  expect(query('SELECT count(*) AS n FROM frame JOIN flow ON flow.id = frame.flow')).toEqual([{ n: 15 }])
})

test('a commit that fails stores nothing, and the same batch can be stored later', () => {
  const writer = open({ busyMs: 0 })
  const other = new Database(path)
  other.exec('BEGIN IMMEDIATE')
  const batch = batchOf(10)
  expect(() => writer.commit(batch, 1)).toThrow(expect.objectContaining({ code: 'SQLITE_BUSY' }))
  other.exec('COMMIT')
  other.close()
  writer.commit(batch, 2)
  expect(query('SELECT count(*) AS n FROM frame')).toEqual([{ n: 10 }])
})

test('a commit that fails half-way leaves nothing behind for the next one', () => {
  const writer = open()
  const batch = batchOf(20)
  batch.raws.push({ connection: batch.connections[0]!, direction: 0, offset: 0, bytes: null as never })
  expect(() => writer.commit(batch, 1)).toThrow()
  expect(query('SELECT count(*) AS n FROM frame')).toEqual([{ n: 0 }])
  batch.raws = []
  writer.commit(batch, 2)
  expect(query('SELECT min(id) AS a, max(id) AS b, count(*) AS n FROM frame')).toEqual([{ a: 1, b: 20, n: 20 }])
  expect(query('SELECT count(*) AS n FROM message')).toEqual([{ n: 20 }])
})

test('bytes that never left take the instants of sending back', () => {
  const writer = open()
  const batch = batchOf(0)
  const flow = flowRecord(batch.connections[0]!)
  batch.flows.push(flow)
  for (const offset of [0, 10, 20])
    batch.frames.push(frameRecord(flow, { offset, length: 10, sentAt: 3, sentLastAt: 4 }))
  batch.unsent.push({ connection: batch.connections[0]!, direction: 0, from: 15 })
  writer.commit(batch, 1)
  expect(query('SELECT sent_at, sent_last FROM frame')).toEqual([
    { sent_at: 3, sent_last: 4 },
    { sent_at: 3, sent_last: null },
    { sent_at: null, sent_last: null },
  ])
})

test('a capture that a newer program took over is written no more', () => {
  const writer = open()
  writer.beat(11)
  expect(query('SELECT seen_at FROM instance')).toEqual([{ seen_at: 11 }])
  const newer = new Database(path)
  newer.pragma('user_version = 999')
  newer.close()
  expect(() => writer.beat(12)).toThrow(expect.objectContaining({ code: 'STORE_NEWER' }))
})
