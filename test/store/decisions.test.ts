import { expect, onTestFinished, test } from 'vitest'
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
      heldUs: 12,
    },
  ])
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
      state: 'held',
      endedAt: null,
      answer: { do: 'edit', payload: '[]' },
    },
  ])
})
