import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maxDepth, parseJson } from '../../../ui/src/state/json-parse.ts'
import { formatJson } from '../../../ui/src/state/json-tree.ts'

describe('parseJson', () => {
  test('keeps the digits of a number', () => {
    expect(parseJson('12345678901234567890.10')).toEqual({ type: 'number', text: '12345678901234567890.10' })
  })
  test('keeps duplicate names and their order', () => {
    const node = parseJson('{"b":1,"a":2,"b":3}')
    expect(node?.type === 'object' && node.entries.map(({ name }) => name)).toEqual(['b', 'a', 'b'])
  })
  test('reads escapes and leaves other text alone', () => {
    expect(parseJson(String.raw`"a\"\\\u0041/é\n"`)).toEqual({ type: 'string', value: 'a"\\A/é\n' })
  })
  test('takes a string of a megabyte', () => {
    expect(parseJson(`"${'x'.repeat(1_000_000)}"`)).toMatchObject({ type: 'string' })
  })
  test.each(['', '{', '[1,]', '{"a"}', '{a:1}', '01', '1 2', '"a', '"a\n"', String.raw`"\x"`, 'nul', '[1}', '"\\"'])(
    'gives null for %j',
    (text) => expect(parseJson(text)).toBeNull(),
  )
  test('gives null for what is nested too deep to draw', () => {
    expect(parseJson('['.repeat(maxDepth) + ']'.repeat(maxDepth))).not.toBeNull()
    expect(parseJson('['.repeat(100_000))).toBeNull()
  })
  test('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const node = parseJson(text)
        expect(node).not.toBeNull()
        expect(JSON.parse(formatJson(node!))).toEqual(JSON.parse(text))
      }),
    )
  })
  test('refuses what JSON.parse refuses', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '}', '[', '\\', '0', ' '), (text, place, put) => {
        const at = place % (text.length + 1)
        const broken = text.slice(0, at) + put + text.slice(at + 1)
        let valid = true
        try {
          JSON.parse(broken)
        } catch {
          valid = false
        }
        expect(parseJson(broken) !== null).toBe(valid)
      }),
    )
  })
})
