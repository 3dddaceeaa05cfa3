import { expect, onTestFinished, test } from 'vitest'
import { parseFilter } from '../../src/filter/index.ts'
import { openReader } from '../../src/store/reader.ts'
import { captureFixture, START } from '../support/capture-fixture.ts'

/** A connection with a head of 100 bytes, a body of 50, an event of 20; decisions are about units. */
function decided() {
  const fixture = captureFixture()
  const { add, path } = fixture
  add('session', { id: 1, uid: 'abcd2345' })
  add('connection', { id: 1 })
  add('flow', { id: 1, session: 1 })
  add('frame', { id: 1, session: 1, kind: 0, offset: 0, length: 100 })
  add('frame', { id: 2, session: 1, kind: 1, offset: 100, length: 50 })
  add('frame', { id: 3, session: 1, kind: 2, offset: 150, length: 20 })
  const reader = openReader(path)
  onTestFinished(() => reader.close())
  const at = (offset: number, length: number | null, values: object = {}): number =>
    add('decision', { connection: 1, direction: 0, offset, length, ...values })
  return { ...fixture, reader, at }
}

test('a frame names the rules that did something to its bytes', () => {
  const { reader, at } = decided()
  at(0, 150, { rule: 'slow' })
  at(150, 20, { rule: 'lose' })
  at(150, 20, { rule: 'slow', fired: 0, action: 'drawn' })
  at(150, 20, { rule: 'patch', action: 'not applied: compressed' })
  expect(reader.frames().rows.map(({ faults }) => faults)).toEqual([['slow'], ['slow'], ['lose']])
})

test('bytes of the other direction, or of another connection, are other bytes', () => {
  const { reader, at } = decided()
  at(0, 200, { direction: 1 })
  at(0, 200, { connection: 2 })
  expect(reader.frames().rows.map(({ faults }) => faults)).toEqual([[], [], []])
})

/** Three frames that came one after the other, and left so many µs later; null: not at all. */
function held(...waits: readonly (number | null)[]) {
  const fixture = decided()
  for (const [i, wait] of waits.entries()) {
    const came = START + (i + 1) * 100_000
    const left = wait === null ? null : came + wait
    fixture.db
      .prepare('UPDATE frame SET received_at = ?, received_last = ?, sent_at = ?, sent_last = ? WHERE id = ?')
      .run(came, came, left, left, i + 1)
  }
  const whole = (values: object): number =>
    fixture.add('decision', { connection: 1, direction: null, offset: null, length: null, at: START, ...values })
  const touched = () => fixture.reader.frames().rows.map(({ faults }) => faults)
  const found = (text: string) => fixture.reader.frames({ filter: parseFilter(text) }).rows.map(({ id }) => id)
  return { ...fixture, whole, touched, found }
}

test('a rule over a whole connection is named by every frame it held up, and by no other', () => {
  const { whole, touched, found } = held(50_000, 400, null)
  whole({ rule: 'late', action: 'latency' })
  expect(touched()).toEqual([['late'], [], ['late']])
  expect(found('fault:late')).toEqual([1, 3])
  expect(found('-fault:any')).toEqual([2])
})

test('a rule over a whole connection is not named where it was healed, begins later, is of the other direction, or ends things', () => {
  const { whole, touched } = held(50_000, 50_000, 50_000)
  whole({ rule: 'healed', action: 'latency' })
  whole({ rule: 'healed', action: 'healed', fired: 0, at: START + 150_000 })
  whole({ rule: 'later', action: 'latency', at: START + 260_000 })
  whole({ rule: 'answers', action: 'latency', direction: 1 })
  whole({ rule: 'end', action: 'cut rst' })
  whole({ rule: 'no', action: 'latency', fired: 0 })
  whole({ rule: 'elsewhere', action: 'latency', connection: 2 })
  expect(touched()).toEqual([['healed'], [], ['later']])
})

test('a rule over an exchange is named by what it held up of that, also where it met its request', () => {
  const { at, touched, found } = held(50_000, 400, 50_000)
  const begun = { scope: 'stream 1', action: 'latency' }
  at(0, 1, { ...begun, rule: 'late' })
  at(150, 1, { ...begun, rule: 'elsewhere', connection: 2 })
  at(0, 1, { ...begun, rule: 'once', action: 'write 5 bytes' })
  expect(touched()).toEqual([['late', 'once'], [], ['late']])
  expect(found('fault:late')).toEqual([1, 3])
})

