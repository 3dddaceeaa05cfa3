import { expect, test } from 'vitest'
import { emptyBatch } from '../../src/store/records.ts'

test('an empty batch has a list of its own for everything', () => {
  const [one, other] = [emptyBatch(), emptyBatch()]
  const lists = Object.values(one) as unknown[][]
  expect(lists.every((list) => list.length === 0)).toBe(true)
  expect(new Set([...lists, ...Object.values(other)]).size).toBe(lists.length * 2)
})
