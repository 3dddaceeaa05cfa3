import { expect, test } from 'vitest'
import { rechunk } from '../../src/faults/rechunk.ts'
import { actionTexts, damageOf } from '../support/damage.ts'

/** The pieces, without the waits between them. */
const cut = (text: string, options: object): string[] =>
  actionTexts(damageOf(rechunk, options).chunk(text)).filter((action) => action.startsWith('pass'))

test('byte by byte, with a wait that keeps the kernel from joining them', () => {
  expect(actionTexts(damageOf(rechunk).chunk('ab'))).toEqual(['pass a', 'wait 0.1 from now', 'pass b'])
})

test.each([
  ['line', 'a\nb\nc', ['pass a\n', 'pass b\n', 'pass c']],
  ['crlf', 'a\r\nb\r\n', ['pass a\r', 'pass \nb\r', 'pass \n']],
  ['2b', 'abcde', ['pass ab', 'pass cd', 'pass e']],
])('by %s', (by, text, pieces) => {
  expect(cut(text, { by })).toEqual(pieces)
})

test('within characters of several bytes', () => {
  expect(cut('aäb', { by: 'utf8' })).toEqual(['pass a\xc3', 'pass \xa4b'])
})

test('a gap between the pieces', () => {
  expect(actionTexts(damageOf(rechunk, { by: 'line', gap: '20ms' }).chunk('a\nb'))).toContain('wait 20 from now')
})

test('gathers what comes within the gap', () => {
  const table = damageOf(rechunk, { by: 'coalesce', gap: '20ms' })
  expect(actionTexts(table.chunk('a'))).toEqual(['wake 20'])
  expect(table.chunk('b')).toEqual([])
  expect(actionTexts(table.tick('gathered'))).toEqual(['pass a', 'pass b'])
  table.chunk('c')
  expect(actionTexts(table.end())).toEqual(['pass c', 'pass end'])
})

test('says how', () => {
  expect(rechunk.explain({ by: { bytes: 16 }, gap: 20 })).toBe('delivers bytes in pieces of 16 B, 20 ms apart')
  expect(rechunk.explain({ by: 'coalesce', gap: 20 })).toBe('gathers what comes within 20 ms into one piece')
})
