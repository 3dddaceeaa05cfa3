import { expect, test } from 'vitest'
import { nearest } from '../../src/api/nearest.ts'

test.each([
  ['frame', ['frames', 'flows'], 'frames'],
  ['fraems', ['frames', 'flows'], 'frames'],
  ['flow', ['frames', 'flows'], 'flows'],
  ['something', ['frames', 'flows'], undefined],
  ['x'.repeat(10_000), ['frames'], undefined],
  ['frames', [], undefined],
])('%s', (word, candidates, expected) => {
  expect(nearest(word, candidates)).toBe(expected)
})
