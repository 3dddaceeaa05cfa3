import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { FrameQuery, Reader } from '../../src/store/index.ts'
import { openReader } from '../../src/store/reader.ts'
import { emptyBatch } from '../../src/store/records.ts'
import { createWriter } from '../../src/store/writer.ts'
import { captureFixture, type CaptureFixture, fillCapture, START } from '../support/capture-fixture.ts'
import { temporaryFolder } from '../support/temporary.ts'
import {
  callRecord,
  connectionRecord,
  flowRecord,
  frameRecord,
  messageRecord,
  sessionRecord,
} from '../support/records.ts'

test('a reader sees what is committed while it is open, and nothing earlier', () => {
  const { path, db, add } = captureFixture()
  const reader = openReader(path)
  expect(reader.frames().rows).toEqual([])
  db.exec('BEGIN')
  add('frame')
  expect(reader.frames().rows).toEqual([])
  db.exec('COMMIT')
  expect(reader.frames().rows).toHaveLength(1)
  reader.close()
})

test('a capture is read without its log, as a copied file is', () => {
  const fixture = captureFixture()
  fixture.add('frame')
  fixture.db.close()
  const copy = join(temporaryFolder(), 'copy.db')
  copyFileSync(fixture.path, copy)
  rmSync(`${fixture.path}-wal`, { force: true })
  const reader = openReader(copy)
  expect(reader.frames().rows).toHaveLength(1)
  expect(reader.path).toBe(copy)
  reader.close()
})

test('a reader that rests does not keep the writer from its checkpoint', () => {
  const { path, db } = captureFixture()
  const reader = openReader(path)
  expect(reader.totals()).toMatchObject({ sessions: 0, frames: 0, calls: 0 })
  expect(db.pragma('wal_checkpoint(TRUNCATE)')).toMatchObject([{ busy: 0 }])
  reader.close()
})

test('totals count rows and the bytes of the file', () => {
  const fixture = captureFixture()
  fillCapture(fixture, 400)
  const reader = openReader(fixture.path)
  expect(reader.totals()).toEqual({ sessions: 10, frames: 400, calls: 100, bytes: expect.any(Number) })
  expect(reader.totals().bytes).toBeGreaterThan(100_000)
  reader.close()
})

