import { expect, test } from 'vitest'
import { printable, shortened } from '../../src/cli/printable.ts'

test.each([
  ['\u001b[31mred', String.raw`\x1b[31mred`],
  ['bell\u0007', String.raw`bell\x07`],
  ['c1 \u009b0m', String.raw`c1 \x9b0m`],
  ['a\u202eb', String.raw`a\u202eb`],
  ['one\ntwo', String.raw`one\x0atwo`],
  ['plain ünïcode 漢字', 'plain ünïcode 漢字'],
])('%j is printed as %j', (text, safe) => expect(printable(text)).toBe(safe))

test('line feeds stay in text of several lines, carriage returns do not', () =>
  expect(printable('one\r\ntwo', true)).toBe('one\\x0d\ntwo'))

test('what is too long ends in an ellipsis', () => {
  expect(shortened('12345', 5)).toBe('12345')
  expect(shortened('123456', 5)).toBe('1234…')
})
