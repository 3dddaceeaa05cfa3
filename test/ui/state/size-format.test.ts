import { expect, test } from 'vitest'
import { countText, shortCount, sizeText } from '../../../ui/src/state/size-format.ts'

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [1234, '1.2 kB'],
  [34_000, '34 kB'],
  [999_600, '1.0 MB'],
  [182_000_000, '182 MB'],
  [2_000_000_000_000_000, '2000 TB'],
])('%i bytes read %s', (bytes, text) => expect(sizeText(bytes)).toBe(text))

test.each([
  [999, '999'],
  [1200, '1.2k'],
  [34_400, '34k'],
  [999_600, '1.0M'],
])('%i in little room reads %s', (count, text) => expect(shortCount(count)).toBe(text))

test('a count has thin groups', () => {
  expect(countText(1_234_567).split('\u202f')).toEqual(['1', '234', '567'])
})
