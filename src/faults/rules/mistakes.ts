/** Words of a rule that are not its fault's: what was probably meant. */
import { nearest } from '../../errors/nearest.ts'
import { type Key, KEYS } from '../../filter/index.ts'
import type { AnyFault } from '../fault.ts'
import { optionNames, optionSchema } from './schema.ts'
import { ENVELOPE, type RuleSource } from './rule.ts'

/** Says what is wrong with a word of a rule, and which word is nearest. */
export type Complain = (path: string, message: string, nearest?: string) => void

/** More names than this are no help in one line. */
const NAMES = 20

/** The fault a rule names, `among` those there are; what is wrong where it names none. */
export function faultNamed(written: RuleSource, among: readonly AnyFault[], complain: Complain): AnyFault | undefined {
  const { fault: type } = written as { readonly fault?: unknown }
  const types = among.map((each) => each.type)
  if (typeof type !== 'string' || type === '') {
    if (type !== undefined) return undefined
    const meant = faultAsKey(written, among)
    if (meant === undefined) complain('fault', `is needed: one of ${namesOf(types)}`)
    else complain(meant.key, `is a fault: write ${meant.written}`)
    return undefined
  }
  const fault = among.find((each) => each.type === type)
  if (fault !== undefined) return fault
  const meant = nearest(type, types)
  complain('fault', `there is no fault ${type}${meant === undefined ? `; there are ${namesOf(types)}` : ''}`, meant)
  return undefined
}

const namesOf = (types: readonly string[]): string =>
  types.length <= NAMES ? types.join(', ') : `${types.length}, such as ${types.slice(0, 3).join(', ')}`

/** `latency: 200ms` where `fault: latency, delay: 200ms` is meant. */
function faultAsKey(
  written: RuleSource,
  among: readonly AnyFault[],
): { readonly key: string; readonly written: string } | undefined {
  const envelope = new Set<string>(ENVELOPE)
  for (const [key, value] of Object.entries(written)) {
    const type = envelope.has(key)
      ? undefined
      : nearest(
          key,
          among.map((each) => each.type),
        )
    const fault = among.find((each) => each.type === type)
    if (fault === undefined) continue
    const options =
      typeof value === 'object' && value !== null ? Object.entries(value) : [[firstOption(fault), value] as const]
    const said = options.flatMap(([name, one]) =>
      name === undefined || !isPlain(one) ? [] : [`${name}: ${String(one)}`],
    )
    return { key, written: [`fault: ${fault.type}`, ...said].join(', ') }
  }
  return undefined
}

const isPlain = (value: unknown): value is string | number | boolean =>
  ['string', 'number', 'boolean'].includes(typeof value)

/** What a value beside the name of a fault is probably for. */
function firstOption(fault: AnyFault): string | undefined {
  const { required = [] } = optionSchema(fault)
  return required[0] ?? optionNames(fault)[0]
}

/** What is wrong with an option that a fault has not, and the nearest one it has. */
export function unknownOption(
  [key, value]: readonly [string, unknown],
  fault: AnyFault,
  among: readonly AnyFault[],
): readonly [message: string, nearest: string | undefined] {
  const term = filterTerm(key, value)
  const others = among.filter((other) => optionNames(other).includes(key)).map(({ type }) => type)
  if (term !== undefined && others.length === 0)
    return [`is a word of filters: write it into the match, as ${term}`, undefined]
  const own = optionNames(fault)
  const meant = nearest(key, [...own, ...ENVELOPE])
  if (meant !== undefined) return [`is no option of ${fault.type}`, meant]
  const has = own.length === 0 ? 'it has none' : `it has ${own.join(', ')}`
  const match = term === undefined ? '' : `; a match can ask for it, as ${term}`
  return [
    `is an option of ${others.length === 0 ? 'no fault' : others.join(', ')}; of ${fault.type}, ${has}${match}`,
    undefined,
  ]
}

/** `dir:s2c` of a word that filters know of live traffic; undefined of others. */
export function filterTerm(key: string, value: unknown): string | undefined {
  if (!Object.hasOwn(KEYS, key) || KEYS[key as Key].needs === 'recorded') return undefined
  if (!isPlain(value) || value === true || value === '') return KEYS[key as Key].sample
  const text = String(value)
  return `${key}:${/[\s()"|]/.test(text) ? JSON.stringify(text) : text}`
}
