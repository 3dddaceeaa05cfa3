import { expect, test } from 'vitest'
import { freeze } from '../../src/faults/freeze.ts'
import { actionTexts, damageOf } from '../support/damage.ts'

test('holds everything until the time is over, each as long as is left', () => {
  const table = damageOf(freeze, { duration: '1s' })
  expect(table.start()).toEqual([])
  expect(actionTexts(table.chunk('a', 0))).toEqual(['wait 1000', 'pass a'])
  expect(actionTexts(table.chunk('b', 900))).toEqual(['wait 100', 'pass b'])
  expect(actionTexts(table.chunk('c', 1000))).toEqual(['pass c'])
})

test('resets at the end when asked, and lets nothing through before', () => {
  const table = damageOf(freeze, { duration: '1s', then: 'rst' })
  expect(actionTexts(table.start())).toEqual(['wake 1000'])
  expect(table.chunk('a', 500)).toEqual([])
  expect(actionTexts(table.tick('over', 1000))).toEqual(['cut rst both'])
  expect(table.chunk('b', 1100)).toEqual([])
})
