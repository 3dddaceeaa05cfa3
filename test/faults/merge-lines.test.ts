import { expect, test } from 'vitest'
import { mergeLines } from '../../src/faults/merge-lines.ts'
import { actionTexts, damageOf } from '../support/damage.ts'

test('a line loses its end', () => {
  expect(actionTexts(damageOf(mergeLines).unit('{}'))).toEqual(['pass {}'])
  expect(actionTexts(damageOf(mergeLines).unit('{}\r'))).toEqual(['pass {}'])
})
