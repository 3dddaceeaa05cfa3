import { expect, test } from 'vitest'
import { drop } from '../../src/faults/drop.ts'
import { damageOf } from '../support/damage.ts'

test('nothing comes out of what it is given', () => {
  expect(damageOf(drop).unit('{"id":1}')).toEqual([])
})

test('asks for as many units as its span says', () => {
  expect(drop.span?.({ span: 3 })).toBe(3)
})

test('says how many', () => {
  expect(drop.explain({ span: 1 })).toBe('drops {it}')
  expect(drop.explain({ span: 3 })).toBe('drops {it}, 3 messages in a row')
})
