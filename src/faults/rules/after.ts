/** `after` and `window`: how much has to go by before a rule acts. */
import { nearest } from '../../errors/nearest.ts'
import { analyse, parseFilter, type Filter } from '../../filter/index.ts'
import { countText, durationText, parseBytes, parseDuration, sizeText } from '../values.ts'

/**
 * How much of its scope has to go by between the match and the damage. `count` of `what`:
 * - `events`: of event streams · `messages`: units with a JSON-RPC message · `calls`: requests of the client
 * - `filter`: units that `filter` matches, in either direction
 */
export type After =
  | { readonly what: 'events' | 'messages' | 'calls'; readonly count: number }
  | { readonly what: 'filter'; readonly count: number; readonly filter: Filter }
  | { readonly what: 'bytes'; readonly bytes: number }
  | { readonly what: 'time'; readonly ms: number }

/** Reads `2 events`, `3 messages`, `20 calls`, `10kb`, `5s`, a filter, `2 of <filter>`. Throws `FILTER_INVALID`; a text says what else is wrong. */
export function parseAfter(text: string): After | string {
  const [, digits, noun] = /^\s*(\d+)\s*(events?|messages?|calls?)\s*$/i.exec(text) ?? []
  if (digits !== undefined && noun !== undefined) {
    const what = `${noun.toLowerCase().replace(/s$/, '')}s` as 'events' | 'messages' | 'calls'
    return Number(digits) === 0 ? `0 ${what} is at once: leave it out` : { what, count: Number(digits) }
  }
  if (/^\s*[\d.]+\s*$/.test(text)) {
    const bare = text.trim()
    return `${bare} of what: write ${bare} events, ${bare} messages, ${bare}s or ${bare}kb`
  }
  const ms = parseDuration(text)
  if (ms !== undefined) return { what: 'time', ms }
  const bytes = parseBytes(text)
  if (bytes !== undefined) return { what: 'bytes', bytes }
  const [, number, word] = /^\s*([\d.]+)\s*([a-z]+)\s*$/i.exec(text) ?? []
  if (number !== undefined && word !== undefined) return uncounted(number, word)
  const [, many = '1', of = text] = /^\s*(\d+)\s+of\s+(.+)$/is.exec(text) ?? []
  const filter = parseFilter(of)
  if (of.trim() === '') return 'is empty: leave it out'
  const { recordedOnlyKeys } = analyse(filter)
  if (recordedOnlyKeys.length > 0) return `${recordedOnlyKeys.join(' and ')} is known of recorded traffic only`
  return Number(many) === 0 ? '0 of it is at once: leave it out' : { what: 'filter', count: Number(many), filter }
}

/** What is behind a number when it is meant to be counted, and how that is written. */
const COUNTED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ' events': ['events'],
    ' messages': ['messages', 'frames'],
    ' calls': ['calls', 'requests'],
    ms: ['ms', 'milliseconds'],
    s: ['s', 'sec', 'seconds'],
    m: ['m', 'min', 'minutes'],
    h: ['h', 'hours'],
    d: ['d', 'days'],
    b: ['b', 'bytes'],
    kb: ['kb', 'kilobytes'],
    mb: ['mb', 'megabytes'],
  }).flatMap(([unit, words]) => words.map((word) => [word, unit])),
)

/** A number and a word that is neither a unit nor something that goes by: hardly a text somebody waits for. */
function uncounted(number: string, word: string): string {
  const known = nearest(word, COUNTED.keys()) ?? nearest(`${word}s`, COUNTED.keys())
  const unit = known === undefined ? undefined : COUNTED.get(known)
  if (unit?.startsWith(' ') === true && !/^\d+$/.test(number)) return `${unit.trim()} are counted in whole numbers`
  if (unit !== undefined) return `${word} cannot be counted: did you mean ${number}${unit}?`
  const ways = ['events', 'messages', 'calls'].map((noun) => `${number} ${noun}`).join(', ')
  return `${word} cannot be counted: write ${ways}, ${number}s or ${number}kb; a text to wait for is quoted: "${number} ${word}"`
}

/** `2 events`, `5 s`, `10 kB`; of a filter its text in back quotes. */
export function afterText(after: After): string {
  switch (after.what) {
    case 'events':
    case 'messages':
    case 'calls':
      return countText(after.count, after.what.slice(0, -1))
    case 'filter':
      return `${after.count === 1 ? '' : `${after.count} of `}\`${after.filter.text.trim()}\``
    case 'bytes':
      return sizeText(after.bytes)
    case 'time':
      return durationText(after.ms)
  }
}

/** Since the rule became active, ms; `to` null for no end. */
export interface Window {
  readonly from: number
  readonly to: number | null
}

/** Reads `10s..40s`, `10s..`, `..40s`; a text says what is wrong. */
export function parseWindow(text: string): Window | string {
  const [, before, behind] = /^\s*(.*?)\s*\.\.\s*(.*?)\s*$/.exec(text) ?? []
  if (before === undefined || behind === undefined || (before === '' && behind === '')) {
    return 'must be two time spans such as 10s..40s, of which one may be left out'
  }
  const [from, to] = [before, behind].map((side) => (side === '' ? null : parseDuration(side)))
  for (const [side, value] of [
    [before, from],
    [behind, to],
  ] as const) {
    if (value === undefined)
      return /^[\d.]+$/.test(side) ? `${side} has no unit: write ${side}s` : `${side} is no time span`
  }
  if (to !== null && to! <= (from ?? 0)) return `ends before it begins; write ${behind}..${before}`
  return { from: from ?? 0, to: to ?? null }
}
