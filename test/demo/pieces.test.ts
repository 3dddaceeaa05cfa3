import { expect, test } from 'vitest'
import { createChance, pieces, shuffledPieces } from '../../src/demo/pieces.ts'

const take = (count: number, seed: number, stateless = false): string[] => {
  const programme = shuffledPieces(stateless, createChance(seed))
  return Array.from({ length: count }, () => programme.next().value.name)
}

test('chance is from 0 to below 1, and the same for the same seed', () => {
  const [one, two] = [createChance(7), createChance(7)]
  const drawn = Array.from({ length: 1000 }, one)
  expect(drawn).toEqual(Array.from({ length: 1000 }, two))
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...drawn)).toBeLessThan(1)
  expect(new Set(drawn).size).toBe(1000)
})

test('every piece is played once before any is played again', () => {
  const names = pieces.map(({ name }) => name).sort()
  expect(take(pieces.length, 1).sort()).toEqual(names)
})

test('the same seed plays the same pieces in the same order', () => {
  expect(take(40, 3)).toEqual(take(40, 3))
  expect(take(40, 3)).not.toEqual(take(40, 4))
})

test('the stateless era has no piece that needs a session', () =>
  expect(take(60, 1, true)).not.toContain('interrupted'))
