import { expect, test } from 'vitest'
import { inject } from '../../src/faults/inject.ts'
import { actionTexts, damageOf } from '../support/damage.ts'
import { bodyEnd, head, request } from '../support/http-units.ts'

test.each([
  ['before', ['write X\n', 'pass a\n']],
  ['after', ['pass a\n', 'write X\n']],
  ['instead', ['write X\n']],
])('%s the message that matches', (at, actions) => {
  expect(actionTexts(damageOf(inject, { message: 'X', at }).unit('a'))).toEqual(actions)
})

test('an object becomes JSON', () => {
  expect(actionTexts(damageOf(inject, { message: { id: 1 } }).unit('a'))).toContain('write {"id":1}\n')
})

test('leaves whole HTTP messages alone, and says so', () => {
  const table = damageOf(inject, { message: 'X' })
  expect(actionTexts(table.unit('a', request()))).toEqual(['pass a\n'])
  expect(table.notApplied).toEqual(['a whole HTTP message has no room for another'])
})

test('stays inside the stream', () => {
  const at = (where: string, unit: object): number =>
    damageOf(inject, { message: 'X', at: where }).unit('a', { ...unit, another: () => Buffer.from('X') }).length
  expect([at('before', head()), at('after', head()), at('instead', head())]).toEqual([1, 2, 1])
  expect([at('before', bodyEnd()), at('after', bodyEnd())]).toEqual([2, 1])
})

test('says what and where', () => {
  expect(inject.explain({ message: '{}', at: 'before' })).toBe('adds {} before {it}')
  expect(inject.explain({ message: 'x'.repeat(80), at: 'instead' })).toBe(`replaces {it} by ${'x'.repeat(57)}…`)
})
