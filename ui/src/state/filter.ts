import type { BrokenOff, FrameRow, LogRow } from '../../../src/api/contract.ts'
import { logText } from './log-text.ts'

/** What a row of the list is, as the toggles name it. A batch counts as its most telling message. */
export type RowKind = 'request' | 'response' | 'error' | 'notification' | 'head' | 'body' | 'other' | 'log'

export const messageKinds = ['request', 'response', 'error', 'notification'] as const satisfies readonly RowKind[]
export const frameKinds = ['head', 'body', 'other'] as const satisfies readonly RowKind[]
/** Lines of the log: no frames, and in either list. */
export const logKind: RowKind = 'log'

export interface Filter {
  /** In the filter language; the API answers it. */
  readonly text: string
  /** False: only frames that are messages. */
  readonly all: boolean
  readonly direction: 'c2s' | 's2c' | null
  /** Kinds switched off. */
  readonly hidden: ReadonlySet<RowKind>
}

export const defaultFilter: Filter = { text: '', all: false, direction: null, hidden: new Set() }

const known: ReadonlySet<string> = new Set<string>([...messageKinds, ...frameKinds, logKind])

export const isRowKind = (text: string): text is RowKind => known.has(text)

export function rowKind(row: FrameRow): RowKind {
  const [first] = row.messages
  if (first !== undefined) {
    if (row.messages.some((message) => message.kind === 'error' || message.kind === 'invalid')) return 'error'
    if (row.messages.some((message) => message.kind === 'request')) return 'request'
    return first.kind === 'notification' ? 'notification' : 'response'
  }
  if (row.kind === 'head') return 'head'
  return row.kind === 'body' || row.kind === 'event' || row.kind === 'message' || row.kind === 'line' ? 'body' : 'other'
}

/** What the API does not answer, and all but its `text` of what it does. */
export function matches(row: FrameRow, filter: Filter, session: string | null): boolean {
  if (session !== null && row.session !== session) return false
  if (!filter.all && row.messages.length === 0) return false
  if (filter.direction !== null && row.direction !== filter.direction) return false
  return !filter.hidden.has(rowKind(row))
}

/** What a filter asks of lines of the log: words that are looked for, and how an exchange was broken off, by which rule. */
interface LogTerms {
  readonly words: readonly string[]
  /** Patterns of `ending:` and `fault:`. */
  readonly endings: readonly string[]
  readonly faults: readonly string[]
}

/** Null where it asks of traffic. */
function logTerms({ text }: Filter): LogTerms | null {
  const words: string[] = []
  const endings: string[] = []
  const faults: string[] = []
  for (const word of text.toLowerCase().split(/\s+/)) {
    const [, key, pattern = ''] = /^(ending|fault):([^\s()"|,]+)$/.exec(word) ?? []
    if (key !== undefined) (key === 'fault' ? faults : endings).push(pattern)
    else if (/[:()"|*]|^-|^(or|and)$/.test(word)) return null
    else if (word !== '') words.push(word)
  }
  return { words, endings, faults }
}

/** Lines of the log are no traffic: they went neither way. Of the keys two are true of some: those that say how an exchange was broken off. */
export const showsLogs = (filter: Filter): boolean =>
  filter.direction === null && !filter.hidden.has(logKind) && logTerms(filter) !== null

/** Words are looked for in what the line says and in its kind. */
export function logMatches(row: LogRow, filter: Filter, session: string | null): boolean {
  if (!showsLogs(filter) || (session !== null && row.session !== session)) return false
  const { words, endings, faults } = logTerms(filter)!
  const { kind, text } = logText(row)
  const said = `${kind} ${text}`.toLowerCase()
  const ending: Partial<BrokenOff> = row.kind === 'ending' ? (row.detail as BrokenOff) : {}
  const rule = ending.by === 'fault' ? ending.detail : undefined
  return (
    words.every((word) => said.includes(word)) &&
    endings.every((pattern) => fits(pattern, ending.how)) &&
    faults.every((pattern) => fits(pattern === 'any' ? '*' : pattern, rule))
  )
}

/** `*` stands for any characters; what is not there fits nothing. */
const fits = (pattern: string, value: string | undefined): boolean =>
  value !== undefined &&
  new RegExp(`^${pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 'i').test(value)

/** The filter as query of `/api/frames`; what the API cannot ask is filtered here again. */
export function frameQuery(filter: Filter, session: string | null): Record<string, string> {
  const query: Record<string, string> = {}
  if (session !== null) query['session'] = session
  if (filter.direction !== null) query['direction'] = filter.direction
  if (!filter.all) query['messages'] = 'true'
  if (filter.text !== '') query['filter'] = filter.text
  return query
}

/** True when nothing narrows the list but the default. */
export const isWide = (filter: Filter): boolean =>
  filter.text === '' && filter.direction === null && filter.hidden.size === 0
