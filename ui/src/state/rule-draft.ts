import type { WrittenRule } from '../../../src/api/contract.ts'
import type { Field } from './schema-fields.ts'

/** A rule that is being written: everything as it stands in the inputs, by the name of its field. */
export interface RuleDraft {
  readonly fault: string | null
  readonly match: string
  /** Empty: named by the proxy. */
  readonly id: string
  /** What was put in; what is left alone is not there. */
  readonly values: Readonly<Record<string, string>>
  /** Rule that it takes the place of. */
  readonly replaces: { readonly id: string; readonly instance: number | null } | null
}

export const emptyDraft: RuleDraft = { fault: null, match: '', id: '', values: {}, replaces: null }

/** A value that cannot be what it is to be, before anybody is asked. */
export interface DraftProblem {
  readonly path: string
  readonly message: string
}

/** The rule as it would be written, and what is no JSON in it. Inputs left empty are left out. */
export function ruleOf(
  { fault, match, id, values }: RuleDraft,
  fields: readonly Field[],
): { readonly rule: WrittenRule; readonly problems: readonly DraftProblem[] } {
  const problems: DraftProblem[] = []
  const rule: Record<string, unknown> = {}
  if (id.trim() !== '') rule['id'] = id.trim()
  if (match.trim() !== '') rule['match'] = match.trim()
  rule['fault'] = fault ?? ''
  for (const field of fields) {
    const text = values[field.name]
    if (text === undefined || (text.trim() === '' && !keepsEmpty(field))) continue
    if (isPreset(field, text)) continue
    const value = valueOf(field, text)
    if (value === undefined) problems.push({ path: field.name, message: 'is no JSON' })
    else put(rule, field.name.split('.'), value)
  }
  return { rule: rule as WrittenRule, problems }
}

/** An empty text says something where there would be a default. */
const keepsEmpty = ({ kind, preset }: Field): boolean => kind === 'text' && preset !== null

const isPreset = ({ preset, required }: Field, text: string): boolean => !required && preset === text.trim()

function put(rule: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name = '', ...rest] = path
  if (rest.length === 0) return void (rule[name] = value)
  const inner = (rule[name] ??= {}) as Record<string, unknown>
  put(inner, rest, value)
}

/** Undefined: no JSON. What is no number goes as text, so that the answer says what is wrong with it. */
function valueOf({ kind, numeric }: Field, text: string): unknown {
  switch (kind) {
    case 'number':
      return numberOr(text)
    case 'choice':
      return numeric ? numberOr(text) : text
    case 'flag':
    case 'maybe':
      return text === 'true'
    case 'lines':
      return linesOf(text)
    case 'fields':
      return Object.fromEntries(linesOf(text).map(fieldOfLine))
    case 'json':
      try {
        return JSON.parse(text) as unknown
      } catch {
        return undefined
      }
    case 'long':
      return text
    default:
      return text.trim()
  }
}

const numberOr = (text: string): unknown => (Number.isFinite(Number(text)) ? Number(text) : text.trim())

const linesOf = (text: string): string[] =>
  text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]))

function fieldOfLine(line: string): [string, string] {
  const colon = line.indexOf(':')
  return colon < 0 ? [line, ''] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()]
}

/** A rule, put back into the inputs it could have come from. */
export function draftOf({ fault, match, id, ...rest }: WrittenRule, replaces: RuleDraft['replaces'] = null): RuleDraft {
  const values: Record<string, string> = {}
  fill(values, '', rest)
  return {
    fault,
    match: typeof match === 'string' ? match : '',
    id: replaces === null || typeof id !== 'string' ? '' : id,
    values,
    replaces,
  }
}

/** Objects whose parts have inputs of their own. */
const GROUPS = new Set(['state'])

function fill(values: Record<string, string>, prefix: string, from: object): void {
  for (const [name, value] of Object.entries(from)) {
    const path = prefix + name
    // whether it is on is said by its switch
    if (value === undefined || path === 'enabled') continue
    if (GROUPS.has(path) && typeof value === 'object' && value !== null) fill(values, `${path}.`, value as object)
    else values[path] = textOf(value)
  }
}

function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) {
    return value.every((each) => typeof each === 'string') ? value.join('\n') : JSON.stringify(value, null, 2)
  }
  const entries = Object.entries(value)
  return entries.every(([, each]) => typeof each === 'string') && entries.length > 0
    ? entries.map(([name, each]) => `${name}: ${String(each)}`).join('\n')
    : JSON.stringify(value, null, 2)
}
