import { expect, test } from 'vitest'
import { bom } from '../../src/faults/bom.ts'
import { actionTexts, damageOf } from '../support/damage.ts'

test('a byte order mark stands in front of the line', () => {
  expect(actionTexts(damageOf(bom).unit('{}'))).toEqual(['pass \xef\xbb\xbf{}\n'])
})