test('what never left because a rule ended the connection names that rule, what was taken out another', () => {
  const { db, touched, found, reader } = held(10, null, null)
  const ending = (by: string) => JSON.stringify({ how: 'rst', by, at: 'boundary', detail: 'cut-it' })
  db.prepare(`UPDATE connection SET c2s_ending = ?`).run(ending('client'))
  expect(touched()).toEqual([[], [], []])
  db.prepare(`UPDATE connection SET c2s_ending = ?`).run(ending('fault'))
  expect(touched()).toEqual([[], ['cut-it'], ['cut-it']])
  expect(reader.frames().rows.map(({ droppedBy }) => droppedBy)).toEqual([null, 'cut-it', 'cut-it'])
  expect(found('fault:cut-it')).toEqual([2, 3])
  db.prepare(`INSERT INTO edit VALUES (1, 0, 20, x'', x'', 'lose')`).run()
  db.prepare(`UPDATE frame SET edits = '[1]' WHERE id = 3`).run()
  expect(touched()).toEqual([[], ['cut-it'], ['lose']])
  expect(found('fault:cut-it')).toEqual([2])
})

test('decisions are found by rule, frame, session and connection, page by page', () => {
  const { reader, at } = decided()
  at(0, 150, { rule: 'slow', session: 1 })
  at(150, 20, { rule: 'lose', draw: 0.5, held_us: 12, frame: 3 })
  at(150, null, { rule: 'slow', revision: 2 })
  const ids = (rows: readonly { id: number }[]): number[] => rows.map(({ id }) => id)
  expect(ids(reader.decisions({ rule: 'slow' }))).toEqual([1, 3])
  expect(ids(reader.decisions({ frame: 2 }))).toEqual([1])
  expect(ids(reader.decisions({ frame: 3 }))).toEqual([2, 3])
  expect(ids(reader.decisions({ session: 'abcd' }))).toEqual([1])
  expect(ids(reader.decisions({ connection: 1, after: 1, limit: 1 }))).toEqual([2])
  expect(ids(reader.decisions({ before: 3, limit: 1 }))).toEqual([2])
  expect(reader.decisions({ rule: 'lose' })).toEqual([
    {
      id: 2,
      instance: 1,
      rule: 'lose',
      revision: 1,
      connection: 1,
      session: null,
      direction: 'c2s',
      offset: 150,
      length: 20,
      frame: 3,
      at: START,
      scope: 'session 1',
      draw: 0.5,
      fired: true,
      action: 'drop',
      said: 'dropped',
      about: 'session 1',
      heldUs: 12,
    },
  ])
})

test('a decision of a breakpoint says what became of the message', () => {
  const { reader, at, add } = decided()
  at(150, null, { rule: 'stop', action: 'wait for a person, hold until breakpoint 1 c2s 150' })
  const said = () => reader.decisions({ rule: 'stop' }).map(({ said: words }) => words)
  expect(said()).toEqual(['held at the breakpoint'])
  const place = { connection: 1, direction: 0, offset: 150, rule: 'stop' }
  add('held', { ...place, state: 'edited', ended_at: START + 1_750_000, answer: 'edit', deadline: START + 60e6 })
  add('held', { ...place, offset: 151, state: 'dropped', ended_at: START + 1 })
  expect(said()).toEqual(['held 1.75 s, then edited by hand'])
})

test('a commit with decisions tells their rules, with what they have done by now', () => {
  const { reader, at, add } = decided()
  add('rule', { key: 7, id: 'slow' })
  add('rule', { key: 8, id: 'other' })
  add('instance', { id: 9 })
  const first = at(0, 150, { rule: 'slow' })
  add('change', { decision_first: first, decision_last: first })
  // the process of this fixture is long dead: its rules are over, which is told as well
  expect(reader.changes(0)).toMatchObject([{ rules: [{ key: 7, id: 'slow', fired: 1 }] }])
})

test('held messages are listed, those that wait alone on demand', () => {
  const { reader, add } = decided()
  add('held', { state: 'sent', ended_at: START + 1, payload: '{}' })
  add('held', { offset: 7, answer: 'edit', answer_payload: '[]' })
  expect(reader.held().map(({ id }) => id)).toEqual([1, 2])
  expect(reader.held({ open: true })).toEqual([
    {
      id: 2,
      instance: 1,
      connection: 1,
      direction: 's2c',
      offset: 7,
      at: START,
      rule: 'stop',
      deadline: START,
      payload: null,
      kind: null,
      method: null,
      tool: null,
      client: null,
      session: 'abcd2345',
      server: 'localhost:3000',
      state: 'held',
      endedAt: null,
      answer: { do: 'edit', payload: '[]' },
    },
  ])
})
