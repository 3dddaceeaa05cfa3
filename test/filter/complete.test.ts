import { expect, test } from 'vitest'
import { complete, KEYS, parseFilter } from '../../src/filter/index.ts'

/** `^` is the cursor. */
const at = (marked: string, known = {}) => {
  const { from, to, candidates } = complete(marked.replace('^', ''), marked.indexOf('^'), known)
  return { from, to, texts: candidates.map(({ text }) => text) }
}

test('where nothing is written, every key; in a word, keys that begin as it does', () => {
  expect(at('^').texts).toHaveLength(Object.keys(KEYS).length)
  expect(at('tool:a ^').texts[0]).toBe('method:')
  expect(at('a -ME^')).toEqual({ from: 3, to: 5, texts: ['method:'] })
  expect(at('s^').texts).toEqual(['status:', 'session:', 'server:', 'stream:', 'size:', 'since:'])
  expect(at('x^').texts).toEqual([])
})

test.each<[string, number, number, string[]]>([
  ['dir:^', 4, 4, ['c2s', 's2c']],
  ['a (-dir:s^', 8, 9, ['s2c', 'c2s']],
  ['kind:requ^', 5, 9, ['request']],
  ['outcome:ok|ca^', 11, 13, ['cancelled']],
  ['METHOD:tools/^', 7, 13, ['tools/list', 'tools/call']],
  ['dir:^c2s tool:x', 4, 7, ['c2s', 's2c']],
  ['tool:^', 5, 5, ['search', '"a b"']],
  ['tool:a^', 5, 6, ['"a b"', 'search']],
  ['foo:^', 4, 4, []],
  ['"dir:^', 5, 5, []],
  ['"a\\" dir:^', 9, 9, []],
  ['dir:c2s^', 4, 7, []],
])('%j: %d..%d could be %j', (marked, from, to, texts) => {
  expect(at(marked, { tool: ['search', 'a b'] })).toEqual({ from, to, texts })
})

test('every sample and every value it offers holds', () => {
  for (const [key, { sample, takes }] of Object.entries(KEYS)) {
    expect(() => parseFilter(sample)).not.toThrow()
    for (const text of takes === 'header' ? [] : at(`${key}:^`).texts)
      expect(() => parseFilter(`${key}:${text}`)).not.toThrow()
  }
})
