/** From what people write to a rule that can be acted on, or to everything that is wrong with it. */
import type { z } from 'zod'
import {
  analyse,
  type Analysis,
  compile,
  type Filter,
  parseFilter,
  type Predicate,
  problemOf,
} from '../../filter/index.ts'
import type { Direction } from '../../wire/frame.ts'
import type { AnyFault, Scope } from '../fault.ts'
import { faults } from '../index.ts'
import { contradictionsIn, envelope, type Envelope } from './envelope.ts'
import { ruleError, type RuleProblem } from './problem.ts'
import { inOurWords } from './wanted.ts'
import { type Complain, faultNamed, unknownOption } from './mistakes.ts'
import { ENVELOPE, type RuleSource } from './rule.ts'

/** A rule that was checked: its envelope, its fault with options parsed, and what follows from both. */
export interface Rule extends Omit<Envelope, 'id' | 'fault' | 'match'> {
  readonly id: string
  readonly source: RuleSource
  readonly fault: AnyFault
  readonly options: unknown
  /** As written; null: everything. */
  readonly match: Filter | null
  /** `match`, and what the fault narrows it to. */
  readonly filter: Filter
  readonly holds: Predicate
  readonly analysis: Analysis
  /** Where the damage is done. */
  readonly directions: readonly Direction[]
  /** What one draw covers. */
  readonly per: Scope
  /** The damage is done to the units that match, one by one, not to all traffic of the scope. */
  readonly perUnit: boolean
}

/** Reads one rule; a rule without `id` is named for its fault. Throws `RULE_INVALID` with all problems. `among`: the faults there are. */
export function parseRule(source: unknown, among: readonly AnyFault[] = faults): Rule {
  const problems: RuleProblem[] = []
  const rule = readRule(source, among, (path, message, meant) =>
    problems.push({ path, message, ...(meant === undefined ? {} : { nearest: meant }) }),
  )
  if (rule === undefined || problems.length > 0) throw ruleError(problems, faultIn(source, among))
  return rule
}

/** The type of a fault that there is. */
function faultIn(source: unknown, among: readonly AnyFault[]): string | undefined {
  const { fault } = Object(source) as { readonly fault?: unknown }
  return among.find(({ type }) => type === fault)?.type
}

function readRule(source: unknown, among: readonly AnyFault[], complain: Complain): Rule | undefined {
  if (typeof source !== 'object' || source === null || Array.isArray(source)) {
    complain('', 'must be a fault with its options, such as { fault: latency, delay: 200ms }')
    return undefined
  }
  const written = source as RuleSource
  const words = new Set<string>(ENVELOPE)
  const entries = Object.entries(written).filter(([, value]) => value !== undefined)
  const when = Object.fromEntries(entries.filter(([key]) => words.has(key)))
  const read = envelope.safeParse(when, { error: inOurWords(envelope) })
  for (const issue of read.error?.issues ?? []) complain(issue.path.join('.'), issue.message)
  const fault = faultNamed(written, among, complain)
  const match = filterOf(written.match, complain)
  if (fault === undefined) return undefined
  const chosen = Object.fromEntries(entries.filter(([key]) => !words.has(key)))
  const options = optionsOf(fault, chosen, among, complain)
  for (const [key, message] of read.success ? contradictionsIn(read.data) : []) complain(key, message)
  if (!read.success || options === undefined || match === undefined) return undefined
  return ruleOf({ source: written, envelope: read.data, fault, options, match }, complain)
}

/** Null for no filter; undefined when it is wrong. */
function filterOf(text: unknown, complain: Complain): Filter | null | undefined {
  if (typeof text !== 'string') return null
  try {
    const filter = parseFilter(text)
    const { recordedOnlyKeys } = analyse(filter)
    if (recordedOnlyKeys.length === 0) return filter.text.trim() === '' ? null : filter
    complain('match', `${recordedOnlyKeys.map((key) => `${key}:`).join(' and ')} is known of recorded traffic only`)
  } catch (error) {
    const { nearest: meant } = problemOf(error) ?? {}
    complain('match', (error as Error).message.replace(/\.$/, ''), meant ?? undefined)
  }
  return undefined
}

