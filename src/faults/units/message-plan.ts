/** What becomes of an HTTP message, by its head. */
import { createInflater } from '../../wire/body.ts'
import type { Http1Head } from '../../wire/http1.ts'
import { changeHead } from './head-changes.ts'
import type { HeadFacts } from './head-facts.ts'
import type { Asked } from './talk.ts'

export interface Plan {
  /** Held until head and body make a unit; else it goes on as it comes. */
  readonly whole: boolean
  /** The head is a unit by itself: before an event stream, or before a body that nobody can see into. */
  readonly opens: 'stream' | 'coded' | null
  /** Its body is gathered. */
  readonly listens: boolean
}

/** It goes on as it comes, and is not looked into. */
export const PASS: Plan = { whole: false, opens: null, listens: false }

/** `reason`: why it is not to be a unit, where that is to be told. */
export function planMessage(
  side: 'request' | 'response',
  head: Http1Head,
  facts: HeadFacts,
  asked: Asked | null,
  maxBytes: number,
): Plan & { readonly reason?: string } {
  const { framing, length } = head
  const listens = true
  if (framing === 'none' || framing === 'tunnel' || (framing === 'length' && length === 0)) {
    return { whole: true, opens: null, listens }
  }
  if (framing === 'unknown') return { whole: false, opens: null, listens: false }
  if (side === 'response' && facts.stream) {
    if (facts.coded) return { whole: false, opens: 'coded', listens: false }
    if (streamPlan(head, facts, asked) !== null) return { whole: false, opens: 'stream', listens: false }
  }
  if (length + head.raw.length > maxBytes) return { whole: false, opens: null, listens: false, reason: 'too large' }
  return { whole: true, opens: null, listens }
}

export interface StreamPlan {
  readonly framing: 'chunked' | 'length' | 'until-close'
  /** The head, where the body goes out in another framing than it comes. */
  readonly rewritten: Uint8Array | null
}

/** How an event stream goes out; null for none that can be seen into. One of a known length gets chunks, for a client that knows them. */
export function streamPlan(head: Http1Head, facts: HeadFacts, asked: Asked | null): StreamPlan | null {
  if (!facts.stream || facts.coded) return null
  const { framing } = head
  if (framing === 'chunked' || framing === 'until-close') return { framing, rewritten: null }
  if (framing !== 'length') return null
  const knows = asked?.head != null && startLine(asked.head).endsWith(' HTTP/1.1')
  if (!knows || !startLine(head).startsWith('HTTP/1.1')) return null
  return { framing, rewritten: changeHead(head.raw, { 'Content-Length': null, 'Transfer-Encoding': 'chunked' }) }
}

function startLine({ raw }: Http1Head): string {
  return /[^\r\n]+/.exec(Buffer.from(raw).toString('latin1'))?.[0] ?? ''
}

/** The JSON in a body, in the clear; null where there is none, or it cannot be read. */
export function readJson(
  head: Http1Head,
  { json, coded }: HeadFacts,
  payload: Uint8Array,
  maxBytes: number,
): Uint8Array | null {
  if (payload.length === 0) return null
  if (json === null ? payload[0] !== 123 && payload[0] !== 91 : !json) return null
  if (!coded) return payload
  const inflater = createInflater(head.field('content-encoding'), { maxBytes })
  if (inflater === null) return null
  const given = [...inflater.push(payload), ...inflater.end()]
  return inflater.failed ? null : Buffer.concat(given)
}
