import { expect, test } from 'vitest'
import { blackhole } from '../../src/faults/blackhole.ts'
import { actionTexts, damageOf } from '../support/damage.ts'

test('swallows bytes and ends alike', () => {
  const table = damageOf(blackhole)
  expect([table.start(), table.chunk('a'), table.end()]).toEqual([[], [], []])
})

test('resets after a time when asked', () => {
  const table = damageOf(blackhole, { 'close-after': '2s' })
  expect(actionTexts(table.start())).toEqual(['wake 2000'])
  expect(actionTexts(table.tick('close', 2000))).toEqual(['cut rst both'])
})

test('cannot give back what it ate', () => {
  expect(blackhole.eats?.({})).toBe(true)
})
