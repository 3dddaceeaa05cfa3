import type { FrameRow, LogRow } from '../../../src/api/contract.ts'
import { logText } from './log-text.ts'

/** What a row of the list is, as the toggles name it. A batch counts as its most telling message. */
export type RowKind = 'request' | 'response' | 'error' | 'notification' | 'head' | 'body' | 'other' | 'log'

export const messageKinds = ['request', 'response', 'error', 'notification'] as const satisfies readonly RowKind[]
export const frameKinds = ['head', 'body', 'other'] as const satisfies readonly RowKind[]
/** Lines of the log: no frames, and in either list. */
export const logKind: RowKind = 'log'

export interface Filter {
  /** Part of method, tool or label, in any case. */
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

/** The same question the API answers, asked of a live row. */
export function matches(row: FrameRow, filter: Filter, session: string | null): boolean {
  if (session !== null && row.session !== session) return false
  if (!filter.all && row.messages.length === 0) return false
  if (filter.direction !== null && row.direction !== filter.direction) return false
  if (filter.hidden.size > 0 && filter.hidden.has(rowKind(row))) return false
  return filter.text === '' || hasText(row, filter.text.toLowerCase())
}

const contains = (field: string | null, text: string) => field !== null && field.toLowerCase().includes(text)

function hasText(row: FrameRow, text: string): boolean {
  if (contains(row.label, text)) return true
  return row.messages.some((message) => contains(message.method, text) || contains(message.tool, text))
}

/** Lines of the log went neither way: with a direction there are none. */
export const showsLogs = (filter: Filter): boolean => filter.direction === null && !filter.hidden.has(logKind)

/** The text is looked for in what the line says and in its kind. */
export function logMatches(row: LogRow, filter: Filter, session: string | null): boolean {
  if (!showsLogs(filter) || (session !== null && row.session !== session)) return false
  if (filter.text === '') return true
  const { kind, text } = logText(row)
  return contains(`${kind} ${text}`, filter.text.toLowerCase())
}

/** The filter as query of `/api/frames`; what the API cannot ask is filtered here again. */
export function frameQuery(filter: Filter, session: string | null): Record<string, string> {
  const query: Record<string, string> = {}
  if (session !== null) query['session'] = session
  if (filter.direction !== null) query['direction'] = filter.direction
  if (!filter.all) query['messages'] = 'true'
  if (filter.text !== '') query['text'] = filter.text
  return query
}

/** True when nothing narrows the list but the default. */
export const isWide = (filter: Filter): boolean =>
  filter.text === '' && filter.direction === null && filter.hidden.size === 0
