import { expect, test } from 'vitest'
import { drop } from '../../src/faults/drop.ts'
import { actionTexts, damageOf, subjectOf } from '../support/damage.ts'
import { bodyEnd, head } from '../support/http-units.ts'

test('nothing comes out of what it is given', () => {
  expect(damageOf(drop).unit('{"id":1}')).toEqual([])
})

test('a stream keeps its head and its end; a close frame goes', () => {
  expect(actionTexts(damageOf(drop).unit('head', head()))).toEqual(['pass head\n'])
  expect(actionTexts(damageOf(drop).unit('last', bodyEnd()))).toEqual(['pass last\n'])
  expect(damageOf(drop).unit('bye', { subject: subjectOf({ kind: 'close' }) })).toEqual([])
})

test('asks for as many units as its span says', () => {
  expect(drop.span?.({ span: 3 })).toBe(3)
})

test('says how many', () => {
  expect(drop.explain({ span: 1 })).toBe('drops {it}')
  expect(drop.explain({ span: 3 })).toBe('drops {it}, 3 messages in a row')
})
