import { expect, test } from 'vitest'
import { wordsIn } from '../../../src/faults/units/words-in.ts'

const finds = wordsIn(['"tools/call"', '"file:'])
const found = (text: string, from = 0): boolean => finds(Buffer.from(text), from)

test.each([
  ['{"method":"tools/call"}', true],
  ['{"uri":"file:///a"}', true],
  ['{"method":"tools/calls"}', false],
  ['{"text":"of tools/call"}', false],
  ['{"text":"a\\nb\\"c"}', false],
])('in %s it finds one: %s', (text, expected) => {
  expect(found(text)).toBe(expected)
})

test.each([String.raw`{"method":"tools\/call"}`, String.raw`{"method":"t\u006fols/call"}`])(
  'takes %s for one of them: it may be one in disguise',
  (text) => {
    expect(found(text)).toBe(true)
  },
)

test('looks behind the index alone, in bytes of any kind', () => {
  expect(found('"tools/call" x', 1)).toBe(false)
  expect(finds(new Uint8Array(Buffer.from('"tools/call"')), 0)).toBe(true)
})
