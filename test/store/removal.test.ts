import { expect, test } from 'vitest'
import { removal, type Steps } from '../../src/store/removal.ts'
import { withPlans } from '../support/query-plans.ts'
import { captureFixture, type CaptureFixture, START } from '../support/capture-fixture.ts'

/** Runs the steps; how many rows and how many bytes each took. */
function taken({ db }: CaptureFixture, steps: Steps): { rows: number; bytes: number }[] {
  const rows = () => db.prepare('SELECT total_changes()').pluck().get() as number
  const bytes = () => db.prepare('SELECT total(length(bytes)) FROM raw').pluck().get() as number
  const each: { rows: number; bytes: number }[] = []
  let before = { rows: rows(), bytes: bytes() }
  for (const _ of steps) {
    expect(db.inTransaction).toBe(false)
    each.push({ rows: rows() - before.rows, bytes: before.bytes - bytes() })
    before = { rows: rows(), bytes: bytes() }
  }
  return each
}
const most = (values: readonly number[]): number => Math.max(...values)
const count = ({ db }: CaptureFixture, table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()

const ended = (): CaptureFixture => {
  const capture = captureFixture()
  capture.add('session', { uid: 'session1', ended_at: START })
  capture.add('connection', { closed_at: START })
  capture.add('flow', { session: 1 })
  return capture
}

test('no step takes more than 500 rows, and not much less while there are more', () => {
  const capture = ended()
  for (let i = 1; i <= 2000; i++) {
    capture.add('frame', { id: i, session: 1, messages: 1 })
    capture.add('message', { frame: i, call: i })
    capture.add('call', { id: i, session: 1 })
  }
  const each = taken(capture, removal(capture.db, START).session(1)).map(({ rows }) => rows)
  expect(most(each)).toBeLessThanOrEqual(500)
  expect(each.slice(0, 15).every((rows) => rows > 300)).toBe(true)
  for (const table of ['session', 'frame', 'message', 'call', 'flow', 'connection'])
    expect([table, count(capture, table)]).toEqual([table, 0])
})

test('a batch of a thousand messages goes in several', () => {
  const capture = ended()
  for (const frame of [1, 2]) {
    capture.add('frame', { id: frame, session: 1, messages: 1000 })
    for (let idx = 0; idx < 1000; idx++)
      capture.add('message', { frame, idx, call: capture.add('call', { session: 1 }) })
  }
  const each = taken(capture, removal(capture.db, START).session(1)).map(({ rows }) => rows)
  expect(most(each)).toBeLessThanOrEqual(500)
  for (const table of ['frame', 'message', 'call']) expect([table, count(capture, table)]).toEqual([table, 0])
})

test('no step takes more than 4 MiB of bytes, a single larger row apart', () => {
  const capture = ended()
  for (let i = 0; i < 12; i++) capture.add('raw', { offset: 1e6 * i, bytes: Buffer.alloc(1e6) })
  capture.add('raw', { offset: 2e7, bytes: Buffer.alloc(5e6) })
  const each = taken(capture, removal(capture.db, START).connection(1)).map(({ bytes }) => bytes)
  expect(each.filter((bytes) => bytes > 0)).toEqual([4e6, 4e6, 4e6, 5e6])
})

test('changes and notes go in steps of 500 too', () => {
  const capture = captureFixture()
  for (let i = 0; i < 1200; i++) capture.add('change', { at: START + i })
  const each = taken(capture, removal(capture.db, START).before(START + 1100, 0)).map(({ rows }) => rows)
  expect(each).toEqual([500, 500, 100])
  expect(count(capture, 'change')).toBe(100)
})

test('what it took is counted', () => {
  const capture = ended()
  for (let i = 0; i < 3; i++) capture.add('frame', { session: 1 })
  capture.add('frame')
  const remove = removal(capture.db, START + 1)
  taken(capture, remove.session(1))
  expect(remove.removed).toEqual({ connections: 1, frames: 4 })
})

test('traffic is found along indexes, however much there is of it', () => {
  const capture = ended()
  capture.add('frame', { session: 1 })
  const { db, plans } = withPlans(capture.db)
  const remove = removal(db, START)
  taken(capture, remove.session(1))
  const traffic = /^SCAN (session|flow|frame|message|call|raw|instants|redaction|payload)/
  const steps = plans()
  expect(steps).toContain('SEARCH instants USING COVERING INDEX instants_address (connection=?)')
  expect(steps.filter((step) => traffic.test(step))).toEqual([])
})