describe('what the writer stored', () => {
  const request = Buffer.from('POST /mcp HTTP/1.1\r\nHost: proxy\r\n\r\n{"jsonrpc":"2.0","id":1,"method":"tools/call"}')
  const head = request.indexOf('{')

  /** One call: head and body of its request, edited, in one chunk; then, in another commit, its answer. */
  const written = () => {
    const path = join(temporaryFolder(), 'capture.db')
    const writer = createWriter(
      path,
      { role: 'proxy', name: 'edge', url: 'http://p/mcp', target: 'http://t/mcp', uiPort: null },
      START,
    )
    onTestFinished(() => writer.close(START))
    const connection = connectionRecord({ c2sBytes: request.length })
    const session = sessionRecord({ uid: 'abcd2345', calls: 1, pending: 1 })
    const flow = flowRecord(connection, { session })
    const edits = {
      edits: [{ offset: 26, length: null, removed: Buffer.from('proxy'), bytes: Buffer.from('server'), rule: 'host' }],
      ids: null,
    }
    const heading = frameRecord(flow, { kind: 0, length: head, size: head, label: 'POST /mcp', edits })
    const messages = [messageRecord()]
    const body = frameRecord(flow, {
      offset: head,
      length: request.length - head,
      messages,
      sentAt: null,
      sentLastAt: null,
    })
    const call = callRecord(body)
    messages[0]!.call = call
    const chunks = Buffer.alloc(8)
    chunks.writeUInt32LE(request.length)
    writer.commit(
      {
        ...emptyBatch(),
        connections: [connection],
        sessions: [session],
        flows: [flow],
        frames: [heading, body],
        calls: [call],
        raws: [{ connection, direction: 0, offset: 0, bytes: request }],
        instants: [{ connection, direction: 0, offset: 0, at: START + 7, chunks }],
      },
      START,
    )
    const answer = () => {
      const response = frameRecord(flow, { direction: 1, messages: [messageRecord({ kind: 1, call })] })
      Object.assign(call, { responseFrame: response, outcome: 'ok', answeredAt: START + 9 })
      Object.assign(body, { sentAt: START + 8, sentLastAt: START + 8 })
      writer.commit({ ...emptyBatch(), frames: [body, response], calls: [call] }, START + 10)
    }
    const reader = openReader(path)
    onTestFinished(() => reader.close())
    return { reader, answer, writer }
  }

  test('is read back as it was', () => {
    const { reader } = written()
    expect(reader.instances()).toMatchObject([{ role: 'proxy', name: 'edge', endedAt: null }])
    expect(reader.session()).toMatchObject({ uid: 'abcd2345', client: { name: 'probe', version: '1' }, pending: 1 })
    expect(reader.frame(1)).toMatchObject({
      startLine: 'POST /mcp HTTP/1.1',
      headers: [{ name: 'Host', value: 'proxy' }],
      edits: ['host'],
      editList: [{ offset: 26, removed: 'proxy', inserted: 'server', rule: 'host' }],
      chunks: [{ at: START + 7, bytes: head }],
    })
    expect(reader.frame(2)).toMatchObject({
      text: '{"jsonrpc":"2.0","id":1,"method":"tools/call"}',
      messages: [{ call: 1, rpcId: '1' }],
    })
    expect(reader.calls({ outcome: 'pending' })).toMatchObject([
      { id: 1, session: 'abcd2345', requestFrame: 2, responseFrame: null },
    ])
  })

  test('is told as changes, an older frame that changed too', () => {
    const { reader, answer } = written()
    expect(reader.changes(0)).toMatchObject([
      {
        seq: 1,
        frames: [{ id: 1 }, { id: 2, sentAt: null }],
        flows: [{ id: 1 }],
        calls: [{ outcome: 'pending' }],
        sessions: [{ id: 1 }],
      },
    ])
    answer()
    expect(reader.changes(1)).toMatchObject([
      {
        seq: 2,
        frames: [{ id: 2, sentAt: START + 8 }, { id: 3 }],
        flows: [],
        calls: [{ outcome: 'ok', responseFrame: 3 }],
      },
    ])
  })
})

describe('a million frames', () => {
  let fixture: CaptureFixture
  let reader: Reader
  const cleaning: (() => void)[] = []
  beforeAll(() => {
    fixture = captureFixture((clean) => cleaning.unshift(clean))
    fillCapture(fixture, 1_000_000)
    reader = openReader(fixture.path)
    cleaning.unshift(() => reader.close())
  }, 60_000)
  afterAll(() => cleaning.forEach((clean) => clean()))

  /** The best of five, so that what else runs on the machine does not count. */
  const best = (ask: () => unknown): number =>
    Math.min(
      ...Array.from({ length: 5 }, () => {
        const before = performance.now()
        ask()
        return performance.now() - before
      }),
    )

  test.each<[string, FrameQuery]>([
    ['the newest', {}],
    ['from the middle', { before: 500_000 }],
    ['upwards', { after: 500_000 }],
    ['of a session', { session: 'sess0003' }],
    ['of a session from the middle', { session: 'sess0003', before: 500_000 }],
    ['of a direction', { direction: 'c2s' }],
    ['of a method', { method: 'tools/call' }],
  ])('a page of 200 comes in under 20 ms: %s', (_, query) => {
    expect(reader.frames(query).rows).toHaveLength(200)
    expect(best(() => reader.frames(query))).toBeLessThan(20)
  })

  test('a filter that finds nothing has an answer in about 100 ms, with how far it came', () => {
    const query: FrameQuery = { text: 'nothing is called like this' }
    expect(best(() => reader.frames(query))).toBeLessThan(120)
    let looked = 1
    for (
      let page = reader.frames(query);
      page.scannedTo !== null;
      page = reader.frames({ ...query, before: page.scannedTo })
    )
      looked++
    expect(looked).toBeLessThan(50)
  })

  test('calls, totals and the newest change do not take longer', () => {
    expect(best(() => reader.calls())).toBeLessThan(20)
    expect(best(() => reader.totals())).toBeLessThan(50)
    expect(best(() => reader.seq())).toBeLessThan(1)
  })
})
