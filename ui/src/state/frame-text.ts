import type { FrameRow } from '../../../src/api/contract.ts'
import { rowKind, type RowKind } from './filter.ts'

/** What the list says about a frame, in pieces, so that each can be drawn in its own weight. */
export interface FrameText {
  readonly kind: RowKind
  /** Method, verb and path, status line, event name … */
  readonly main: string
  /** Tool, prompt or resource. */
  readonly subject: string | null
  /** What follows in faint type. */
  readonly note: string | null
  /** HTTP status of a response head. */
  readonly status: number | null
  /** Comments, ends and the like: all of it faint. */
  readonly faint: boolean
}

const startLine = /^HTTP\/\d(?:\.\d)? (\d{3})(?: (.*))?$/
const requestLine = /^(\S+) (\S+)(?: HTTP\/\S+)?$/

export function frameText(row: FrameRow): FrameText {
  const kind = rowKind(row)
  if (row.messages.length > 0) return messageText(row, kind)
  if (row.kind === 'head') return headText(row.label ?? '')
  const label = row.label ?? ''
  const plain = { kind, subject: null, status: null }
  switch (row.kind) {
    case 'event':
      if (label.startsWith(':')) return { ...plain, main: label, note: null, faint: true }
      if (/^(id|retry):/.test(label)) return { ...plain, main: 'event', note: label, faint: true }
      return { ...plain, main: label === '' ? 'event' : label, note: label === '' ? null : 'event', faint: false }
    case 'body':
      return { ...plain, main: 'body', note: label === '' ? null : label, faint: row.size === 0 }
    case 'end':
      return label === 'broken off'
        ? { ...plain, main: 'rest', note: 'of a body that was broken off', faint: true }
        : { ...plain, main: 'end', note: label === '' ? 'of body' : label, faint: true }
    case 'opaque':
      return { ...plain, main: 'opaque', note: label === '' ? 'bytes passed as they came' : label, faint: true }
    default:
      return {
        ...plain,
        main: row.kind,
        note: label === '' ? null : label,
        faint: row.kind === 'ping' || row.kind === 'pong',
      }
  }
}

function headText(label: string): FrameText {
  const plain = { kind: 'head', subject: null, faint: false } as const
  const response = startLine.exec(label)
  if (response !== null) {
    const [, code = '', reason = ''] = response
    return { ...plain, main: code, note: reason === '' ? null : reason, status: Number(code) }
  }
  const request = requestLine.exec(label)
  if (request === null) return { ...plain, main: label === '' ? 'head' : label, note: null, status: null }
  const [, verb = '', path = ''] = request
  return { ...plain, main: verb, note: path, status: null }
}

const answers = { response: 'result', error: 'error', invalid: 'not a message', request: null, notification: null }

function messageText(row: FrameRow, kind: RowKind): FrameText {
  const first = row.messages[0]!
  const more = row.messages.length - 1
  const notes = [
    answers[first.kind],
    first.token !== null && first.kind === 'notification' ? `token ${first.token}` : null,
    more > 0 ? `+${more} in the batch` : null,
  ].filter((note) => note !== null)
  return {
    kind,
    main: first.method ?? (first.kind === 'invalid' ? (row.label ?? 'invalid') : first.kind),
    subject: first.tool ?? first.uri,
    note: notes.length === 0 ? null : notes.join(' '),
    status: null,
    faint: false,
  }
}
