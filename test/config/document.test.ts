import { describe, expect, test } from 'vitest'
import { placeIn, readDocument, readJson } from '../../src/config/document.ts'

describe('a document', () => {
  test('is JSON with comments and trailing commas where it begins like JSON', () => {
    const text = '// mine\n{\n  "a": [1, 2,], /* b */\n  "b": { "c": "x//y", },\n}\n'
    const { value, errors, placeOf, placeOfKey } = readDocument(text)
    expect([value, errors]).toEqual([{ a: [1, 2], b: { c: 'x//y' } }, []])
    expect(placeOf(['a', 1])).toEqual({ line: 3, column: 12 })
    expect(placeOf(['b', 'missing'])).toEqual({ line: 4, column: 8 })
    expect(placeOfKey(['b'], 'c')).toEqual({ line: 4, column: 10 })
  })

  test('is YAML else, also in braces', () => {
    expect(readDocument('a: 1\nb: [x]\n').value).toEqual({ a: 1, b: ['x'] })
    expect(readDocument('{a: 1, b: x}').value).toEqual({ a: 1, b: 'x' })
    expect(readDocument('a: 1\nb:\n  c: 2\n').placeOfKey(['b'], 'c')).toEqual({ line: 3, column: 3 })
  })

  test('may be empty, and may begin with a byte order mark', () => {
    expect(readDocument('').value).toBeUndefined()
    expect(readDocument('\uFEFF{"a": 1}')).toMatchObject({ value: { a: 1 }, errors: [] })
  })

  test('that is neither has the mistakes of the one it looks like, with their places', () => {
    expect(readDocument('{\n  "a": [1 }\n').errors).toEqual([
      { line: 2, column: 11, message: 'is no JSON: comma expected' },
    ])
    expect(readDocument('a: [1\nb: 2').errors[0]).toMatchObject({ line: 2 })
  })

  test('keeps keys that mean something to JavaScript', () =>
    expect(Object.keys(readDocument('{"__proto__": {"a": 1}, "b": 2}').value as object)).toEqual(['__proto__', 'b']))
})

test('a file that must be JSON is refused as YAML', () =>
  expect(readJson('a: 1').errors[0]).toEqual({ line: 1, column: 1, message: 'is no JSON: invalid symbol' }))

test('places count lines of every kind', () =>
  expect(['a\nbc', 'a\r\nbc', 'a\rbc'].map((text) => placeIn(text, text.indexOf('c')))).toEqual(
    Array(3).fill({ line: 2, column: 2 }),
  ))
