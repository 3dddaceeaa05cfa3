import { describe, expect, test } from 'vitest'
import { JsonCursor, shapeOf, textOf } from '../../src/wire/json.ts'

const skips = (text: string): boolean => {
  const cursor = new JsonCursor(Buffer.from(text))
  return cursor.skip() && cursor.peek() === undefined
}

describe('a cursor', () => {
  test.each([
    '{}',
    '[]',
    '[[],{}]',
    '{"a":{"b":[1,{"c":null}]}}',
    ' [ 1 , 2 ] ',
    '""',
    '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9"',
    '-0',
    '0',
    '10',
    '1.5',
    '1e5',
    '1E+5',
    '1.0e-5',
    'true',
    'false',
    'null',
    '\ufeff1',
  ])('passes %s', (text) => {
    expect(skips(text)).toBe(true)
  })

  test.each([
    '',
    '{',
    '[',
    '[1',
    '[1,',
    '[1,]',
    '[,]',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{a:1}',
    '{"a" 1}',
    '{1:1}',
    '[1}',
    '{"a":1]',
    '"',
    '"\\',
    '"\\x"',
    '"\\u12g4"',
    '"\\u1',
    '"\n"',
    '01',
    '-',
    '+1',
    '1.',
    '.5',
    '1e',
    '1e+',
    'tru',
    'truE',
    'nul',
    'nan',
    'undefined',
    '1 2',
    '\u00a01',
    '[1:2]',
  ])('does not pass %s', (text) => {
    expect(skips(text)).toBe(false)
    expect(() => JSON.parse(text) as unknown).toThrow()
  })

  test('passes brackets 100,000 deep, and none deeper', () => {
    expect(skips('['.repeat(100_000) + ']'.repeat(100_000))).toBe(true)
    expect(skips('['.repeat(100_001) + ']'.repeat(100_001))).toBe(false)
  })

  test('reads members of a shape by the bytes of their values', () => {
    const shape = shapeOf({ a: true, b: { c: true, d: true }, e: true })
    const slots = new Int32Array(2 * shape.last)
    const text = '{"x":[1],"b":{"d": 7 ,"x":{}},"a":"t"}'
    expect(new JsonCursor(Buffer.from(text)).read(shape, slots)).toBe(true)
    const found = Array.from({ length: shape.last }, (_, k) => text.slice(slots[2 * k], slots[2 * k + 1]))
    expect(found).toEqual(['"t"', '{"d": 7 ,"x":{}}', '', '7', ''])
  })

  test.each(['{', '{1', '{"a', '{"a"', '{"a":', '{"a":x', '{"a":1', '{"a":1]', '{"b":{"c":1,}}'])(
    'reads nothing of %s',
    (text) => {
      const shape = shapeOf({ a: true, b: { c: true } })
      expect(new JsonCursor(Buffer.from(text)).read(shape, new Int32Array(2 * shape.last))).toBe(false)
    },
  )
})

test('the text of a string is read from its bytes, and of nothing else', () => {
  const bytes = Buffer.from('"a\\n" 7')
  expect([textOf(bytes, 0, 5, 100), textOf(bytes, 6, 7, 100)]).toEqual(['a\n', null])
})
