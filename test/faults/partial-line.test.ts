import { expect, test } from 'vitest'
import { partialLine } from '../../src/faults/partial-line.ts'
import { actionTexts, damageOf } from '../support/damage.ts'

test('the second half comes later', () => {
  expect(actionTexts(damageOf(partialLine, { delay: '2s' }).unit('abcde'))).toEqual([
    'pass abc',
    'wait 2000 from now',
    'pass de\n',
  ])
})

test('says when', () => {
  expect(partialLine.explain({ delay: 2000 })).toBe('delivers the second half of lines 2 s after the first')
})
