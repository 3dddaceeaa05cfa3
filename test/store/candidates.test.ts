import { expect, test } from 'vitest'
import { oldestFirst } from '../../src/store/candidates.ts'
import { captureFixture, START } from '../support/capture-fixture.ts'

test('sessions and connections without session come in the order they were last active', () => {
  const { db, add } = captureFixture()
  for (const [id, last_at] of [
    [1, 30],
    [2, 10],
    [3, 50],
  ]) {
    add('session', { id, uid: `session${id}`, last_at })
  }
  for (const [id, closed_at] of [
    [1, 5],
    [2, 20],
    [3, 20],
    [4, 60],
  ]) {
    add('connection', { id, opened_at: 0, closed_at })
  }
  add('flow', { connection: 3, session: 1 })
  add('flow', { connection: 4, session: 99 })
  add('flow', { connection: 4 })
  expect([...oldestFirst(db, START + 1e9)].map(({ kind, id, at }) => [kind, id, at])).toEqual([
    ['connection', 1, 5],
    ['session', 2, 10],
    ['connection', 2, 20],
    ['session', 1, 30],
    ['session', 3, 50],
    ['connection', 4, 60],
  ])
})

test('more connections than a page are all found', () => {
  const { db, add } = captureFixture()
  for (let i = 0; i < 450; i++) add('connection', { closed_at: START })
  expect([...oldestFirst(db, START + 1e9)]).toHaveLength(450)
})

test('what runs is left out', () => {
  const { db, add } = captureFixture()
  add('session', { uid: 'session1' })
  add('session', { uid: 'session2', ended_at: START })
  add('connection')
  add('connection', { closed_at: START })
  const found = [...oldestFirst(db, START + 1)].map(({ kind, id }) => `${kind} ${id}`)
  expect(found).toEqual(['connection 2', 'session 2'])
})
