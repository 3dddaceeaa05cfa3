/**
 * Values people write: time spans, sizes, rates, chances. As zod types for options (text in, number out) and back as texts for
 * sentences. One spelling everywhere; where a unit is needed a bare number is refused, with what it may have meant.
 *
 * A default is written as people write it: `duration.prefault('50ms')`.
 */
import { z } from 'zod'

const BYTE_UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 }

/** A size in bytes: `500mb`, `2 GiB`, `1.5g`, `4096`. Units count in 1024. Undefined when it is none. */
export const parseBytes = (text: string): number | undefined => {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim()) ?? []
  return digits === '' ? undefined : Math.round(Number(digits) * (BYTE_UNITS[unit.toLowerCase()] ?? 1))
}

const MS_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** A time span in milliseconds: `500ms`, `90s`, `5m`, `12h`, `7d`, `2w`. Undefined when it is none. */
export const parseDuration = (text: string): number | undefined => {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)$/i.exec(text.trim()) ?? []
  return digits === '' ? undefined : Math.round(Number(digits) * (MS_UNITS[unit.toLowerCase()] ?? 1))
}

/** Bytes a second: `64kb/s`, `1.5 MB/s`. Undefined when it is none. */
export const parseRate = (text: string): number | undefined => {
  const [, bytes = ''] = /^(.+?)\s*\/\s*s$/i.exec(text.trim()) ?? []
  return isBare(bytes) ? undefined : parseBytes(bytes)
}

/** True for a number without a unit. */
export const isBare = (text: string): boolean => /^\s*-?\d*\.?\d*\s*$/.test(text)

/** The type of a value that is written with its unit. `readings`: the units somebody may have left out. */
function withUnit(
  format: string,
  parse: (text: string) => number | undefined,
  noun: string,
  [first, second]: readonly [string, string],
  examples: readonly string[],
) {
  const wanted = `must be ${noun} such as ${examples.slice(0, -1).join(', ')} or ${examples.at(-1)}`
  const bare = (value: unknown): string =>
    `${String(value).trim()} has no unit: write ${String(value).trim()}${first} or ${String(value).trim()}${second}`
  return z
    .string({ error: ({ input }) => (typeof input === 'number' ? bare(input) : wanted) })
    .meta({ format, examples: [...examples] })
    .transform((text, context) => {
      const value = parse(text)
      if (value !== undefined && !isBare(text)) return value
      context.addIssue({ code: 'custom', message: isBare(text) && text.trim() !== '' ? bare(text) : wanted })
      return z.NEVER
    })
}

/** A time span: `250ms`, `1.5s`, `2m`. Milliseconds once parsed. */
export const duration = withUnit('duration', parseDuration, 'a time span', ['ms', 's'], ['250ms', '1.5s', '2m'])

/** An amount of bytes: `512b`, `16kb`, `1mb`, in 1024s. Bytes once parsed. */
export const size = withUnit('size', parseBytes, 'a size', ['b', 'kb'], ['512b', '16kb', '1mb'])

/** A rate: `64kb/s`. Bytes a second once parsed; never 0. */
export const rate = withUnit('rate', parseRate, 'a rate', ['b/s', 'kb/s'], ['64kb/s', '1mb/s']).refine(
  (bytes) => bytes > 0,
  'must be more than 0',
)

/** A chance or a share, 0 to 1. */
export const probability = z
  .number({ error: 'must be a number from 0 to 1' })
  .min(0, { error: ({ input }) => share(Number(input)) })
  .max(1, { error: ({ input }) => share(Number(input)) })

const share = (value: number): string =>
  value > 1 && value <= 100
    ? `must be from 0 to 1: ${value} % is written ${value / 100}`
    : 'must be a number from 0 to 1'

/** A whole number, from `least` (default 0) to `most`. */
export const count = (least = 0, most = Number.MAX_SAFE_INTEGER) => {
  const error =
    most === Number.MAX_SAFE_INTEGER
      ? `must be a whole number, at least ${least}`
      : `must be a whole number from ${least} to ${most}`
  return z.int({ error }).min(least, { error }).max(most, { error })
}

/** Header fields, name to value (RFC 9110 §5.1, §5.5). */
export const fields = z
  .record(
    z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'must be the name of a header field'),
    z.string().regex(/^[^\r\n\0]*$/, 'must be one line'),
  )
  .meta({ format: 'fields' })

/** One of these words. */
export const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, {
    error: words.length === 1 ? `must be ${words[0]}` : `must be ${words.slice(0, -1).join(', ')} or ${words.at(-1)}`,
  })

const rounded = (value: number): string => String(Number(value.toFixed(2)))

/** Milliseconds as people say them: `200 ms`, `1.5 s`, `2 min`, `3 h`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${rounded(ms)} ms`
  if (ms < 60_000 || (ms < 3_600_000 && ms % 60_000 !== 0)) return `${rounded(ms / 1000)} s`
  return ms < 3_600_000 ? `${rounded(ms / 60_000)} min` : `${rounded(ms / 3_600_000)} h`
}

/** Bytes as people say them, in 1024s: `512 B`, `16 kB`, `1.5 MB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${rounded(bytes)} B`
  if (bytes < 1024 ** 2) return `${rounded(bytes / 1024)} kB`
  return bytes < 1024 ** 3 ? `${rounded(bytes / 1024 ** 2)} MB` : `${rounded(bytes / 1024 ** 3)} GB`
}

/** Bytes a second as people say them: `64 kB/s`. */
export const rateText = (bytes: number): string => `${sizeText(bytes)}/s`

/** `1 event`, `3 events`. */
export const countText = (many: number, noun: string): string => `${many} ${noun}${many === 1 ? '' : 's'}`
