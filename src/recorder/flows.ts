import type { Decision } from '../pipe/decision.ts'
import type { ConnectionInfo, UpstreamInfo } from '../pipe/tap.ts'
import type { ConnectionRecord, FrameRecord } from '../store/records.ts'
import type { Ending, EndingBy, EndingPlace } from '../wire/ending.ts'
import type { Direction } from '../wire/frame.ts'
import { createOutstanding, type Http1Head, type Outstanding } from '../wire/http1.ts'
import { lookingFor, planBody, SKIP } from './body-plan.ts'
import { connectionRow } from './connection-row.ts'
import type { RecordingContext } from './context.ts'
import { decisionRecord } from './decided.ts'
import { eventLabel } from './events.ts'
import { Exchanges } from './exchanges.ts'
import { Flow } from './flow.ts'
import type { BodyPlan, FrameSpan } from './frame-span.ts'
import { Half, type HalfOwner } from './half.ts'
import type { HeadFacts } from './heads.ts'
import { FRAME_KIND } from './kinds.ts'
import { MadeUp, type MadeUpPlace } from './made-up.ts'
import { isOwn } from './own-frame.ts'
import type { PackedChunk, PackedEdit } from './packing.ts'
import type { RecordedLine } from './sessions.ts'
import { SocketFlow } from './socket-flow.ts'
import type { SocketSpan } from './socket-side.ts'
import { createMessageInflater, type MessageInflater, type WebSocketDeflate } from '../wire/websocket-deflate.ts'

/** What is left of a body that was broken off: framing of its transfer, part of an event. */
const CUT_OFF = 'broken off'

/** Characters of a `Last-Event-ID` that are kept beside its head. */
const MAX_EVENT_ID = 200

/** One connection: its two halves, and the flows they make between them. */
export class ConnectionFlows implements HalfOwner {
  readonly row: ConnectionRecord
  /** Already among those with something for the next commit. */
  touched = false
  readonly #context: RecordingContext
  readonly #line: RecordedLine
  readonly #c2s: Half
  readonly #s2c: Half
  readonly #exchanges: Exchanges
  #outstanding: Outstanding = createOutstanding()
  /** What the connection was switched to, where that is a WebSocket. */
  #socket: SocketFlow | null = null
  #deflate: WebSocketDeflate | null = null
  /** Made when there is something. */
  #madeUp: MadeUp | null = null
  /** The client ended its direction while an answer was due. */
  #left = false
  /** While the end of the server's direction is worked off: what ends with it. */
  #ending: { readonly json: string; readonly by: EndingBy | null } | null = null
  /** A fault has ended what the client hears, and more came of it: its ending, in JSON. */
  #cut: string | null = null

  constructor(context: RecordingContext, at: number, info: ConnectionInfo) {
    this.#context = context
    this.row = connectionRow(at, info)
    this.#line = context.conversations.line(info)
    this.#exchanges = new Exchanges(context, this.row)
    this.#c2s = new Half('c2s', this.#outstanding, context, this)
    this.#s2c = new Half('s2c', this.#outstanding, context, this)
    context.dirty.connection(this.row)
  }

  upstream({ at, address, port, error }: UpstreamInfo): void {
    const { row } = this
    row.upstreamAddress = address ?? null
    row.upstreamPort = port ?? null
    row.upstreamError = error ?? null
    row.connectedAt = error === undefined ? at : null
    this.#context.dirty.connection(row)
  }

  chunk(chunk: PackedChunk): void {
    const half = this.#half(chunk.direction)
    const end = chunk.offset + chunk.bytes.length
    if (chunk.direction === 'c2s') this.row.c2sBytes = end
    else this.row.s2cBytes = end
    this.#context.dirty.connection(this.row)
    if (chunk.offset !== half.side.offset) this.#gap()
    if (half.lost && chunk.border) {
      half.lost = false
      this.#resume(half)
    }
    half.push(chunk)
  }

  sent(direction: Direction, upTo: number, at: number): void {
    this.#half(direction).sent(upTo, at)
  }

  edited(edit: PackedEdit, at: number): void {
    const { outgoing } = this.#half(edit.direction)
    if (!isOwn(edit)) return outgoing.edited(edit)
    if (!outgoing.late(edit, at)) this.#makes.put(edit, at, this.#standing)
  }

