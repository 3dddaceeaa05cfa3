import { expect, test } from 'vitest'
import { stderrNoise } from '../../src/faults/stderr-noise.ts'
import { actionTexts, damageOf } from '../support/damage.ts'

test('writes a line to stderr and lets the message pass', () => {
  const table = damageOf(stderrNoise, { text: 'WARN x' })
  expect(actionTexts(table.unit('{}'))).toEqual(['stderr WARN x\n', 'pass {}\n'])
  expect([actionTexts(table.start()), actionTexts(table.end())]).toEqual([[], ['pass end']])
})

test('says which', () => {
  expect(stderrNoise.explain({ text: 'WARN x' })).toBe('writes "WARN x" to stderr as messages go by')
})
