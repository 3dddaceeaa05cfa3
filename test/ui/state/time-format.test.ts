import { describe, expect, test } from 'vitest'
import { ageText, clockTime, exactTime, offsetTime, spanText, waitText } from '../../../ui/src/state/time-format.ts'

const at = new Date(2026, 10, 22, 4, 5, 6, 78).getTime() * 1000

test('the time of day has milliseconds, the exact one microseconds', () => {
  expect(clockTime(at)).toBe('04:05:06.078')
  expect(exactTime(at + 9)).toBe('2026-11-22 04:05:06.078009')
})

test.each([
  [0, '0.000'],
  [12_345_678, '12.346'],
  [62_345_000, '1:02.345'],
  [7_202_345_000, '2:00:02.345'],
  [-1_500_000, '−1.500'],
  [-100, '0.000'],
  [59_999_900, '1:00.000'],
])('%i µs after the base reads %s', (us, text) => expect(offsetTime(at + us, at)).toBe(text))

describe('a span', () => {
  test.each([
    [0, '0 µs'],
    [85, '85 µs'],
    [1234, '1.23 ms'],
    [12_340, '12.3 ms'],
    [218_000, '218 ms'],
    [999_600, '1.00 s'],
    [4_560_000, '4.56 s'],
    [59_990_000, '1 m 00 s'],
    [125_000_000, '2 m 05 s'],
    [11_400_000_000, '3 h 10 m'],
    [187_200_000_000, '2 d 4 h'],
    [-85, '−85 µs'],
  ])('of %i µs reads %s', (us, text) => expect(spanText(us)).toBe(text))
})

test.each([
  [900_000, 'now'],
  [12_000_000, '12 s'],
  [300_000_000, '5 m'],
  [10_800_000_000, '3 h'],
  [172_800_000_000, '2 d'],
])('an age of %i µs reads %s', (us, text) => expect(ageText(us)).toBe(text))

test.each([
  [-5, '0.0 s'],
  [449_000, '0.4 s'],
  [12_000_000, '12.0 s'],
  [65_000_000, '1 m 05 s'],
])('a wait of %i µs reads %s', (us, text) => expect(waitText(us)).toBe(text))
