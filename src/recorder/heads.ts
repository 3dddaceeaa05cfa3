import type { RequestFacts, ResponseFacts } from '../wire/conversation.ts'
import type { Http1Head } from '../wire/http1.ts'
import { isEventStream, isJson } from '../wire/mcp.ts'
import { agreedDeflate, type WebSocketDeflate } from '../wire/websocket-deflate.ts'
import { isOAuthTarget, type Redacted, type Redactor } from './redaction.ts'

/** All that the record needs of one head. Equal heads give the same object. */
export interface HeadFacts {
  /** Start line, redacted, at most 200 characters. */
  readonly label: string
  readonly target: string
  readonly type: string | null
  readonly encoding: string | undefined
  readonly stream: boolean
  readonly json: boolean
  readonly form: boolean
  /** A GET that asks for an event stream. */
  readonly listens: boolean
  readonly upgrade: string | undefined
  /** What was agreed on for a WebSocket. */
  readonly socket: { readonly deflate: WebSocketDeflate | null; readonly protocol: string }
  readonly oauth: boolean
  readonly request: RequestFacts
  readonly response: ResponseFacts
  readonly redacted: readonly Redacted[]
}

/** A head that was read: its bytes, and the ranges of them that the facts come from. */
interface Known {
  readonly raw: Buffer
  readonly ranges: readonly number[]
  readonly facts: HeadFacts
}

/** Heads remembered by a reader. */
const REMEMBERED = 4

/**
 * Reads heads of one direction of one connection. Most are equal to one of the last few but for `Date` and `Content-Length`:
 * those cost a few comparisons.
 */
export class HeadReader {
  readonly #redactor: Redactor
  /** None before the second head: a connection of one stream has no use for it. */
  #known: Known[] | null = null
  #first = true

  constructor(redactor: Redactor) {
    this.#redactor = redactor
  }

  read(head: Http1Head): HeadFacts {
    const raw = head.raw as Buffer
    for (const known of this.#known ?? []) if (isLike(raw, known)) return known.facts
    const facts = this.#parse(head, raw)
    if (this.#first) {
      this.#first = false
      return facts
    }
    this.#known ??= []
    if (this.#known.length === REMEMBERED) this.#known.pop()
    // configured rules may find a secret in any value
    const ranges = this.#redactor.everyBody ? [0, raw.length] : telling(raw)
    this.#known.unshift({ raw: Buffer.from(raw), ranges, facts })
    return facts
  }

  #parse(head: Http1Head, raw: Buffer): HeadFacts {
    const copy = Buffer.from(raw)
    const redacted = this.#redactor.head(copy)
    const type = head.field('content-type') ?? null
    const stream = isEventStream(type ?? undefined)
    const sessionId = head.field('mcp-session-id') ?? null
    const credential = head.field('authorization')
    const startLine = firstLine(copy)
    const target = head.method === '' ? '' : startLine.slice(head.method.length + 1, startLine.lastIndexOf(' ')).trim()
    return {
      label: startLine.slice(0, 200),
      target,
      type,
      encoding: head.field('content-encoding'),
      stream,
      json: isJson(type ?? undefined),
      form: type?.toLowerCase().startsWith('application/x-www-form-urlencoded') ?? false,
      listens: head.method === 'GET' && isEventStream(head.field('accept')?.split(',')[0]),
      upgrade: head.field('upgrade')?.toLowerCase(),
      socket: head.status === 101 ? socketFacts(head) : NO_SOCKET,
      oauth: head.method !== '' && isOAuthTarget(head.target),
      request: {
        verb: head.method,
        target: head.target,
        sessionId,
        revision: head.field('mcp-protocol-version') ?? null,
        identity: credential === undefined ? '' : this.#redactor.hash(credential),
        agent: head.field('user-agent') ?? '',
      },
      response: { status: head.status, sessionId, stream },
      redacted,
    }
  }
}

const NO_SOCKET = { deflate: null, protocol: '' }

const socketFacts = (head: Http1Head): HeadFacts['socket'] => ({
  deflate: agreedDeflate(head.raw),
  protocol: head.field('sec-websocket-protocol') ?? '',
})

function firstLine(bytes: Buffer): string {
  let from = 0
  while (bytes[from] === 13 || bytes[from] === 10) from++
  const end = bytes.indexOf(10, from)
  return bytes.toString('latin1', from, end === -1 ? bytes.length : end).trimEnd()
}

/** Values that change from head to head and that no fact comes from. */
const PASSING = /\n(?:date|content-length|age|last-event-id|traceparent|x-request-id):[^\n]*/gi

/** Pairs of offsets: everything but the values of passing fields. */
function telling(raw: Buffer): number[] {
  const ranges = [0]
  for (const match of raw.toString('latin1').matchAll(PASSING)) {
    ranges.push(match.index + match[0].indexOf(':'), match.index + match[0].length)
  }
  ranges.push(raw.length)
  return ranges
}

function isLike(raw: Buffer, { raw: other, ranges }: Known): boolean {
  if (raw.length !== other.length) return false
  for (let i = 0; i < ranges.length; i += 2) {
    const from = ranges[i]!
    const to = ranges[i + 1]!
    if (raw.compare(other, from, to, from, to) !== 0) return false
  }
  return true
}
