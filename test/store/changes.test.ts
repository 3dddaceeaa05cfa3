import { expect, test } from 'vitest'
import { openReader } from '../../src/store/reader.ts'
import { captureFixture } from '../support/capture-fixture.ts'

const ids = (rows: readonly { id: number }[]) => rows.map(({ id }) => id)

test('a commit tells what was born and what changed', () => {
  const { path, add } = captureFixture()
  add('session', { uid: 'abcd2345' })
  add('connection')
  add('flow', { session: 1 })
  add('call', { session: 1 })
  for (let i = 1; i <= 5; i++) add('frame', { session: 1 })
  add('change', { frame_first: 1, frame_last: 2, flows: '[1]', sessions: '[1]', connections: '[1]' })
  add('change', { frame_first: 4, frame_last: 5, frames: '[2]', calls: '[1]' })
  add('change')
  const reader = openReader(path)
  expect(reader.seq()).toBe(3)
  const [first, second, third] = reader.changes(0)
  expect(first).toMatchObject({
    seq: 1,
    flows: [{ id: 1 }],
    calls: [],
    sessions: [{ uid: 'abcd2345' }],
    connections: [{ id: 1 }],
  })
  expect(ids(first?.frames ?? [])).toEqual([1, 2])
  expect(second).toMatchObject({ seq: 2, flows: [], calls: [{ id: 1 }], sessions: [], connections: [] })
  expect(ids(second?.frames ?? [])).toEqual([2, 4, 5])
  expect(third).toEqual({
    seq: 3,
    frames: [],
    flows: [],
    calls: [],
    sessions: [],
    connections: [],
    logs: [],
    rules: [],
    held: [],
  })
  expect(reader.changes(1).map(({ seq }) => seq)).toEqual([2, 3])
  expect(reader.changes(3)).toEqual([])
})

test('the bound on frames ends the answer behind the commit that reaches it', () => {
  const { path, add } = captureFixture()
  for (let i = 1; i <= 9; i++) add('frame')
  for (let i = 1; i <= 9; i += 3) add('change', { frame_first: i, frame_last: i + 2 })
  const reader = openReader(path)
  expect(reader.changes(0, 4).map(({ seq }) => seq)).toEqual([1, 2])
  expect(reader.changes(2, 4).map(({ seq }) => seq)).toEqual([3])
})

test('what was pruned since is left out', () => {
  const { path, add } = captureFixture()
  add('change', { frame_first: 1, frame_last: 2, sessions: '[1]' })
  expect(openReader(path).changes(0)).toMatchObject([{ seq: 1, frames: [], sessions: [] }])
})

test('an empty capture has had no change', () => {
  const reader = openReader(captureFixture().path)
  expect(reader.seq()).toBe(0)
  expect(reader.changes(0)).toEqual([])
})
