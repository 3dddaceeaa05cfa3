import { expect, test } from 'vitest'
import { totalsOf } from '../../src/store/totals.ts'
import { captureFixture } from '../support/capture-fixture.ts'

test('sessions, frames, calls and the bytes of the file are counted', () => {
  const { db, add } = captureFixture()
  add('session', { uid: 'abcd2345' })
  for (let i = 0; i < 3; i++) add('frame')
  for (let i = 0; i < 2; i++) add('call')
  const bytes =
    (db.pragma('page_count', { simple: true }) as number) * (db.pragma('page_size', { simple: true }) as number)
  expect(totalsOf(db, () => 0)()).toEqual({ sessions: 1, frames: 3, calls: 2, bytes })
})

test('what took long to count is not counted again at once', () => {
  const { db, add } = captureFixture()
  let at = 0
  let took = 10
  const totals = totalsOf(db, () => (at += took))
  expect(totals().frames).toBe(0)
  took = 0
  add('frame')
  at += 499
  expect(totals().frames).toBe(0)
  at += 1
  expect(totals().frames).toBe(1)
})

test('what takes no time is counted each time', () => {
  const { db, add } = captureFixture()
  const totals = totalsOf(db, () => 0)
  expect(totals().frames).toBe(0)
  add('frame')
  expect(totals().frames).toBe(1)
})
