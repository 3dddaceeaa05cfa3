import { expect, test } from 'vitest'
import { drawOf } from '../../src/faults/draw.ts'

test.each([
  [0, 'a', 'x', 0.7741364034919123],
  [1, 'a', 'x', 0.11321471970939778],
  [2 ** 32, 'a', 'x', 0.22304510772324215],
  [42, 'lose', 'message s2c tools/call search 1', 0.5533367793963179],
  [42, 'lose', 'message s2c tools/call search 2', 0.11049264433667383],
  [42, 'los', 'emessage s2c tools/call search 2', 0.2922850309440601],
])('seed %d, rule %s, key %s draw what they drew in every version', (seed, rule, key, drawn) => {
  expect(drawOf(seed, rule, key)).toBe(drawn)
})

test('draws of counted keys are spread evenly, and none follows from the one before', () => {
  const draws = Array.from({ length: 50_000 }, (_, n) => drawOf(7, 'r', `message s2c tools/call ${n}`))
  const tenths = Array.from({ length: 10 }, () => 0)
  for (const draw of draws) tenths[Math.floor(draw * 10)]!++
  for (const tenth of tenths) expect(Math.abs(tenth / 5000 - 1)).toBeLessThan(0.06)
  const product = draws.reduce((sum, draw, n) => sum + (draw - 0.5) * ((draws[n - 1] ?? 0.5) - 0.5), 0)
  expect(Math.abs(product / draws.length)).toBeLessThan(0.002)
})
