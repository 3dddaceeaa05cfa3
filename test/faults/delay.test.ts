import { expect, test } from 'vitest'
import { delay } from '../../src/faults/delay.ts'
import { actionTexts, damageOf } from '../support/damage.ts'
import { event, request } from '../support/http-units.ts'

test('waits from the arrival of the message, and all behind it', () => {
  expect(actionTexts(damageOf(delay, { delay: '2s' }).unit('a'))).toEqual(['wait 2000', 'pass a\n'])
})

test('lets others pass when told', () => {
  const table = damageOf(delay, { delay: '2s', 'let-others-pass': true })
  expect(actionTexts(table.unit('a'))).toEqual(['wake 2000'])
  expect(actionTexts(table.tick('late'))).toEqual(['pass a\n'])
})

test('nothing overtakes a whole HTTP message, nor an event that the end of its stream could overtake', () => {
  const options = { delay: '2s', 'let-others-pass': true }
  expect(actionTexts(damageOf(delay, options).unit('a', request()))).toEqual(['wait 2000', 'pass a\n'])
  expect(actionTexts(damageOf(delay, options).unit('a', event()))).toEqual(['wait 2000', 'pass a\n'])
  expect(actionTexts(damageOf(delay, options).unit('a', event({ stream: 'get' })))).toEqual(['wake 2000'])
})

test('an end lets go of what is late', () => {
  const table = damageOf(delay, { delay: '2s', 'let-others-pass': true })
  table.unit('a')
  expect(actionTexts(table.end())).toEqual(['pass a\n', 'pass end'])
})

test('takes as many as its span', () => {
  expect(delay.span?.({ delay: 1, span: 3, 'let-others-pass': false })).toBe(3)
})

test('says how late', () => {
  expect(delay.explain({ delay: 2000, span: 1, 'let-others-pass': true })).toBe(
    'delays {it} by 2 s while later ones overtake them',
  )
  expect(delay.explain({ delay: 2000, span: 3, 'let-others-pass': false })).toBe(
    'delays {it}, 3 messages in a row, by 2 s',
  )
})
