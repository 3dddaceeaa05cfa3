import { expect, test } from 'vitest'
import { slowClose } from '../../src/faults/slow-close.ts'
import { actionTexts, damageOf } from '../support/damage.ts'

test('passes bytes at once and the end late', () => {
  const table = damageOf(slowClose, { delay: '3s' })
  expect(actionTexts(table.chunk('a'))).toEqual(['pass a'])
  expect(actionTexts(table.end())).toEqual(['wait 3000', 'pass end'])
})
