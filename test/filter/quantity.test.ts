import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseQuantity, printQuantity, type Quantity } from '../../src/filter/quantity.ts'

test.each<[string, Quantity, number | undefined]>([
  ['404', 'number', 404],
  ['-32602', 'number', -32602],
  ['4.5', 'number', undefined],
  ['500ms', 'duration', 500],
  ['1.5S', 'duration', 1500],
  ['2m', 'duration', 120_000],
  ['1w', 'duration', 604_800_000],
  ['500', 'duration', undefined],
  ['16kb', 'size', 16_384],
  ['1.5b', 'size', 2],
  ['1MB', 'size', 1_048_576],
  ['16kib', 'size', undefined],
  ['kb', 'size', undefined],
])('%s as %s is %s', (text, of, value) => {
  expect(parseQuantity(text, of)).toBe(value)
})

test.each<[number, Quantity, string]>([
  [0, 'duration', '0ms'],
  [90_000, 'duration', '90s'],
  [0.5, 'duration', '0.5ms'],
  [1024, 'size', '1kb'],
  [1025, 'size', '1025b'],
  [-5, 'number', '-5'],
])('%d as %s is written %s', (value, of, text) => {
  expect(printQuantity(value, of)).toBe(text)
})

test('what was read is written so that it reads the same', () => {
  const written = fc.tuple(fc.nat(999_999), fc.nat(999_999), fc.constantFrom('ms', 's', 'm', 'h', 'd', 'w'))
  fc.assert(
    fc.property(written, ([whole, part, unit]) => {
      const value = parseQuantity(`${whole}.${part}${unit}`, 'duration')!
      expect(parseQuantity(printQuantity(value, 'duration'), 'duration')).toBe(value)
    }),
  )
})
