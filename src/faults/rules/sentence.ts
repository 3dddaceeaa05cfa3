/** A rule in one English sentence. */
import { explain } from '../../filter/index.ts'
import { afterText } from './after.ts'
import type { Rule } from './parse.ts'
import { durationText } from '../values.ts'

/** What it does, to what, when: `drops tools/call messages, every 3rd time, for 30 s`. No capital, no full stop. */
export function explainRule(rule: Rule): string {
  const damage = rule.fault.explain(rule.options)
  const object = objectOf(rule)
  const said = damage.includes('{it}')
    ? damage.replace('{it}', object === '' ? plainObject(rule) : object)
    : damage + (object === '' ? '' : `, for ${object}`)
  return [said, ...conditions(rule)].join(', ')
}

/** What the match says it is about; empty where it says nothing. */
function objectOf({ match, fault, perUnit }: Rule): string {
  if (match === null) return ''
  const phrase = explain(match)
  if (perUnit || fault.per === 'message') return phrase
  const noun = NOUN[fault.per]
  // `tools/call messages` names the calls a stream or connection is told apart by
  if (phrase.endsWith(' messages')) return phrase.replace(/messages$/, noun)
  return /\btraffic\b/.test(phrase) ? phrase.replace(/\btraffic\b/, noun) : `${noun} with ${phrase}`
}

const NOUN = { connection: 'connections', session: 'sessions', stream: 'streams', message: 'messages' } as const

function plainObject({ fault, perUnit, directions }: Rule): string {
  const [only] = directions
  const side = directions.length > 1 ? '' : only === 'c2s' ? ' to the server' : ' to the client'
  return perUnit || fault.per === 'message' ? `every message${side}` : `all traffic${side}`
}

const ORDINAL = new Intl.PluralRules('en', { type: 'ordinal' })
const SUFFIX: Readonly<Record<string, string>> = { one: 'st', two: 'nd', few: 'rd' }
const nthText = (n: number): string => `${n}${SUFFIX[ORDINAL.select(n)] ?? 'th'}`
const timesText = (n: number): string => (n === 1 ? 'once' : n === 2 ? 'twice' : `${n} times`)

/** The envelope, word by word. */
function conditions(rule: Rule): string[] {
  const { after, skip, nth, every, times, probability, window, state, limit, per, fault, perUnit } = rule
  const said: string[] = []
  if (after !== undefined) said.push(`after ${afterText(after)}`)
  if (skip !== undefined && skip > 0) said.push(skip === 1 ? 'but for the first' : `but for the first ${skip}`)
  if (nth !== undefined) said.push(`only the ${nthText(nth)} time`)
  if (every !== undefined && every > 1) said.push(`every ${nthText(every)} time`)
  if (probability !== undefined && probability < 1) said.push(`${Number((probability * 100).toFixed(3))} % of the time`)
  const natural = perUnit ? 'message' : fault.per
  if (per !== natural && per !== 'message') said.push(`${perUnit ? 'decided once' : 'once'} per ${per}`)
  if (times !== undefined) said.push(times === 1 ? 'once in all' : `${timesText(times)} in all`)
  if (window !== undefined) said.push(windowText(window))
  if (state?.requires !== undefined) said.push(`in sessions that are "${state.requires}"`)
  if (state?.sets !== undefined) said.push(`which makes them "${state.sets}"`)
  if (limit !== undefined) said.push(`at most ${limit} at a time`)
  if (rule['new-connections-only'] === true) said.push('on new connections only')
  if (rule.for !== undefined) said.push(`for ${durationText(rule.for)}`)
  return said
}

function windowText({ from, to }: { readonly from: number; readonly to: number | null }): string {
  if (to === null) return `from ${durationText(from)} on`
  return from === 0 ? `within the first ${durationText(to)}` : `between ${durationText(from)} and ${durationText(to)}`
}
