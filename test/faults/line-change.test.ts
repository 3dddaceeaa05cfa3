import { expect, test } from 'vitest'
import { changeLines } from '../../src/faults/line-change.ts'
import type { FaultFrame } from '../../src/faults/unit.ts'
import { actionTexts, lineUnit, subjectOf } from '../support/damage.ts'

const shout = changeLines((raw) => (raw.length > 3 ? Buffer.from(raw.toString().toUpperCase()) : null))
const given = (text: string, kind: 'line' | 'end' = 'line'): string[] =>
  actionTexts(
    shout({ ...(lineUnit(text, { subject: subjectOf({ kind }) }) as FaultFrame), direction: 's2c', connection: 1 }),
  )

test('gives lines other bytes, or leaves them', () => {
  expect([given('abc'), given('a')]).toEqual([['pass ABC\n'], ['pass a\n']])
})

test('leaves what is no line', () => {
  expect(given('abc', 'end')).toEqual(['pass abc\n'])
})
