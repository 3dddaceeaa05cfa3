import { expect, test } from 'vitest'
import { bytesText, countText, dayText, durationText, timeText } from '../../src/cli/units.ts'

test.each([
  [400, '0.4 ms'],
  [12_000, '12 ms'],
  [999_400, '999 ms'],
  [1_250_000, '1.25 s'],
  [12_340_000, '12.3 s'],
  [200_000_000, '3 min 20 s'],
  [180_000_000, '3 min'],
  [7_500_000_000, '2 h 5 min'],
  [273_600_000_000, '3 d 4 h'],
])('%d µs are %s', (microseconds, text) => expect(durationText(microseconds)).toBe(text))

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [1434, '1.4 kB'],
  [150_000, '146 kB'],
  [5_000_000_000, '4.7 GB'],
])('%d bytes are %s', (bytes, text) => expect(bytesText(bytes)).toBe(text))

const at = new Date(2026, 10, 22, 14, 3, 7, 125).getTime() * 1000

test('an instant has its time of day', () => expect(timeText(at)).toBe('14:03:07.125'))

test('an instant of another day has its day', () => {
  expect(dayText(at, at + 1000)).toBe('14:03:07')
  expect(dayText(at, at + 86_400_000_000)).toBe('2026-11-22 14:03')
})

test('one is singular', () => expect([countText(1, 'call'), countText(0, 'call')]).toEqual(['1 call', '0 calls']))
