import { expect, test } from 'vitest'
import { crlf } from '../../src/faults/crlf.ts'
import { actionTexts, damageOf } from '../support/damage.ts'

test('a line ends with CRLF, once', () => {
  expect(actionTexts(damageOf(crlf).unit('{}'))).toEqual(['pass {}\r\n'])
  expect(actionTexts(damageOf(crlf).unit('{}\r'))).toEqual(['pass {}\r\n'])
})
