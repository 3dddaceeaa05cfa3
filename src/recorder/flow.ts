import type { CallRecord, ConnectionRecord, FlowRecord, FrameRecord, MessageRecord } from '../store/records.ts'
import type { Ending, EndingBy } from '../wire/ending.ts'
import type { Call } from '../wire/conversation.ts'
import type { Direction } from '../wire/frame.ts'
import { scanMessages, type ScannedMessage } from '../wire/jsonrpc.ts'
import { parseStreamEvent } from '../wire/stream-event.ts'
import { tellBroken, tellResumed } from './broken-off.ts'
import type { RecordingContext } from './context.ts'
import type { FrameSpan } from './frame-span.ts'
import type { HeadFacts } from './heads.ts'
import { FRAME_KIND, MESSAGE_KIND } from './kinds.ts'
import { messagesIn } from './own-bytes.ts'
import { adopt, type RecordedExchange } from './sessions.ts'

/** In the JSON of an ending. */
const BY_FAULT = '"by":"fault"'

const NO_MESSAGES: readonly MessageRecord[] = []

/** One exchange as it goes on: its row, its frames and messages, its place in the conversation. */
export class Flow {
  readonly row: FlowRecord
  /** Of the request; null for traffic without one. */
  readonly facts: HeadFacts | null
  readonly exchange: RecordedExchange | null
  /** Where its request begins. */
  begins: number | null = null
  readonly #context: RecordingContext
  /** Its ending was told of. */
  #told = false
  #frames = 0
  #bytes = 0
  #events = 0

  constructor(
    context: RecordingContext,
    connection: ConnectionRecord,
    kind: FlowRecord['kind'],
    at: number,
    facts: HeadFacts | null = null,
    exchange: RecordedExchange | null = null,
    resumes: string | null = null,
  ) {
    this.#context = context
    this.facts = facts
    this.exchange = exchange
    this.row = {
      id: 0,
      stored: false,
      dirty: false,
      connection,
      session: null,
      kind,
      verb: facts === null ? null : facts.request.verb,
      target: facts === null ? null : facts.target,
      status: null,
      stream: null,
      era: null,
      revision: facts === null ? null : facts.request.revision,
      requestType: facts === null ? null : facts.type,
      responseType: null,
      startedAt: at,
      respondedAt: null,
      endedAt: null,
      c2sEnding: null,
      s2cEnding: null,
      resumes,
    }
    this.changed()
    this.#adopt()
    if (resumes !== null) tellResumed(context, this.row, resumes, at)
  }

  changed(): void {
    this.#context.dirty.flow(this.row)
  }

  frame(direction: Direction, span: FrameSpan, label: string | null): FrameRecord {
    const { row } = this
    const frame: FrameRecord = {
      id: 0,
      stored: false,
      dirty: false,
      flow: row,
      direction: direction === 'c2s' ? 0 : 1,
      kind: FRAME_KIND[span.kind],
      receivedAt: span.receivedAt,
      receivedLastAt: span.receivedLastAt,
      sentAt: span.sentAt === 0 ? null : span.sentAt,
      sentLastAt: span.sentLastAt === 0 ? null : span.sentLastAt,
      offset: span.offset,
      length: span.length,
      lead: span.lead,
      trail: span.trail,
      pieces: span.pieces,
      size: span.size,
      label,
      edits: null,
      messages: NO_MESSAGES,
    }
    this.begins ??= direction === 'c2s' ? span.offset : null
    this.#frames++
    this.#bytes += span.length
    const { session } = row
    if (session !== null) {
      session.frames++
      session.bytes += span.length
      session.lastAt = span.receivedLastAt
      this.#context.dirty.session(session)
    }
    this.#context.dirty.frame(frame)
    return frame
  }

  /** The final response head. */
  responded(status: number, facts: HeadFacts, frame: FrameRecord): void {
    const { row, exchange } = this
    row.status = status
    row.responseType = facts.type
    row.respondedAt = frame.receivedAt
    if (facts.stream && row.verb !== null) row.stream = row.verb === 'GET' ? 'get' : 'post'
    this.changed()
    if (exchange === null) return
    this.#context.conversations.responded(exchange, facts.response, frame)
    this.#adopt()
  }

  /** The connection is a WebSocket from here on: a conversation by itself, for `certain` one of MCP or perhaps. */
  becomeSocket(certain: boolean, at: number): void {
    const { exchange } = this
    if (exchange === null) return
    this.#context.conversations.alone(exchange, 'websocket', certain, at)
    this.#adopt()
    this.changed()
  }

  /** A whole body, or message of a WebSocket. */
  body(direction: Direction, frame: FrameRecord, payload: Uint8Array): void {
    frame.messages = this.#messages(direction, frame, payload)
  }

  /** A whole block of an event stream. */
  event(direction: Direction, frame: FrameRecord, block: Uint8Array): void {
    const { exchange } = this
    const { name, hasId, data } = parseStreamEvent(block)
    if (exchange !== null) {
      const { conversations } = this.#context
      if (hasId) conversations.resumable(exchange)
      if (name === 'endpoint' && data !== null && this.#events === 0 && this.row.stream === 'get') {
        conversations.endpoint(exchange, Buffer.from(data).toString('utf8'), frame.receivedLastAt)
        this.#adopt()
      }
    }
    // a block of comments, `id` or `retry` alone is no event
    if (data !== null || name !== null) this.#events++
    if (data !== null && data.length > 0 && (name === null || name === 'message')) {
      frame.messages = this.#messages(direction, frame, data)
    }
  }

