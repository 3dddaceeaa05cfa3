import { expect, test } from 'vitest'
import { delayHeaders } from '../../src/faults/delay-headers.ts'
import { actionTexts, damageOf } from '../support/damage.ts'
import { event, head } from '../support/http-units.ts'

test('a head is held from its arrival; what has none passes', () => {
  const table = damageOf(delayHeaders, { delay: '2s' })
  expect(actionTexts(table.unit('head', head()))).toEqual(['wait 2000', 'pass head\n'])
  expect(actionTexts(table.unit('event', event()))).toEqual(['pass event\n'])
})
