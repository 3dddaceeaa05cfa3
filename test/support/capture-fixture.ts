import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type CaptureDatabase, createCapture } from '../../src/store/create.ts'
import { temporaryFolder } from './temporary.ts'

/** Rows by SQL, for tests that ask a capture what no proxy has to be run for. */
export interface CaptureFixture {
  readonly path: string
  readonly db: CaptureDatabase
  /** Inserts one row, what is not given by default; returns its id. */
  readonly add: (table: string, values?: Record<string, unknown>) => number
}

/** 2026-01-01T00:00:00Z in microseconds: the instant fixtures begin at. */
export const START = 1_767_225_600_000_000

/** An empty capture with one instance, open for writing. `done`: how to hear that it is no longer wanted. */
export function captureFixture(done: (clean: () => void) => void = onTestFinished): CaptureFixture {
  const path = join(temporaryFolder(done), 'capture.db')
  const db = createCapture(path)
  done(() => db.close())
  const add = (table: string, values: Record<string, unknown> = {}): number => {
    const row = { ...defaults[table], ...values }
    const names = Object.keys(row)
    const sql = `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})`
    return Number(db.prepare(sql).run(row).lastInsertRowid)
  }
  add('instance', { id: 1 })
  return { path, db, add }
}

const defaults: Record<string, Record<string, unknown>> = {
  instance: { pid: 1, ticks: 1, role: 'proxy', name: '', started_at: START, seen_at: START, in_force: 2 ** 52 },
  session: {
    instance: 1,
    server: 'localhost:3000',
    target: 'http://localhost:3000/mcp',
    transport: 'http',
    certain: 1,
    probe: 0,
    started_at: START,
    last_at: START,
    frames: 0,
    flows: 0,
    calls: 0,
    pending: 0,
    errors: 0,
    bytes: 0,
  },
  connection: {
    instance: 1,
    server: 'localhost:3000',
    target: 'http://localhost:3000/mcp',
    transport: 'http',
    client_address: '127.0.0.1',
    client_port: 40000,
    local_address: '127.0.0.1',
    local_port: 6278,
    opened_at: START,
    c2s_bytes: 0,
    s2c_bytes: 0,
    c2s_unsent: 0,
    s2c_unsent: 0,
  },
  raw: { connection: 1, direction: 0, offset: 0 },
  instants: { connection: 1, direction: 0, offset: 0, at: START },
  flow: { connection: 1, kind: 'http', started_at: START },
  frame: {
    flow: 1,
    connection: 1,
    direction: 0,
    kind: 1,
    received_at: START,
    received_last: START,
    offset: 0,
    length: 0,
    lead: 0,
    trail: 0,
    size: 0,
    messages: 0,
  },
  message: { idx: 0, kind: 0 },
  call: {
    flow: 1,
    direction: 0,
    method: 'tools/call',
    rpc_id: '1',
    request_frame: 1,
    requested_at: START,
    outcome: 'ok',
  },
  edit: { offset: 0, removed: Buffer.alloc(0), rule: 'host' },
  redaction: { connection: 1, direction: 0, offset: 0, length: 1, name: 'authorization', hash: '00' },
  payload: {},
  change: { at: START, instance: 1, frames: '[]', flows: '[]', calls: '[]', sessions: '[]', connections: '[]' },
  log: { instance: 1, session: 1, at: START, kind: 'stderr', detail: '{}' },
  rule: {
    revision: 1,
    born: 1,
    instance: 1,
    origin: 'control',
    source: '{"fault":"drop"}',
    sentence: 'drops every message to the client',
    enabled: 1,
    created_at: START,
  },
  decision: { instance: 1, rule: 'drop', revision: 1, at: START, scope: 'session 1', fired: 1, action: 'drop' },
  held: {
    instance: 1,
    connection: 1,
    number: 1,
    direction: 1,
    offset: 0,
    at: START,
    rule: 'stop',
    deadline: START,
    state: 'held',
  },
  loss: { instance: 1, from_at: START, chunks: 1, bytes: 1, reason: 'queue' },
}

/**
 * Fills a capture with `frames` frames, ten sessions taking turns of 100; every fourth frame is a `tools/call` request, the next
 * its response, the other two are heads. About 1.5 µs a row.
 */
export function fillCapture({ db, add }: CaptureFixture, frames: number): void {
  for (let id = 1; id <= 10; id++) add('session', { id, uid: `sess000${id - 1}`, frames: frames / 10 })
  add('connection', { id: 1 })
  add('flow', { id: 1, session: 1 })
  const numbers = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${frames})`
  db.exec(`BEGIN;
    ${numbers} INSERT INTO frame
      SELECT i, 1 + i / 400, 1, 1 + (i / 100) % 10, i % 2, i % 4 / 2, ${START} + i * 100, ${START} + i * 100, ${START} + i * 100, ${START} + i * 100,
        i * 200, 200, 0, 0, 200, CASE i % 4 WHEN 2 THEN 1 WHEN 3 THEN 1 ELSE 0 END,
        CASE i % 4 WHEN 0 THEN 'POST /mcp HTTP/1.1' WHEN 1 THEN 'HTTP/1.1 200 OK' END, NULL, NULL FROM n;
    ${numbers} INSERT INTO message
      SELECT i, 0, CASE i % 4 WHEN 2 THEN 0 ELSE 1 END, 'tools/call', i / 4, 'tool-' || ((i / 4) % 50), NULL, NULL, NULL, i / 4
      FROM n WHERE i % 4 IN (2, 3);
    ${numbers} INSERT INTO call
      SELECT i / 4 + 1, 1 + (i / 100) % 10, 1, 0, 'tools/call', 'tool-' || ((i / 4) % 50), i / 4, i, i + 1, ${START} + i * 100, ${START} + i * 100 + 100, 'ok', NULL, NULL
      FROM n WHERE i % 4 = 2;
    COMMIT;`)
}
