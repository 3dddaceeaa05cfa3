/** Chunks of one direction of a connection to frames with their addresses and instants. */
import type { EndingPlace } from '../wire/ending.ts'
import type { Direction, FrameKind } from '../wire/frame.ts'
import { createHttp1Splitter, type Http1Head, type Http1Splitter, type Outstanding } from '../wire/http1.ts'
import { emptySpan, type BodyPlan, type FrameSpan, type FramingListener } from './frame-span.ts'
import { MAX_PAYLOAD_BYTES, Payload } from './payload.ts'
import type { SocketSide } from './socket-side.ts'
import { createSseSplitter, type SseSplitter } from '../wire/sse.ts'

/** More ranges than this are not listed: the raw bytes say where they are. */
const MAX_PIECES = 4096

const SKIP: BodyPlan = { mode: 'skip', inflater: null, hold: false }

/** One direction. Bytes come in by `push`, frames go out to the listener, in order and without gaps between them. */
export class Side {
  readonly direction: Direction
  /** Offset behind the last byte seen. */
  offset = 0
  /** From here on raw bytes must not be stored yet; Infinity when all may. */
  holdFrom = Infinity
  /** Takes what is no HTTP: the connection was, or is to be, switched to WebSocket. */
  socket: SocketSide | null = null
  readonly #listener: FramingListener
  #splitter: Http1Splitter | null
  #sse: SseSplitter | null = null
  #plan = SKIP
  #inHead = false
  /** Payload of the body has come. */
  #begun = false

  // the chunk that is being pushed
  #chunkOffset = 0
  #chunkReceived = 0
  #chunkSent = 0

  // the frame that is being put together; #from is -1 when there is none
  #from = -1
  #received = 0
  #sent = 0
  #lastReceived = 0
  #lastSent = 0
  #payloadFrom = -1
  #payloadTo = -1
  #payloadReceived = 0
  #payloadSent = 0
  #nextReceived = 0
  #nextSent = 0
  #pieces: number[] | null = null
  #size = 0
  readonly #payload = new Payload()
  #told = 0
  #eventAt = 0
  #spanFrom = 0
  readonly #given = emptySpan()
  #sentUpTo = 0
  #sentUpToAt = 0

  constructor(direction: Direction, outstanding: Outstanding, listener: FramingListener) {
    this.direction = direction
    this.#listener = listener
    this.#splitter = this.#splitterFor(outstanding)
  }

  /** Where the direction stands, as `Http1Splitter`; `opaque` after a loss. */
  get state(): Http1Splitter['state'] {
    return this.#splitter?.state ?? 'opaque'
  }

  /** Where within a body the direction stands. */
  get place(): EndingPlace {
    if (!this.#begun) return 'after-headers'
    if (this.#sse === null) return 'mid-body'
    return this.#sse.open ? 'mid-event' : 'boundary'
  }

  push(bytes: Uint8Array, offset: number, receivedAt: number, sentAt: number): void {
    this.#chunkOffset = offset
    this.#chunkReceived = receivedAt
    this.#chunkSent = sentAt
    this.offset = offset + bytes.length
    if (sentAt !== 0) {
      this.#sentUpTo = this.offset
      this.#sentUpToAt = sentAt
    }
    if (this.#splitter === null) this.#opaque(bytes, 0, bytes.length)
    else this.#splitter.push(bytes)
    this.#payload.keep()
  }

  /** All bytes up to `upTo` have left. */
  sent(upTo: number, at: number): void {
    this.#sentUpTo = upTo
    this.#sentUpToAt = at
    this.socket?.sent(upTo, at)
    if (this.#from !== -1 && this.#sent === 0 && this.#from < upTo) this.#sent = at
    if (this.#nextSent === 0 && this.#payloadTo < upTo) this.#nextSent = at
  }

  /** Nothing more comes: completes what ends with the connection, if it ended `whole`, and gives the rest as it is. */
  end(whole: boolean): void {
    if (whole) this.#splitter?.end()
    this.#abandon()
    this.socket?.abandon()
  }

  /** Bytes were lost: what is under way stays incomplete, and everything is opaque until `restart`. */
  lose(): void {
    this.#abandon()
    this.socket?.abandon()
    this.socket = null
    this.#splitter = null
  }

  /** Understands again, from the next byte on. */
  restart(outstanding: Outstanding): void {
    this.#abandon()
    this.#splitter = this.#splitterFor(outstanding)
  }

  #splitterFor(outstanding: Outstanding): Http1Splitter {
    const side = this.direction === 'c2s' ? 'request' : 'response'
    return createHttp1Splitter(side, outstanding, {
      headSpan: (_chunk, from, to) => this.#headSpan(from, to),
      head: (head) => this.#head(head),
      payload: (chunk, from, to) => this.#payloadSpan(chunk, from, to),
      framing: (_chunk, from, to) => this.#framing(from, to),
      messageEnd: () => this.#messageEnd(),
      opaque: (chunk, from, to) => this.#opaque(chunk, from, to),
    })
  }

  #open(from: number): void {
    this.#from = this.#chunkOffset + from
    this.#received = this.#chunkReceived
    this.#sent = this.#chunkSent
  }

  /** Told up to `to`, an index into the chunk. */
  #touch(to: number): void {
    this.#told = this.#chunkOffset + to
    this.#lastReceived = this.#chunkReceived
    this.#lastSent = this.#chunkSent
  }

  #headSpan(from: number, to: number): void {
    if (this.#from === -1) {
      this.#open(from)
      this.#inHead = true
      this.holdFrom = this.#from
    }
    this.#touch(to)
  }

  #head(head: Http1Head): void {
    const length = head.raw.length
    const span = this.#span('head', this.#from + length, length, head.raw, true)
    this.#inHead = false
    this.holdFrom = Infinity
    this.#reset()
    const plan = this.#listener.head(head, span)
    const tooLarge = plan.mode === 'whole' && head.length > MAX_PAYLOAD_BYTES
    this.#plan = tooLarge ? { ...plan, mode: 'skip' } : plan
    this.#payload.expect(plan.mode === 'whole' && plan.inflater === null && !tooLarge ? head.length : 0)
    this.#begun = false
    this.#sse = plan.mode === 'stream' ? createSseSplitter({ event: (chunk, end) => this.#event(chunk, end) }) : null
    if (plan.hold) this.holdFrom = span.offset + span.length
  }

