import type { FrameRow, LogRow } from '../../../src/api/contract.ts'
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

/** Words that are looked for, where a filter is nothing but words; null where it asks of traffic. */
function plainWords({ text }: Filter): string[] | null {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  return words.some((word) => /[:()"|*]|^-|^(or|and)$/.test(word)) ? null : words
}

/** Lines of the log are no traffic: they went neither way, and no key of the language is true of them. */
export const showsLogs = (filter: Filter): boolean =>
  filter.direction === null && !filter.hidden.has(logKind) && plainWords(filter) !== null

/** Words are looked for in what the line says and in its kind. */
export function logMatches(row: LogRow, filter: Filter, session: string | null): boolean {
  if (!showsLogs(filter) || (session !== null && row.session !== session)) return false
  const { kind, text } = logText(row)
  const said = `${kind} ${text}`.toLowerCase()
  return (plainWords(filter) ?? []).every((word) => said.includes(word))
}

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
