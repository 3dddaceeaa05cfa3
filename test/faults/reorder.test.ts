import { expect, test } from 'vitest'
import { reorder } from '../../src/faults/reorder.ts'
import { actionTexts, damageOf } from '../support/damage.ts'
import { bodyEnd, head, request } from '../support/http-units.ts'

test('neighbours change places', () => {
  const table = damageOf(reorder, {}, [0.1, 0.9])
  expect(actionTexts(table.unit('a'))).toEqual(['wake 1000'])
  expect(actionTexts(table.unit('b'))).toEqual(['pass b\n', 'pass a\n'])
})

test('the order is drawn', () => {
  const table = damageOf(reorder, { span: 3 }, [0.5, 0.9, 0.1])
  table.unit('a')
  table.unit('b')
  expect(actionTexts(table.unit('c'))).toEqual(['pass c\n', 'pass a\n', 'pass b\n'])
})

test('after its time those that are there go; a timer of earlier ones does nothing', () => {
  const table = damageOf(reorder, {}, [0.1, 0.9])
  table.unit('a')
  expect(actionTexts(table.tick(0))).toEqual(['pass a\n'])
  table.unit('b')
  expect(table.tick(0)).toEqual([])
})

test('heads and ends of streams and whole HTTP messages keep their place', () => {
  const table = damageOf(reorder)
  expect(actionTexts(table.unit('head', head()))).toEqual(['pass head\n'])
  expect(actionTexts(table.unit('whole', request()))).toEqual(['pass whole\n'])
  table.unit('a')
  expect(actionTexts(table.unit('last', bodyEnd()))).toEqual(['pass a\n', 'pass last\n'])
})

test('lets go of all at the end', () => {
  const table = damageOf(reorder)
  table.unit('a')
  expect(actionTexts(table.end())).toEqual(['pass a\n', 'pass end'])
})

test('says how many', () => {
  expect(reorder.explain({ span: 2, within: 1000 })).toBe('swaps neighbouring messages of {it} that come within 1 s')
  expect(reorder.explain({ span: 4, within: 1000 })).toBe(
    'delivers {it}, 4 messages at a time, in another order, waiting at most 1 s for them',
  )
})