  #payloadSpan(chunk: Uint8Array, from: number, to: number): void {
    const start = this.#chunkOffset + from
    this.#begun = true
    if (this.#plan.mode === 'stream' && this.#plan.inflater === null) return this.#events(chunk, from, to)
    if (this.#from === -1) this.#open(from)
    this.#touch(to)
    this.#piece(start, start + (to - from))
    if (this.#plan.inflater !== null) this.#inflate(this.#plan.inflater.push(chunk.subarray(from, to)))
    else if (this.#plan.mode === 'whole') this.#payload.add(chunk.subarray(from, to))
  }

  #piece(from: number, to: number): void {
    if (this.#payloadFrom === -1) {
      this.#payloadFrom = from
      // the framing in front may have come long before: a chunk's last CRLF with the event before, a size line by itself
      this.#received = this.#chunkReceived
      this.#sent = this.#chunkSent
    } else if (from !== this.#payloadTo) {
      this.#pieces ??= []
      if (this.#pieces.length <= 2 * MAX_PIECES) this.#pieces.push(this.#payloadTo, from)
    }
    this.#payloadTo = to
    this.#size += to - from
    this.#payloadReceived = this.#chunkReceived
    this.#payloadSent = this.#chunkSent
    this.#nextReceived = 0
  }

  #framing(from: number, to: number): void {
    if (this.#from === -1) this.#open(from)
    else if (this.#nextReceived === 0) {
      this.#nextReceived = this.#chunkReceived
      this.#nextSent = this.#chunkSent
    }
    this.#touch(to)
  }

  #events(chunk: Uint8Array, from: number, to: number): void {
    this.#eventAt = from
    this.#spanFrom = from
    this.#sse!.push(chunk, from, to)
    if (this.#eventAt < to) this.#eventBytes(chunk, this.#eventAt, to)
  }

  #eventBytes(chunk: Uint8Array, from: number, to: number): void {
    if (this.#from === -1) this.#open(from)
    this.#touch(to)
    this.#piece(this.#chunkOffset + from, this.#chunkOffset + to)
    this.#payload.add(chunk.subarray(from, to))
  }

  #event(chunk: Uint8Array, end: number): void {
    if (this.#plan.inflater !== null) return this.#inflatedEvent(chunk, end)
    if (end > this.#eventAt) this.#eventBytes(chunk, this.#eventAt, end)
    this.#eventAt = end
    const late = end === this.#spanFrom && this.#payloadTo !== this.#chunkOffset + end
    if (!late) return this.#close('event', this.#chunkOffset + end, true)
    // Framing has come behind the blank line of a block that only this byte proves complete: it leads the next one.
    const { from, received, sent } = { from: this.#payloadTo, received: this.#nextReceived, sent: this.#nextSent }
    this.#lastReceived = this.#payloadReceived
    this.#lastSent = this.#payloadSent
    this.#close('event', from, true)
    this.#from = from
    this.#received = received
    this.#sent = sent
  }

  #inflate(outputs: readonly Uint8Array[]): void {
    for (const output of outputs) {
      if (this.#plan.mode === 'whole') this.#payload.add(output)
      else if (this.#plan.mode === 'stream') {
        this.#eventAt = 0
        this.#sse!.push(output, 0, output.length)
        if (this.#eventAt < output.length) this.#payload.add(output.subarray(this.#eventAt))
      }
    }
  }

  /** The first event that a compressed span completes has its raw bytes, the next ones none. */
  #inflatedEvent(chunk: Uint8Array, end: number): void {
    if (this.#from === -1) {
      this.#from = this.#payloadTo
      this.#received = this.#lastReceived
      this.#sent = this.#lastSent
    }
    if (end > this.#eventAt) this.#payload.add(chunk.subarray(this.#eventAt, end))
    this.#eventAt = end
    this.#close('event', Math.max(this.#payloadTo, this.#from), true)
  }

  #messageEnd(): void {
    const { inflater, mode } = this.#plan
    if (inflater !== null) this.#inflate(inflater.end())
    if (this.#from !== -1) this.#close(mode === 'stream' ? 'end' : 'body', this.#told, true)
    this.#plan = SKIP
    this.#sse = null
    this.holdFrom = Infinity
    this.#listener.messageEnd()
  }

  #opaque(chunk: Uint8Array, from: number, to: number): void {
    this.#abandon()
    if (this.socket !== null) {
      return this.socket.push(chunk, from, to, this.#chunkOffset, this.#chunkReceived, this.#chunkSent)
    }
    this.#open(from)
    this.#touch(to)
    this.#close('opaque', this.#chunkOffset + to, true)
  }

  #abandon(): void {
    if (this.#from === -1) return
    const kind = this.#inHead ? 'opaque' : this.#plan.mode === 'stream' ? 'end' : 'body'
    this.#close(kind, this.#told, false)
    this.#inHead = false
    this.#plan = SKIP
    this.#sse = null
    this.holdFrom = Infinity
  }

  #close(kind: FrameKind, to: number, complete: boolean): void {
    const span = this.#span(kind, to, this.#size, this.#plan.mode === 'skip' ? null : this.#payload.whole(), complete)
    this.#reset()
    this.#listener.frame(span)
    if (this.holdFrom !== Infinity) this.holdFrom = to
  }

  #span(kind: FrameKind, to: number, size: number, payload: Uint8Array | null, complete: boolean): FrameSpan {
    const from = this.#from
    const inflated = this.#plan.inflater !== null
    const body = kind !== 'head' && kind !== 'opaque'
    const lead = !body ? 0 : this.#payloadFrom === -1 ? to - from : this.#payloadFrom - from
    const trail = !body || this.#payloadFrom === -1 ? 0 : to - this.#payloadTo
    let sentLast = this.#lastSent
    if (sentLast === 0 && to <= this.#sentUpTo) sentLast = this.#sentUpToAt
    const span = this.#given
    span.kind = kind
    span.offset = from
    span.length = to - from
    span.lead = lead
    span.trail = trail
    span.pieces = this.#listPieces(from)
    span.size = kind === 'opaque' ? to - from : inflated ? this.#payload.size : size
    span.receivedAt = this.#received
    span.receivedLastAt = this.#lastReceived
    span.sentAt = this.#sent
    span.sentLastAt = sentLast
    span.payload = payload
    span.inflated = inflated
    span.complete = complete
    return span
  }

  #listPieces(from: number): string | null {
    const gaps = this.#pieces
    if (gaps === null) return null
    if (gaps.length > 2 * MAX_PIECES) return 'chunked'
    const pieces: [number, number][] = []
    let start = this.#payloadFrom
    for (let i = 0; i < gaps.length; i += 2) {
      pieces.push([start - from, gaps[i]! - start])
      start = gaps[i + 1]!
    }
    pieces.push([start - from, this.#payloadTo - start])
    return JSON.stringify(pieces)
  }

  #reset(): void {
    this.#from = -1
    this.#payloadFrom = -1
    this.#pieces = null
    this.#size = 0
    this.#payload.reset()
    this.#nextReceived = 0
  }
}
