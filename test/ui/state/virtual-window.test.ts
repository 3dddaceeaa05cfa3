import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anchorAt, bottomOf, isAtBottom, topToShow, visibleRange } from '../../../ui/src/state/virtual-window.ts'

const view = { height: 280, rowHeight: 28, count: 100_000 }

describe('visibleRange', () => {
  test('has the rows in sight and some more', () => {
    expect(visibleRange({ ...view, top: 28_000 }, 2)).toEqual({ start: 998, end: 1012 })
  })
  test('stops at both ends', () => {
    expect(visibleRange({ ...view, top: 0 }, 8)).toEqual({ start: 0, end: 18 })
    expect(visibleRange({ ...view, top: bottomOf(view) }, 8)).toEqual({ start: 99_982, end: 100_000 })
  })
  test('is empty in an empty list', () => {
    expect(visibleRange({ ...view, count: 0, top: 500 })).toEqual({ start: 0, end: 0 })
  })
  test('covers the sight wherever it is, and is never long', () => {
    fc.assert(
      fc.property(fc.nat(3_000_000), fc.nat(2000), fc.nat(100_000), (top, height, count) => {
        const { start, end } = visibleRange({ top, height, rowHeight: 28, count })
        expect(start).toBeLessThanOrEqual(end)
        expect(end).toBeLessThanOrEqual(count)
        expect(end - start).toBeLessThanOrEqual(Math.ceil(height / 28) + 18)
        expect(start).toBeLessThanOrEqual(Math.max(0, Math.min(count, Math.floor(top / 28))))
      }),
    )
  })
})

test('the end counts as reached within half a row', () => {
  const bottom = bottomOf(view)
  expect(isAtBottom({ ...view, top: bottom - 14 })).toBe(true)
  expect(isAtBottom({ ...view, top: bottom - 15 })).toBe(false)
  expect(isAtBottom({ ...view, count: 3, top: 0 })).toBe(true)
})

test('moves as little as possible to show a row', () => {
  expect(topToShow(5, { ...view, top: 0 })).toBe(0)
  expect(topToShow(10, { ...view, top: 0 })).toBe(28)
  expect(topToShow(3, { ...view, top: 280 })).toBe(84)
})

test('an anchor is the row at the edge and how much of it is hidden', () => {
  expect(anchorAt(70, 28, (index) => `frame-${index}`)).toEqual({ id: 'frame-2', hidden: 14 })
  expect(anchorAt(0, 28, () => undefined)).toBeNull()
})
