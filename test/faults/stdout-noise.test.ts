import { expect, test } from 'vitest'
import { stdoutNoise } from '../../src/faults/stdout-noise.ts'
import { actionTexts, damageOf } from '../support/damage.ts'

test('a line that is no message stands in front of one that matches', () => {
  expect(actionTexts(damageOf(stdoutNoise, { text: 'oops' }).unit('{}'))).toEqual(['write oops\n', 'pass {}\n'])
})

test('says which', () => {
  expect(stdoutNoise.explain({ text: 'oops' })).toBe('writes "oops" to stdout in front of messages')
})
