/** Chunks of one direction of a connection to frames with their addresses and instants. */
import type { EndingPlace } from '../wire/ending.ts'
import type { Direction, FrameKind } from '../wire/frame.ts'
import {
  createHttp1Splitter,
  type Http1Head,
  type Http1Listener,
  type Http1Splitter,
  type Outstanding,
} from '../wire/http1.ts'
import { SKIP } from './body-plan.ts'
import type { FramingListener } from './frame-span.ts'
import { giveFrame, takeFrame, type OpenFrame } from './open-frame.ts'
import { MAX_PAYLOAD_BYTES } from './payload.ts'
import type { SocketSide } from './socket-side.ts'
import { createSseSplitter, type SseListener, type SseSplitter } from '../wire/sse.ts'

/** One direction. Bytes come in by `push`, frames go out to the listener, in order and without gaps between them. */
export class Side implements Http1Listener, SseListener {
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
  /** Null where nothing is under way: of thousands of idle streams few have one. */
  #open: OpenFrame | null = null
  /** Of the chunk or what was inflated: where the events told so far end, and where its first payload lies. */
  #eventAt = 0
  #spanFrom = 0

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
    this.offset = offset + bytes.length
    const frame = this.#frame
    frame.chunk(offset, bytes.length, receivedAt, sentAt)
    if (this.#splitter === null) this.opaque(bytes, 0, bytes.length)
    else this.#splitter.push(bytes)
    frame.payload.keep()
    this.#rest()
  }

  /** All bytes up to `upTo` have left. */
  sent(upTo: number, at: number): void {
    this.socket?.sent(upTo, at)
    this.#open?.sent(upTo, at)
  }

  /** Nothing more comes: completes what ends with the connection, if it ended `whole`, and gives the rest as it is. */
  end(whole: boolean): void {
    if (whole) this.#splitter?.end()
    this.#abandon()
    this.#rest()
    this.socket?.abandon()
  }

  /** Bytes were lost: what is under way stays incomplete, and everything is opaque until `restart`. */
  lose(): void {
    this.#abandon()
    this.#rest()
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
    return createHttp1Splitter(side, outstanding, this)
  }

  get #frame(): OpenFrame {
    return (this.#open ??= takeFrame())
  }

  /** Gives the frame back where nothing is under way, and nothing of it is needed for what comes. */
  #rest(): void {
    const frame = this.#open
    if (frame === null || frame.from !== -1 || this.#plan.inflater !== null || this.#plan.mode === 'whole') return
    this.#open = null
    giveFrame(frame)
  }

  headSpan(_chunk: Uint8Array, from: number, to: number): void {
    if (this.#frame.from === -1) {
      this.#frame.open(from)
      this.#inHead = true
      this.holdFrom = this.#frame.from
    }
    this.#frame.touch(to)
  }

  head(head: Http1Head): void {
    const span = this.#frame.span('head', this.#frame.from + head.raw.length, head.raw, false, true)
    this.#inHead = false
    this.holdFrom = Infinity
    this.#frame.reset()
    const plan = this.#listener.head(head, span)
    const tooLarge = plan.mode === 'whole' && head.length > MAX_PAYLOAD_BYTES
    this.#plan = tooLarge ? { ...plan, mode: 'skip' } : plan
    this.#frame.payload.expect(plan.mode === 'whole' && plan.inflater === null && !tooLarge ? head.length : 0)
    this.#begun = false
    this.#sse = plan.mode === 'stream' ? createSseSplitter(this) : null
    if (plan.hold) this.holdFrom = span.offset + span.length
  }

