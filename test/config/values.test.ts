import { describe, expect, test } from 'vitest'
import { commandWords, isHeader, isPattern, parseBoolean, parseLimit, parsePort } from '../../src/config/values.ts'

test.each([
  ['0', 0],
  ['65535', 65_535],
  ['65536', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  ['', undefined],
  ['80a', undefined],
])('the port %j is %j', (text, value) => expect(parsePort(text)).toBe(value))

test.each([
  ['1', true],
  ['True', true],
  ['off', false],
  ['maybe', undefined],
])('%j is %j', (text, value) => expect(parseBoolean(text)).toBe(value))

describe('a header', () => {
  test('has a token as its name and no line break in its value', () => {
    expect(isHeader('X-Key', 'a b')).toBe(true)
    expect(isHeader('X Key', 'a')).toBe(false)
    expect(isHeader('X-Key', 'a\r\nEvil: 1')).toBe(false)
    expect(isHeader('', 'a')).toBe(false)
  })
})

test('a pattern compiles', () => {
  expect(isPattern('sk-[a-z]+')).toBe(true)
  expect(isPattern('(')).toBe(false)
})

test.each([
  ['npx -y server', ['npx', '-y', 'server']],
  [`  a "b c" 'd "e"' f="g h"  `, ['a', 'b c', 'd "e"', 'f=g h']],
  ['"" a', ['', 'a']],
  ['', []],
  ['a "b', undefined],
])('the command %j has the words %j', (text, words) => expect(commandWords(text)).toEqual(words))

test('a bound is a size or an age, or none', () =>
  expect([
    parseLimit('2gb', 'size'),
    parseLimit('30d', 'age'),
    parseLimit('None', 'age'),
    parseLimit('x', 'size'),
    parseLimit('500', 'size'),
  ]).toEqual([2 * 1024 ** 3, 30 * 86_400_000, Infinity, undefined, undefined]))
