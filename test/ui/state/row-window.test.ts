import { expect, test } from 'vitest'
import { RowWindow } from '../../../ui/src/state/row-window.ts'
import type { FrameRow } from '../../../src/api/contract.ts'
import { frameRow } from '../../support/ui-rows.ts'

const rows = (...ids: number[]) => ids.map((id) => frameRow(id))
const windowOf = (...ids: number[]) => {
  const window = new RowWindow<FrameRow>()
  window.reset(rows(...ids), false, false)
  return window
}
const ids = (window: RowWindow<FrameRow>) => window.rows.map(({ id }) => id)

test('merges rows into their place and counts the new ones', () => {
  const window = windowOf(2, 5, 9)
  expect(window.merge(rows(1, 5, 6, 12))).toBe(3)
  expect(ids(window)).toEqual([1, 2, 5, 6, 9, 12])
})

test('a row that is held is replaced', () => {
  const window = windowOf(2, 5)
  expect(window.merge([frameRow(5, { label: 'new' })])).toBe(0)
  expect(window.get(5)?.label).toBe('new')
  expect(window.update(frameRow(2, { label: 'too' }))).toBe(true)
  expect(window.get(2)?.label).toBe('too')
  expect(window.update(frameRow(3))).toBe(false)
})

test('puts only older rows in front', () => {
  const window = windowOf(5, 6)
  window.prepend(rows(3, 4, 5))
  expect(ids(window)).toEqual([3, 4, 5, 6])
})

test('finds rows by id', () => {
  const window = windowOf(2, 5, 9)
  expect([0, 2, 3, 9, 10].map((id) => window.lowerBound(id))).toEqual([0, 0, 1, 2, 3])
  expect(window.get(4)).toBeUndefined()
})

test('removes a row, and nothing for an id it does not hold', () => {
  const window = windowOf(2, 5, 9)
  window.remove(5)
  window.remove(6)
  expect(ids(window)).toEqual([2, 9])
})

test('remembers that it let go of an end', () => {
  const window = windowOf(1, 2, 3, 4)
  window.trimOldest(3)
  expect([ids(window), window.hasOlder, window.hasNewer]).toEqual([[2, 3, 4], true, false])
  window.trimNewest(2)
  expect([ids(window), window.hasOlder, window.hasNewer]).toEqual([[2, 3], true, true])
})

test('an empty one has no ends', () => {
  const window = new RowWindow<FrameRow>()
  expect([window.firstId, window.lastId, window.rows]).toEqual([null, null, []])
})
