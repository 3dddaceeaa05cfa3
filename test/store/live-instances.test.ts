import { expect, test } from 'vitest'
import { instanceText, liveInstances } from '../../src/store/live-instances.ts'
import { captureFixture, START } from '../support/capture-fixture.ts'

test('alive is who gave a sign within five seconds, has not ended, and has traffic', () => {
  const { db, add } = captureFixture()
  add('instance', { id: 2, seen_at: START - 4_999_999 })
  add('instance', { id: 3, seen_at: START - 5_000_001 })
  add('instance', { id: 4, ended_at: START })
  add('instance', { id: 5, role: 'ui' })
  expect(liveInstances(db, START).map(({ id }) => id)).toEqual([1, 2])
})

test('a process is told by number, role, name and address', () => {
  const { db, add } = captureFixture()
  add('instance', { id: 2, name: 'edge', url: 'http://127.0.0.1:6278/mcp', pid: 12 })
  expect(liveInstances(db, START).map(instanceText)).toEqual([
    '1 proxy (pid 1)',
    '2 proxy edge http://127.0.0.1:6278/mcp (pid 12)',
  ])
})
