import { expect, it } from 'vitest'
import { endOfLine, firstLetters, letterOf, nameOf, startOf, valueOf } from '../../src/transports/field-line.ts'

it.each([
  ['Host: a\r\n', 'a', 6, 7],
  ['Host:a\n', 'a', 5, 6],
  ['Host: \t a b \t\r\n', 'a b', 8, 11],
  ['Host:\r\n', '', 5, 5],
  ['Host: \xe9\r\n', '\xe9', 6, 7],
])('the value of %j is %j', (line, text, from, to) => {
  expect(valueOf(Buffer.from(line, 'latin1'))).toEqual({ text, from, to })
})

it.each([
  ['Host: a\r\n', 'host'],
  ['hOST : a\r\n', 'host'],
  ['Hos: a\r\n', undefined],
  ['Hostt: a\r\n', undefined],
  ['X-Host: a\r\n', undefined],
  ['Host\r\n', undefined],
  ['', undefined],
])('the name of %j is %s', (line, name) => {
  expect(nameOf(Buffer.from(line), ['origin', 'host'])).toBe(name)
})

it('reads a start as latin1, whatever it lies in', () => {
  expect(startOf(Buffer.from('xx\xe9b', 'latin1').subarray(2), 1)).toBe('\xe9')
})

it.each([
  ['a\n', 1],
  ['\n', 0],
  [`${'x'.repeat(63)}\n`, 63],
  [`${'x'.repeat(64)}\n`, 64],
  [`${'x'.repeat(200)}\n`, 200],
  ['a', -1],
  ['x'.repeat(100), -1],
])('the line %j ends at %d', (line, end) => {
  const chunk = Buffer.from(`\n${line}`)
  expect(endOfLine(chunk, 1, chunk.length)).toBe(end === -1 ? -1 : end + 1)
  expect(endOfLine(chunk, 1, end + 1)).toBe(-1)
})

it('lets no line pass by its first letter that may have one of the names', () => {
  const letters = firstLetters(['host', 'origin'])
  for (const letter of 'hHoO') expect(letters & letterOf(letter.charCodeAt(0))).not.toBe(0)
  for (const letter of 'aAcCzZ') expect(letters & letterOf(letter.charCodeAt(0))).toBe(0)
})
