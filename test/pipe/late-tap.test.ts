import { expect, test } from 'vitest'
import { createLateTap } from '../../src/pipe/late-tap.ts'
import { nullTap } from '../../src/pipe/null-tap.ts'

test('tells what it was told before in order, and then everything at once', () => {
  const told: unknown[] = []
  const { tap, become } = createLateTap()
  tap.closed(1, 10)
  tap.note(1, 11, 'a', {})
  become({
    ...nullTap,
    closed: (...all) => told.push(['closed', ...all]),
    note: (...all) => told.push(['note', ...all]),
  })
  expect(told).toEqual([
    ['closed', 1, 10],
    ['note', 1, 11, 'a', {}],
  ])
  tap.closed(2, 20)
  expect(told.at(-1)).toEqual(['closed', 2, 20])
})
