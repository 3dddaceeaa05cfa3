import fc from 'fast-check'
import { expect, test } from 'vitest'
import { finder, folded, matcher } from '../../src/filter/pattern.ts'

const parts = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'A'), maxLength: 2 }), {
  minLength: 1,
  maxLength: 4,
})
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'A', 'B'), maxLength: 8 })

test('a text fits where the same pattern as a regular expression says so', () => {
  fc.assert(
    fc.property(parts, text, fc.boolean(), (some, of, caseless) => {
      const regular = new RegExp(`^${some.join('.*')}$`, caseless ? 'i' : '')
      expect(matcher({ parts: some }, caseless)(of)).toBe(regular.test(of))
      expect(finder({ parts: some })(folded(of))).toBe(new RegExp(some.join('.*'), 'i').test(of))
    }),
    { numRuns: 3000 },
  )
})

test('only letters of ASCII are folded, as SQLite does', () => {
  expect(folded('ÄBC-\u212ad')).toBe('Äbc-\u212ad')
})

test('many wildcards on a long text take no longer than looking once for each', () => {
  const fits = matcher({ parts: ['', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'b', ''] })
  const from = performance.now()
  expect(fits('a'.repeat(200_000))).toBe(false)
  expect(performance.now() - from).toBeLessThan(200)
})