  /** What came when a fault had ended the way to the client: nobody is answered by it. */
  unheard(frame: FrameRecord, payload: Uint8Array): void {
    const data = frame.kind === FRAME_KIND.event ? parseStreamEvent(payload).data : payload
    frame.messages = data === null ? NO_MESSAGES : messagesIn(data)
    for (const message of frame.messages) {
      const call = this.exchange?.calls.find(({ id }) => id === message.rpcId)
      if (call === undefined || message.kind === MESSAGE_KIND.request) continue
      message.call = call.tag
      message.method ??= call.method
      message.tool ??= call.tool
    }
  }

  /** No more comes of the response. `by`: who broke it off, null when it is complete. */
  over(ending: string, by: EndingBy | null, at: number): void {
    if (this.row.s2cEnding === null && (by !== null || ending.includes(BY_FAULT))) this.brokeOff('s2c', ending, at)
    this.row.s2cEnding ??= ending
    this.row.endedAt ??= at
    this.changed()
    if (this.exchange !== null) this.#context.conversations.ended(this.exchange, by, at)
  }

  /** The direction did not end as it should; told once. `status`: of an answer of ours that is no message. */
  brokeOff(direction: Direction, ending: string, at: number, status?: number): void {
    const broken = { direction, ending, at, ...(status === undefined ? {} : { status }) }
    if (!this.#told) this.#told = tellBroken(this.#context, this.row, broken)
  }

  /** Its answer was whole, and yet had not left when a fault ended the connection. */
  notLeft(ending: string, at: number): void {
    this.row.s2cEnding = ending
    this.row.endedAt = at
    this.brokeOff('s2c', ending, at)
    this.changed()
  }

  /** A rule gave the answer; the request never left. */
  answeredByFault(rule: string, frame: FrameRecord, at: number): void {
    const { row, exchange } = this
    const status = Number(/^HTTP\/\d\.\d (\d{3})/.exec(frame.label ?? '')?.[1] ?? 0) || null
    row.status = status
    row.respondedAt = at
    if (exchange !== null) this.#pairOwn(rule, frame, status, at)
    const ending = JSON.stringify({ how: 'clean', by: 'fault', detail: rule } satisfies Ending)
    // an answer that is a message has a row of its own already
    if (frame.messages.length === 0) this.brokeOff('s2c', ending, at, status ?? undefined)
    row.s2cEnding ??= ending
    this.over(ending, 'fault', at)
  }

  /** Messages that a rule made up, in an answer or among what the server sends: those that answer a call are tied to it. */
  madeUp(rule: string, frame: FrameRecord, at: number): void {
    if (this.exchange !== null && frame.messages.length > 0) this.#pairOwn(rule, frame, null, at)
  }

  /** Its end was not seen, and is behind it at `at`. */
  lost(at: number): void {
    this.row.endedAt ??= at
    this.changed()
  }

  #pairOwn(rule: string, frame: FrameRecord, status: number | null, at: number): void {
    const { exchange } = this
    const { conversations } = this.#context
    if (exchange === null) return
    const as = { frame, at, status }
    const answers = frame.messages.filter(({ kind }) => kind === MESSAGE_KIND.response || kind === MESSAGE_KIND.error)
    const settled = (call: Call<FrameRecord, CallRecord> | null): typeof call => {
      if (call?.tag != null) call.tag.madeBy = rule
      return call
    }
    if (status !== null && answers.length === 0) settled(conversations.answeredByFault(exchange, null, as))
    for (const message of answers) {
      const kind = message.kind === MESSAGE_KIND.error ? 'error' : 'response'
      const known = exchange.calls.find(({ id, answeredAt }) => id === message.rpcId && answeredAt !== null)
      const call = known ?? settled(conversations.answeredByFault(exchange, { ...message, kind }, as))
      if (call === null) continue
      message.call = call.tag
      message.method = call.method
      message.tool = call.tool
    }
  }

  #messages(direction: Direction, frame: FrameRecord, payload: Uint8Array): readonly MessageRecord[] {
    const scanned = scanMessages(payload)
    if (scanned.length === 0) return NO_MESSAGES
    // JSON of something else than MCP is no bad message
    const known = this.exchange !== null && this.exchange.session !== null
    if (!known && scanned.every(({ kind }) => kind === 'invalid')) return NO_MESSAGES
    const rows: MessageRecord[] = []
    for (const message of scanned) rows.push(this.#message(direction, frame, message))
    return rows
  }

  #message(direction: Direction, frame: FrameRecord, message: ScannedMessage): MessageRecord {
    const { exchange } = this
    const { conversations } = this.#context
    const at = frame.receivedLastAt
    const call = exchange === null ? null : conversations.message(exchange, direction, message, frame, at)
    this.#adopt()
    return {
      kind: MESSAGE_KIND[message.kind],
      method: message.method ?? (call === null ? null : call.method),
      rpcId: message.rpcId,
      tool: message.tool ?? (call === null ? null : call.tool),
      uri: message.uri,
      token: message.token,
      code: message.code,
      call: call === null ? null : call.tag,
    }
  }

  /** Takes over the session, era and revision that the exchange has come to. */
  #adopt(): void {
    const { exchange, row } = this
    if (exchange === null) return
    const session = exchange.session === null ? null : exchange.session.tag
    if (session !== null && session !== row.session) {
      adopt(row, session, this.#frames, this.#bytes, this.#context.dirty.batch)
      this.#context.dirty.session(session)
      this.changed()
    }
    if (row.era === exchange.era && row.revision === exchange.revision) return
    row.era = exchange.era
    row.revision = exchange.revision
    this.changed()
  }
}