function optionsOf(
  fault: AnyFault,
  written: object,
  among: readonly AnyFault[],
  complain: Complain,
): { readonly value: unknown } | undefined {
  const parsed = fault.options.safeParse(written, { error: inOurWords(fault.options) })
  if (parsed.success) return { value: parsed.data }
  for (const issue of parsed.error.issues) {
    if (issue.code === 'unrecognized_keys' && issue.path.length === 0) {
      for (const key of issue.keys) {
        complain(key, ...unknownOption([key, (written as Record<string, unknown>)[key]], fault, among))
      }
    } else complain(issue.path.join('.'), needed(issue, written))
  }
  return undefined
}

function needed(issue: z.core.$ZodIssue, written: object): string {
  const [first, ...deeper] = issue.path
  const missing = deeper.length === 0 && first !== undefined && !Object.hasOwn(written, first)
  return missing ? `is needed: ${issue.message}` : issue.message
}

interface Parts {
  readonly source: RuleSource
  readonly envelope: Envelope
  readonly fault: AnyFault
  readonly options: { readonly value: unknown }
  readonly match: Filter | null
}

const MESSAGES = ['request', 'notification', 'response', 'error', 'invalid'] as const

/** What follows from the parts together. */
function ruleOf({ source, envelope: when, fault, options: given, match }: Parts, complain: Complain): Rule | undefined {
  const byMatch = match === null ? undefined : analyse(match)
  const options = fault.suited?.(given.value as never, byMatch ?? null) ?? given.value
  const narrow = typeof fault.narrow === 'function' ? fault.narrow(options as never) : (fault.narrow ?? '')
  const filter = both(match ?? parseFilter(fault.otherwise ?? ''), parseFilter(narrow))
  const analysis = analyse(filter)
  const said = byMatch !== undefined && byMatch.directions.length === 1 ? byMatch.directions : directionsOf(fault)
  const directions = said.filter((direction) => analysis.directions.includes(direction))
  const ofAny = MESSAGES.some((message) => analysis.possible({ message }))
  if (analysis.directions.length === 0 || directions.length === 0 || !ofAny) {
    complain('match', `never holds for ${fault.type}${narrow === '' ? '' : `, which is about ${narrow}`}`)
  }
  if (!fault.applies.some((transport) => analysis.transports.includes(transport))) {
    const where = analysis.transports.join(', ')
    complain('match', `${fault.type} has no meaning on ${where === '' ? 'that transport' : where}`)
  }
  const perUnit = fault.per === 'message' || (fault.perMessage === true && byMatch?.needs === 'message')
  const per = when.per ?? (perUnit ? (when.after === undefined ? 'message' : 'session') : fault.per)
  for (const [key, message] of scopeProblems(fault, { ...when, per }, { analysis, perUnit })) complain(key, message)
  const { id = fault.type, ...rest } = when
  return {
    ...rest,
    id,
    source,
    fault,
    options,
    match,
    filter,
    holds: holdsWhere(fault, filter),
    analysis,
    directions,
    per,
    perUnit: perUnit || per === 'message',
  }
}

function scopeProblems(
  fault: AnyFault,
  { per, after }: Envelope,
  { analysis, perUnit }: { readonly analysis: Analysis; readonly perUnit: boolean },
): [string, string][] {
  const problems: [string, string][] = []
  if (fault.needs === 'listener' || fault.needs === 'dial' || fault.needs === 'process') {
    if (per !== 'connection') problems.push(['per', `must be connection: ${fault.type} acts before anything is said`])
    if (analysis.needs !== 'connection') {
      problems.push(['match', `${fault.type} acts before anything is said: only server: and tap: can be asked`])
    }
    if (after !== undefined && after.what !== 'time') {
      problems.push(['after', `must be a time: ${fault.type} acts before anything is said`])
    }
  } else if (per === 'message') {
    if (!perUnit && fault.perMessage !== true) {
      problems.push(['per', `cannot be message: ${fault.type} is about a whole ${fault.per}`])
    }
    if (after !== undefined) {
      problems.push(['after', 'counts within a wider scope than a message: leave out per, or use skip'])
    }
  }
  return problems
}

/** What a transport is, shows the traffic: where the fault has no meaning, nothing matches. */
function holdsWhere({ applies }: AnyFault, filter: Filter): Predicate {
  const holds = compile(filter)
  return (subject, now) => applies.includes(subject.transport) && holds(subject, now)
}

const directionsOf = ({ direction }: AnyFault): readonly Direction[] =>
  direction === 'both' ? ['c2s', 's2c'] : [direction]

const both = (match: Filter, narrow: Filter): Filter => {
  if (match.text.trim() === '') return narrow
  return narrow.text.trim() === '' ? match : parseFilter(`(${match.text}) (${narrow.text})`)
}
