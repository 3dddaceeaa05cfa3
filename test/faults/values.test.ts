import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  count,
  duration,
  durationText,
  oneOf,
  parseBytes,
  parseDuration,
  parseRate,
  probability,
  rate,
  rateText,
  size,
  sizeText,
} from '../../src/faults/values.ts'

test.each([
  ['500mb', 524_288_000],
  ['2 GiB', 2_147_483_648],
  ['1.5k', 1536],
  ['4096', 4096],
  ['10b', 10],
  ['mb', undefined],
  ['-1', undefined],
  ['1 year', undefined],
])('the size %j is %j bytes', (text, value) => expect(parseBytes(text)).toBe(value))

test.each([
  ['7d', 604_800_000],
  ['90s', 90_000],
  ['1.5h', 5_400_000],
  ['250ms', 250],
  ['2w', 1_209_600_000],
  ['7', undefined],
  ['d', undefined],
])('the time span %j is %j ms', (text, value) => expect(parseDuration(text)).toBe(value))

test.each([
  ['64kb/s', 65_536],
  ['1.5 MB / s', 1_572_864],
  ['64kb', undefined],
  ['64/s', undefined],
])('the rate %j is %j bytes a second', (text, value) => expect(parseRate(text)).toBe(value))

/** What is said about a value, or the value. */
const read = (type: z.ZodType, value: unknown): unknown => {
  const { success, data, error } = type.safeParse(value)
  return success ? data : error.issues.map(({ message }) => message).join('; ')
}

describe('a value with a unit', () => {
  test.each([
    [duration, '1.5s', 1500],
    [size, '16kb', 16_384],
    [rate, '64kb/s', 65_536],
  ])('is a number once parsed', (type, text, value) => expect(read(type, text)).toBe(value))

  test.each([
    [duration, 200, '200 has no unit: write 200ms or 200s'],
    [duration, '200', '200 has no unit: write 200ms or 200s'],
    [size, 16, '16 has no unit: write 16b or 16kb'],
    [rate, '64', '64 has no unit: write 64b/s or 64kb/s'],
  ])('is refused without it, with what it may have meant', (type, value, message) =>
    expect(read(type, value)).toBe(message),
  )

  test.each([
    [duration, 'soon', 'must be a time span such as 250ms, 1.5s or 2m'],
    [duration, '', 'must be a time span such as 250ms, 1.5s or 2m'],
    [duration, true, 'must be a time span such as 250ms, 1.5s or 2m'],
    [size, '-1kb', 'must be a size such as 512b, 16kb or 1mb'],
    [rate, '64kb', 'must be a rate such as 64kb/s or 1mb/s'],
    [rate, '0kb/s', 'must be more than 0'],
  ])('is refused when it is something else', (type, value, message) => expect(read(type, value)).toBe(message))

  test('is a text with a format in the schema of a form, its default too', () => {
    const schema = z.toJSONSchema(z.object({ delay: duration.prefault('50ms').describe('How long') }), { io: 'input' })
    expect(schema.properties?.['delay']).toEqual({
      type: 'string',
      format: 'duration',
      examples: ['250ms', '1.5s', '2m'],
      description: 'How long',
      default: '50ms',
    })
  })
})

test.each([
  [probability, 0.3, 0.3],
  [probability, 30, 'must be from 0 to 1: 30 % is written 0.3'],
  [probability, -1, 'must be a number from 0 to 1'],
  [probability, 'often', 'must be a number from 0 to 1'],
  [count(1), 0, 'must be a whole number, at least 1'],
  [count(1, 5), 1.5, 'must be a whole number from 1 to 5'],
  [oneOf(['fin', 'rst', 'hang']), 'bye', 'must be fin, rst or hang'],
  [oneOf(['on']), 'off', 'must be on'],
])('%# is read as it should', (type, value, result) => expect(read(type, value)).toBe(result))

test.each([
  [durationText, 200, '200 ms'],
  [durationText, 1500, '1.5 s'],
  [durationText, 90_000, '90 s'],
  [durationText, 120_000, '2 min'],
  [durationText, 5_400_000, '1.5 h'],
  [sizeText, 512, '512 B'],
  [sizeText, 16_384, '16 kB'],
  [sizeText, 1_572_864, '1.5 MB'],
  [sizeText, 2_147_483_648, '2 GB'],
  [rateText, 65_536, '64 kB/s'],
])('%# is said as people say it', (text, value, said) => expect(text(value)).toBe(said))
