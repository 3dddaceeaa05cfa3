import type { EditRow, RedactionRow } from '../../../src/api/contract.ts'

/** A piece of a line and what we did to it. `secret` stands for something inserted that is never recorded. */
export interface Segment {
  readonly text: string
  readonly mark: 'plain' | 'removed' | 'inserted' | 'secret' | 'redacted'
  /** Rule of an edit, or name and hash of a redaction. */
  readonly why: string
}

/** One line of a head, as received, with our edits and redactions marked. */
export interface HeadLine {
  readonly segments: readonly Segment[]
  /** Byte offset within the head. */
  readonly offset: number
  readonly edited: boolean
}

interface Span {
  readonly offset: number
  readonly length: number
  readonly pieces: readonly Segment[]
}

const stripEnd = (text: string) => text.replace(/\r?\n$/, '')

function editSpan(edit: EditRow): Span {
  const length = new TextEncoder().encode(edit.removed).length
  const removed: Segment = { text: stripEnd(edit.removed), mark: 'removed', why: edit.rule }
  const inserted: Segment =
    edit.inserted === null
      ? { text: 'not recorded', mark: 'secret', why: edit.rule }
      : { text: stripEnd(edit.inserted), mark: 'inserted', why: edit.rule }
  return { offset: edit.offset, length, pieces: [removed, inserted].filter((piece) => piece.text !== '') }
}

const redactionSpan = ({ offset, length, name, hash }: RedactionRow): Span => ({
  offset,
  length,
  pieces: [{ text: 'redacted', mark: 'redacted', why: `${name} · ${hash.slice(0, 8)}` }],
})

/**
 * Cuts a head's raw text into lines and marks what was edited or redacted. Offsets are bytes; `text` is the raw head
 * decoded as UTF-8 or, when `latin1`, byte by byte.
 */
export function headLines(
  text: string,
  edits: readonly EditRow[],
  redactions: readonly RedactionRow[],
  latin1 = false,
): HeadLine[] {
  const bytes = latin1 ? Uint8Array.from(text, (char) => char.charCodeAt(0)) : new TextEncoder().encode(text)
  const decoder = new TextDecoder(latin1 ? 'latin1' : 'utf-8')
  const decode = (part: Uint8Array) => decoder.decode(part)
  const spans = [...edits.map(editSpan), ...redactions.map(redactionSpan)].toSorted((a, b) => a.offset - b.offset)
  const lines: HeadLine[] = []
  let from = 0
  while (from < bytes.length) {
    const feed = bytes.indexOf(10, from)
    const next = feed < 0 ? bytes.length : feed + 1
    const own = spans.filter(({ offset }) => offset >= from && offset < next)
    const line = segmentsOf(bytes.subarray(from, next), from, own, decode)
    if (line.length > 0) lines.push({ segments: line, offset: from, edited: own.some((span) => isEdit(span)) })
    from = Math.max(next, ...own.map(({ offset, length }) => offset + length))
  }
  return lines
}

const isEdit = (span: Span) => span.pieces.some((piece) => piece.mark !== 'redacted')

function segmentsOf(
  line: Uint8Array,
  from: number,
  spans: readonly Span[],
  decode: (part: Uint8Array) => string,
): Segment[] {
  const segments: Segment[] = []
  let at = 0
  const plain = (until: number) => {
    const text = stripEnd(decode(line.subarray(at, until))).replace(/\r$/, '')
    if (text !== '') segments.push({ text, mark: 'plain', why: '' })
  }
  for (const span of spans) {
    const start = span.offset - from
    if (start < at) continue
    plain(start)
    segments.push(...span.pieces)
    at = start + span.length
  }
  if (at < line.length) plain(line.length)
  return segments
}
