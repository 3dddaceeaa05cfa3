import type { ConnectionRecord, FrameRecord } from '../store/records.ts'
import type { Direction } from '../wire/frame.ts'
import type { Http1Head, Outstanding } from '../wire/http1.ts'
import type { Looking } from './body-plan.ts'
import type { RecordingContext } from './context.ts'
import type { BodyPlan, FrameSpan, FramingListener } from './frame-span.ts'
import { Side } from './framing.ts'
import { HeadReader, type HeadFacts } from './heads.ts'
import { KeptBytes, MAX_HELD_BYTES, TOO_LARGE } from './kept-bytes.ts'
import { Outgoing, type OutgoingOwner } from './outgoing.ts'
import type { PackedChunk } from './packing.ts'
import type { Redacted } from './redaction.ts'
import { SocketSide, type SocketRange, type SocketSpan, type UnfinishedMessage } from './socket-side.ts'

/** Who joins the two halves of a connection. */
export interface HalfOwner {
  readonly row: ConnectionRecord
  head(direction: Direction, head: Http1Head, facts: HeadFacts, span: FrameSpan): BodyPlan
  frame(direction: Direction, span: FrameSpan): void
  messageEnd(direction: Direction): void
  socketFrame(direction: Direction, span: SocketSpan): void
  /** A rule took it out. */
  taken(direction: Direction, frame: FrameRecord): void
}

/** One direction of a connection: its frames (`side`), what leaves (`outgoing`), and its bytes. */
export class Half implements FramingListener, OutgoingOwner {
  readonly side: Side
  readonly outgoing: Outgoing
  /** Bytes were lost: to be understood again at the next border. */
  lost = false
  /** A fault has ended it towards who reads it: what comes now goes nowhere. */
  cut = false
  /** Instant of the newest chunk. */
  lastAt = 0
  /** How bodies are to be looked through for secrets; null for not at all. */
  looking: Looking | null = null
  readonly #direction: Direction
  readonly #context: RecordingContext
  readonly #owner: HalfOwner
  readonly #reader: HeadReader
  readonly #bytes: KeptBytes

  constructor(direction: Direction, outstanding: Outstanding, context: RecordingContext, owner: HalfOwner) {
    this.#direction = direction
    this.#context = context
    this.#owner = owner
    this.#reader = new HeadReader(context.redactor)
    this.side = new Side(direction, outstanding, this)
    this.#bytes = new KeptBytes(context, owner.row, direction, true)
    this.outgoing = new Outgoing(context, this.#bytes.raw, this)
  }

  push(chunk: PackedChunk): void {
    const { bytes, offset, receivedAt, sentAt } = chunk
    this.#bytes.arrived(chunk)
    this.lastAt = receivedAt
    if (sentAt !== 0 && this.outgoing.waiting) this.sent(offset, sentAt)
    this.side.push(bytes, offset, receivedAt, sentAt)
    const held = this.side.offset - this.side.holdFrom
    if (held <= MAX_HELD_BYTES) return
    // what there is goes, unread
    this.#bytes.overwrite(this.side.holdFrom, held, TOO_LARGE)
    this.side.holdFrom = this.side.offset
  }

  sent(upTo: number, at: number): void {
    this.side.sent(upTo, at)
    this.outgoing.sent(upTo, at)
  }

  /** Moves what may be stored into the batch. */
  collect(): void {
    this.#bytes.collect(this.side.holdFrom)
  }

  head(head: Http1Head, span: FrameSpan): BodyPlan {
    const facts = this.#reader.read(head)
    this.looking = null
    this.#bytes.head(span.offset, head.raw)
    for (const { from, to, name, hash } of facts.redacted) {
      this.#bytes.overwrite(span.offset + from, to - from, name, hash)
    }
    return this.#owner.head(this.#direction, head, facts, span)
  }

  frame(span: FrameSpan): void {
    this.#owner.frame(this.#direction, span)
  }

  messageEnd(): void {
    this.#owner.messageEnd(this.#direction)
    this.looking = null
  }

  taken(frame: FrameRecord): void {
    this.#owner.taken(this.#direction, frame)
  }

  /** What is no HTTP from here on is WebSocket; gives its side. */
  becomeSocket(): SocketSide {
    const frame = (span: SocketSpan): void => this.#owner.socketFrame(this.#direction, span)
    const unfinished = (span: UnfinishedMessage): void =>
      void this.redactMasked(span.payload, span.inflated, span.ranges)
    const hold = this.#context.redactor.everyBody ? this.side : null
    return (this.side.socket ??= new SocketSide({ hold, frame, unfinished }))
  }

  /** The switch was refused, or to something else: what is no HTTP is opaque again. */
  noSocket(): void {
    this.side.socket?.abandon()
    this.side.socket = null
  }

  /** Looks a body or event through, overwrites its raw bytes, and gives the payload as it may be kept. */
  redact(span: FrameSpan, isMessage: boolean): Uint8Array | null {
    const { looking } = this
    const { payload } = span
    if (looking === null) return payload
    if (payload === null) {
      if (span.size > 0) this.#bytes.overwrite(span.offset, span.length, TOO_LARGE)
      return null
    }
    const copy = Buffer.from(payload)
    const found = this.#context.redactor.body(copy, looking.form, looking.oauth && !isMessage)
    if (found.length === 0) return payload
    if (span.inflated) this.#bytes.overwrite(span.offset, span.length, found[0]!.name)
    else for (const redacted of found) this.#overwritePayload(span, redacted)
    return copy
  }

  /** Looks a message through that lies masked in these ranges, overwrites it there, and gives it as it may be kept. */
  redactMasked(payload: Uint8Array | null, inflated: boolean, ranges: readonly SocketRange[]): Uint8Array | null {
    const { redactor } = this.#context
    if (!redactor.everyBody || payload?.length === 0) return payload
    const copy = payload === null ? null : Buffer.from(payload)
    const found = copy === null ? [] : redactor.body(copy, false, false)
    if (copy !== null && found.length === 0) return payload
    if (copy === null || inflated) {
      const name = found[0]?.name ?? TOO_LARGE
      const hash = redactor.hash(name)
      for (const range of ranges) this.#bytes.overwriteMasked(range, { from: 0, to: range.length, name, hash })
    } else for (const redacted of found) this.#overwriteWithin(ranges, redacted)
    return copy
  }

  #overwriteWithin(ranges: readonly SocketRange[], { from, to, name, hash }: Redacted): void {
    let at = 0
    for (const range of ranges) {
      const [first, last] = [Math.max(from, at), Math.min(to, at + range.length)]
      if (first < last) this.#bytes.overwriteMasked(range, { from: first - at, to: last - at, name, hash })
      at += range.length
    }
  }

  /** Payload ranges to raw ranges: transfer framing may lie in between. */
  #overwritePayload(span: FrameSpan, { from, to, name, hash }: Redacted): void {
    if (span.pieces === 'chunked') return this.#bytes.overwrite(span.offset, span.length, name)
    const pieces: [number, number][] = span.pieces === null ? [[span.lead, span.size]] : JSON.parse(span.pieces)
    let at = 0
    for (const [offset, length] of pieces) {
      const first = Math.max(from, at)
      const last = Math.min(to, at + length)
      if (first < last) this.#bytes.overwrite(span.offset + offset + first - at, last - first, name, hash)
      at += length
    }
  }
}