  get open() {
    return { line: this.#line, exchanges: this.#exchanges.open }
  }

  decided(decision: Decision): void {
    const { direction, offset, rule, action } = decision
    if (direction === 'c2s' && offset !== null && action.includes('reply')) this.#makes.replies(rule, offset)
    const row = decisionRecord(decision, this.row, this.#exchanges.current?.row.session ?? null)
    if (direction === null) this.#context.dirty.decision(row)
    else this.#half(direction).outgoing.decided(row)
  }

  ended(direction: Direction, at: number, { how: seen, by, detail }: Ending, unsent: number): void {
    const half = this.#half(direction)
    // bytes of a rule may have ended it properly before the rule closed it
    const how = by === 'fault' ? (this.#madeUp?.ended(direction, seen) ?? seen) : seen
    const came = this.#place(half)
    // the peer whose exchange a rule ended was in the middle of what had come here whole
    const place = came === 'idle' && by === 'fault' && unsent > 0 ? half.outgoing.place : came
    const ending: Ending = { how, by, at: place, ...(detail === undefined ? {} : { detail }) }
    const json = JSON.stringify(ending)
    const whole = seen === 'fin' || seen === 'clean'
    // more may come of what is cut off here: it is understood, and goes nowhere
    const cut = by === 'fault' && (how === 'hang' || how === 'rst')
    if (cut) half.cut = true
    else {
      this.#ending = { json, by: whole ? null : by }
      half.side.end(whole)
      this.#ending = null
    }
    const { row } = this
    if (direction === 'c2s') {
      row.c2sEnding = json
      row.c2sUnsent = unsent
      this.#clientEnded(json, by, at)
    } else {
      row.s2cEnding = json
      row.s2cUnsent = unsent
      this.#serverEnded(ending, at)
      if (by === 'fault') this.#cut = json
    }
    if (unsent > 0) {
      if (by === 'fault') this.#notLeft(half, json, at)
      const from = half.side.offset - unsent
      this.#context.dirty.batch.unsent.push({ connection: row, direction: direction === 'c2s' ? 0 : 1, from })
    }
    this.#context.dirty.connection(row)
  }

  /** Belongs to the session of the answer that is under way, or due. */
  note(at: number, kind: string, detail: unknown): void {
    const session = this.#exchanges.current?.row.session ?? null
    this.#context.dirty.batch.logs.push({ connection: this.row, session, at, kind, detail: JSON.stringify(detail) })
  }

  closed(at: number): void {
    for (const { side } of [this.#c2s, this.#s2c]) side.end(false)
    this.#exchanges.breakOff(this.row.s2cEnding ?? '{"how":"fin","by":"proxy"}', this.#left ? 'client' : 'proxy', at)
    this.row.closedAt = at
    this.#context.dirty.connection(this.row)
  }

  /** Moves what may be stored into the batch. */
  collect(): void {
    this.#c2s.collect()
    this.#s2c.collect()
  }

  head(direction: Direction, head: Http1Head, facts: HeadFacts, span: FrameSpan): BodyPlan {
    return direction === 'c2s' ? this.#request(head, facts, span) : this.#response(head, facts, span)
  }

  frame(direction: Direction, span: FrameSpan): void {
    const half = this.#half(direction)
    const flow = this.#exchanges.flowOf(direction, span.receivedAt)
    const frame = flow.frame(direction, span, null)
    half.outgoing.framed(frame)
    const { payload } = span
    if (payload !== null && span.complete && half.cut) flow.unheard(frame, payload)
    else if (payload !== null && span.complete) {
      if (span.kind === 'body') flow.body(direction, frame, payload)
      else if (span.kind === 'event') flow.event(direction, frame, payload)
      if (frame.messages.length > 0) half.outgoing.read(frame)
    }
    if (!span.complete && span.kind === 'end') frame.label = CUT_OFF
    const isMessage = frame.messages.length > 0
    const kept = half.looking === null && !span.inflated ? payload : half.redact(span, isMessage)
    if (kept === null || this.#context.depth !== 'full') return
    if (span.inflated) this.#context.dirty.batch.payloads.push({ frame, bytes: new Uint8Array(kept) })
    if (!isMessage && span.complete && (span.kind === 'event' || span.kind === 'end')) frame.label = eventLabel(kept)
  }

  socketFrame(direction: Direction, span: SocketSpan): void {
    const half = this.#half(direction)
    if (this.#socket !== null) return this.#socket.frame(half, direction, span)
    // sent behind the request without waiting for its answer
    const flow = this.#exchanges.newest ?? this.#exchanges.flowOf(direction, span.receivedAt)
    half.outgoing.framed(flow.frame(direction, span, 'sent before the answer'))
  }

  taken(direction: Direction, { kind, offset, receivedLastAt, edits }: FrameRecord): void {
    if (direction !== 'c2s' || kind !== FRAME_KIND.head) return
    const flow = this.#exchanges.swallowed(offset, this.#outstanding)
    const detail = edits?.edits.at(-1)?.rule ?? ''
    flow?.over(JSON.stringify({ how: 'hang', by: 'fault', at: 'boundary', detail }), 'fault', receivedLastAt)
  }

  messageEnd(direction: Direction): void {
    if (direction === 'c2s') return this.#exchanges.askedWhole()
    const ending = this.#cut === null ? this.#ending : { json: this.#cut, by: 'fault' as const }
    this.#exchanges.answeredWhole(this.#s2c.lastAt, ending?.json, ending?.by)
  }

  /** A fault has ended the direction: what was whole here was not there. */
  #notLeft(half: Half, json: string, at: number): void {
    const flows = half.outgoing.lost()
    if (half === this.#s2c) for (const row of flows) this.#exchanges.answeredOf(row)?.notLeft(json, at)
  }

  #request(head: Http1Head, facts: HeadFacts, span: FrameSpan): BodyPlan {
    const resumes = facts.request.verb === 'GET' ? (head.field('last-event-id')?.slice(0, MAX_EVENT_ID) ?? null) : null
    const at = span.receivedAt
    const exchange = this.#context.conversations.request(this.#line, facts.request, at)
    const flow = new Flow(this.#context, this.row, 'http', at, facts, exchange, resumes)
    this.#exchanges.asked(flow)
    this.#c2s.outgoing.framed(flow.frame('c2s', span, facts.label))
    if (facts.upgrade === 'websocket') this.#c2s.becomeSocket()
    return this.#plan(this.#c2s, facts, facts)
  }

  #response(head: Http1Head, facts: HeadFacts, span: FrameSpan): BodyPlan {
    const flow = this.#exchanges.oldest ?? new Flow(this.#context, this.row, 'http', span.receivedAt)
    const frame = flow.frame('s2c', span, facts.label)
    this.#s2c.outgoing.framed(frame)
    if (head.status < 200 && head.status !== 101) return SKIP
    this.#exchanges.answered(flow, span.offset)
    flow.responded(head.status, facts, frame)
    if (head.framing !== 'tunnel') {
      this.#c2s.noSocket()
      return this.#plan(this.#s2c, facts, flow.facts)
    }
    this.#exchanges.switched(flow)
    if (head.status === 101 && facts.upgrade === 'websocket') this.#switched(flow, facts, span.receivedLastAt)
    else this.#c2s.noSocket()
    return SKIP
  }

  #switched(flow: Flow, { socket }: HeadFacts, at: number): void {
    flow.row.kind = 'websocket'
    this.#socket = new SocketFlow(this.#context, flow)
    const [c2s, s2c] = [this.#c2s.becomeSocket(), this.#s2c.becomeSocket()]
    this.#deflate = socket.deflate
    c2s.inflater = this.#inflater(this.#c2s)
    s2c.inflater = this.#inflater(this.#s2c)
    flow.becomeSocket(socket.protocol.startsWith('mcp'), at)
  }

  #inflater(half: Half): MessageInflater | null {
    if (this.#deflate === null) return null
    const { clientTakeover, serverTakeover } = this.#deflate
    return createMessageInflater(half === this.#c2s ? clientTakeover : serverTakeover)
  }

  /** Understands again, behind a loss. */
  #resume(half: Half): void {
    if (this.#socket === null) return half.side.restart(this.#outstanding)
    const side = half.becomeSocket()
    side.inflater = this.#inflater(half)
    side.inflater?.lose()
  }

  #plan(half: Half, facts: HeadFacts, request: HeadFacts | null): BodyPlan {
    const looking = lookingFor(this.#context.redactor, facts, request)
    const plan = planBody(facts, looking !== null)
    half.looking = plan.mode === 'skip' ? null : looking
    return plan
  }

  #place({ side }: Half): EndingPlace {
    if (this.#socket !== null && side.socket !== null) return side.socket.place
    if (side.state === 'head') return 'mid-head'
    if (side.state === 'body') return side.place
    return this.#exchanges.idle ? 'idle' : 'boundary'
  }

  #clientEnded(json: string, by: EndingBy, at: number): void {
    if (by === 'client' && this.#exchanges.due) this.#left = true
    this.#exchanges.clientEnded(json, at)
    this.#socket?.ended(by, at)
  }

  #serverEnded(ending: Ending, at: number): void {
    const { by } = ending
    const json = JSON.stringify(ending)
    const left = this.#s2c.outgoing.leftover()
    if (left.length > 0) this.#makes.answered(left, at, this.#standing)
    // the server only closed behind a client that had left
    if (this.#left && by === 'server')
      this.#exchanges.breakOff(JSON.stringify({ ...ending, by: 'client' }), 'client', at)
    else this.#exchanges.breakOff(json, this.#left ? 'client' : by, at)
    this.#exchanges.serverEnded(json, at)
    this.#socket?.ended(by, at)
  }

  /** Bytes were lost: nothing is understood until both directions are at a border again. */
  #gap(): void {
    for (const half of [this.#c2s, this.#s2c]) {
      half.side.lose()
      half.lost = true
    }
    this.#outstanding = createOutstanding()
    this.#exchanges.forget()
  }

  get #makes(): MadeUp {
    return (this.#madeUp ??= new MadeUp(this.#context, this.row, this.#exchanges))
  }

  get #standing(): MadeUpPlace {
    return { outstanding: this.#outstanding, socket: this.#socket !== null, answered: this.#s2c.side.offset }
  }

  #half(direction: Direction): Half {
    return direction === 'c2s' ? this.#c2s : this.#s2c
  }
}