  payload(chunk: Uint8Array, from: number, to: number): void {
    this.#begun = true
    if (this.#plan.mode === 'stream' && this.#plan.inflater === null) return this.#events(chunk, from, to)
    if (this.#frame.from === -1) this.#frame.open(from)
    this.#frame.touch(to)
    this.#frame.piece(from, to)
    if (this.#plan.inflater !== null) this.#inflate(this.#plan.inflater.push(chunk.subarray(from, to)))
    else if (this.#plan.mode === 'whole') this.#frame.payload.add(chunk.subarray(from, to))
  }

  framing(_chunk: Uint8Array, from: number, to: number): void {
    this.#frame.framing(from, to)
  }

  #events(chunk: Uint8Array, from: number, to: number): void {
    this.#eventAt = from
    this.#spanFrom = from
    this.#sse!.push(chunk, from, to)
    if (this.#eventAt < to) this.#eventBytes(chunk, this.#eventAt, to)
  }

  #eventBytes(chunk: Uint8Array, from: number, to: number): void {
    if (this.#frame.from === -1) this.#frame.open(from)
    this.#frame.touch(to)
    this.#frame.piece(from, to)
    this.#frame.payload.add(chunk.subarray(from, to))
  }

  event(chunk: Uint8Array, end: number): void {
    if (this.#plan.inflater !== null) return this.#inflatedEvent(chunk, end)
    if (end > this.#eventAt) this.#eventBytes(chunk, this.#eventAt, end)
    this.#eventAt = end
    const late = end === this.#spanFrom && this.#frame.payloadTo !== this.#frame.offsetOf(end)
    if (!late) return this.#close('event', this.#frame.offsetOf(end), true)
    // Framing has come behind the blank line of a block that only this byte proves complete: it leads the next one.
    const next = this.#frame.endAtPayload()
    this.#close('event', next.from, true)
    this.#frame.reopen(next)
  }

  #inflate(outputs: readonly Uint8Array[]): void {
    for (const output of outputs) {
      if (this.#plan.mode === 'whole') this.#frame.payload.add(output)
      else if (this.#plan.mode === 'stream') {
        this.#eventAt = 0
        this.#sse!.push(output, 0, output.length)
        if (this.#eventAt < output.length) this.#frame.payload.add(output.subarray(this.#eventAt))
      }
    }
  }

  /** The first event that a compressed span completes has its raw bytes, the next ones none. */
  #inflatedEvent(chunk: Uint8Array, end: number): void {
    if (this.#frame.from === -1) this.#frame.openBehindPayload()
    if (end > this.#eventAt) this.#frame.payload.add(chunk.subarray(this.#eventAt, end))
    this.#eventAt = end
    this.#close('event', Math.max(this.#frame.payloadTo, this.#frame.from), true)
  }

  messageEnd(): void {
    const { inflater, mode } = this.#plan
    if (inflater !== null) this.#inflate(inflater.end())
    const frame = this.#open
    if (frame !== null && frame.from !== -1) this.#close(mode === 'stream' ? 'end' : 'body', frame.told, true)
    this.#plan = SKIP
    this.#sse = null
    this.holdFrom = Infinity
    this.#listener.messageEnd()
  }

  opaque(chunk: Uint8Array, from: number, to: number): void {
    this.#abandon()
    const frame = this.#frame
    if (this.socket !== null) {
      return this.socket.push(chunk, from, to, frame.offsetOf(0), frame.chunkReceived, frame.chunkSent)
    }
    frame.open(from)
    frame.touch(to)
    this.#close('opaque', frame.offsetOf(to), true)
  }

  #abandon(): void {
    const frame = this.#open
    if (frame === null || frame.from === -1) return
    const kind = this.#inHead ? 'opaque' : this.#plan.mode === 'stream' ? 'end' : 'body'
    this.#close(kind, frame.told, false)
    this.#inHead = false
    this.#plan = SKIP
    this.#sse = null
    this.holdFrom = Infinity
  }

  #close(kind: FrameKind, to: number, complete: boolean): void {
    const { inflater, mode } = this.#plan
    const frame = this.#frame
    const payload = mode === 'skip' ? null : frame.payload.whole()
    const span = frame.span(kind, to, payload, inflater !== null, complete)
    frame.reset()
    this.#listener.frame(span)
    if (this.holdFrom !== Infinity) this.holdFrom = to
  }
}
