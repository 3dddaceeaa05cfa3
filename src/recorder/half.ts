import type { ConnectionRecord, EditRecord, FrameRecord } from '../store/records.ts'
import type { Direction } from '../wire/frame.ts'
import type { Http1Head, Outstanding } from '../wire/http1.ts'
import type { Looking } from './body-plan.ts'
import type { RecordingContext } from './context.ts'
import type { BodyPlan, FrameSpan, FramingListener } from './frame-span.ts'
import { Side } from './framing.ts'
import { HeadReader, type HeadFacts } from './heads.ts'
import type { PackedChunk, PackedEdit } from './packing.ts'
import { RawStream } from './raw.ts'
import type { Redacted } from './redaction.ts'
import { SocketSide, type SocketRange, type SocketSpan, type UnfinishedMessage } from './socket-side.ts'

/** Who joins the two halves of a connection. */
export interface HalfOwner {
  readonly row: ConnectionRecord
  head(direction: Direction, head: Http1Head, facts: HeadFacts, span: FrameSpan): BodyPlan
  frame(direction: Direction, span: FrameSpan): void
  messageEnd(direction: Direction): void
  socketFrame(direction: Direction, span: SocketSpan): void
}

const STAR = 42
/** Bytes of a body that may have to be redacted, kept from the store until it is complete; beyond it they are overwritten. */
const MAX_HELD_BYTES = 16 * 1024 * 1024
const TOO_LARGE = 'not looked through'

/** One direction of a connection: its frames (`side`), its bytes (`raw`), and what is still to be learnt of either. */
export class Half implements FramingListener {
  readonly side: Side
  readonly raw: RawStream
  /** Bytes were lost: to be understood again at the next border. */
  lost = false
  /** Instant of the newest chunk. */
  lastAt = 0
  /** How bodies are to be looked through for secrets; null for not at all. */
  looking: Looking | null = null
  readonly #direction: Direction
  readonly #number: number
  readonly #context: RecordingContext
  readonly #owner: HalfOwner
  readonly #reader: HeadReader
  #edits: PackedEdit[] = []
  /** Frames whose last byte has not left yet. */
  #unsent: FrameRecord[] = []

  constructor(direction: Direction, outstanding: Outstanding, context: RecordingContext, owner: HalfOwner) {
    this.#direction = direction
    this.#number = direction === 'c2s' ? 0 : 1
    this.#context = context
    this.#owner = owner
    this.#reader = new HeadReader(context.redactor)
    this.side = new Side(direction, outstanding, this)
    this.raw = new RawStream(context.pool)
  }

  push({ bytes, offset, receivedAt, sentAt }: PackedChunk): void {
    if (this.#context.depth === 'full') this.raw.append(offset, bytes)
    this.raw.arrived(offset, bytes.length, receivedAt)
    this.lastAt = receivedAt
    if (sentAt !== 0 && this.#unsent.length > 0) this.sent(offset, sentAt)
    this.side.push(bytes, offset, receivedAt, sentAt)
    if (this.side.offset - this.side.holdFrom > MAX_HELD_BYTES) this.#giveUpHolding()
  }

  /** More is held back than can be: what there is goes, unread. */
  #giveUpHolding(): void {
    const from = this.side.holdFrom
    this.#overwrite(from, {
      from: 0,
      to: this.side.offset - from,
      name: TOO_LARGE,
      hash: this.#context.redactor.hash(TOO_LARGE),
    })
    this.side.holdFrom = this.side.offset
  }

  sent(upTo: number, at: number): void {
    this.side.sent(upTo, at)
    const waiting = this.#unsent
    let done = 0
    for (const frame of waiting) {
      if (frame.offset >= upTo && frame.length > 0) break
      frame.sentAt ??= at
      if (frame.offset + frame.length > upTo) {
        this.#context.dirty.frame(frame)
        break
      }
      frame.sentLastAt = at
      this.#context.dirty.frame(frame)
      done++
    }
    if (done > 0) waiting.splice(0, done)
  }

  edited(edit: PackedEdit): void {
    const { offset, bytes, was } = edit
    const late = this.#unsent.find((frame) => offset >= frame.offset && offset < frame.offset + frame.length)
    if (late !== undefined) {
      late.edits = this.#context.edits.intern([...(late.edits?.edits ?? []), this.#editOf(edit, late)])
      return this.#context.dirty.frame(late)
    }
    this.#edits.push({ ...edit, bytes: new Uint8Array(bytes), was: was === null ? null : new Uint8Array(was) })
  }

  /** Takes the edits left over: bytes of ours that no frame received stands for. */
  leftover(): PackedEdit[] {
    return this.#edits.splice(0)
  }

  head(head: Http1Head, span: FrameSpan): BodyPlan {
    const facts = this.#reader.read(head)
    this.looking = null
    if (this.#context.depth === 'heads') this.raw.append(span.offset, head.raw)
    for (const redacted of facts.redacted) this.#overwrite(span.offset + redacted.from, redacted)
    return this.#owner.head(this.#direction, head, facts, span)
  }

  frame(span: FrameSpan): void {
    this.#owner.frame(this.#direction, span)
  }

  messageEnd(): void {
    this.#owner.messageEnd(this.#direction)
    this.looking = null
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

  /** A frame of this direction: its edits, and whether it has left. */
  framed(frame: FrameRecord): void {
    if (frame.sentLastAt === null) this.#unsent.push(frame)
    if (this.#edits.length === 0) return
    const end = frame.offset + frame.length
    const mine = this.#edits.filter((edit) => edit.offset < end)
    if (mine.length === 0) return
    this.#edits = this.#edits.filter((edit) => edit.offset >= end)
    frame.edits = this.#context.edits.intern(mine.map((edit) => this.#editOf(edit, frame)))
  }

  #editOf({ offset, removed, bytes, rule, was }: PackedEdit, frame: FrameRecord): EditRecord {
    const kept = was ?? this.raw.peek(offset, Math.min(removed, frame.offset + frame.length - offset))
    const secret = rule.startsWith('header:')
    return { offset: offset - frame.offset, removed: kept ?? NOTHING, bytes: secret ? null : bytes, rule }
  }

  /** Looks a body or event through, overwrites its raw bytes, and gives the payload as it may be kept. */
  redact(span: FrameSpan, isMessage: boolean): Uint8Array | null {
    const { looking } = this
    const { payload } = span
    if (looking === null) return payload
    if (payload === null) {
      if (span.size > 0) this.#overwriteAll(span, TOO_LARGE)
      return null
    }
    const copy = Buffer.from(payload)
    const found = this.#context.redactor.body(copy, looking.form, looking.oauth && !isMessage)
    if (found.length === 0) return payload
    if (span.inflated) this.#overwriteAll(span, found[0]!.name)
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
      for (const range of ranges)
        this.#overwriteMasked(range, { from: 0, to: range.length, name, hash: redactor.hash(name) })
    } else for (const redacted of found) this.#overwriteWithin(ranges, redacted)
    return copy
  }

  #overwriteWithin(ranges: readonly SocketRange[], { from, to, name, hash }: Redacted): void {
    let at = 0
    for (const range of ranges) {
      const [first, last] = [Math.max(from, at), Math.min(to, at + range.length)]
      if (first < last) this.#overwriteMasked(range, { from: first - at, to: last - at, name, hash })
      at += range.length
    }
  }

  /** What is overwritten reads as stars once the mask is taken off. */
  #overwriteMasked({ offset, key }: SocketRange, redacted: Redacted): void {
    const from = offset + redacted.from
    this.#overwrite(from, redacted)
    const here = this.raw.rest(from, redacted.to - redacted.from)
    if (here === undefined || key === null) return
    const { bytes } = here
    for (let i = 0; i < bytes.length; i++) bytes[i] = STAR ^ key[(here.offset - offset + i) & 3]!
  }

  #overwriteAll(span: FrameSpan, name: string): void {
    const whole = { from: 0, to: span.length, name, hash: this.#context.redactor.hash(name) }
    this.#overwrite(span.offset, whole)
  }

  /** Payload ranges to raw ranges: transfer framing may lie in between. */
  #overwritePayload(span: FrameSpan, { from, to, name, hash }: Redacted): void {
    const pieces: [number, number][] =
      span.pieces === null || span.pieces === 'chunked' ? [[span.lead, span.size]] : JSON.parse(span.pieces)
    if (span.pieces === 'chunked') return this.#overwriteAll(span, name)
    let at = 0
    for (const [offset, length] of pieces) {
      const first = Math.max(from, at)
      const last = Math.min(to, at + length)
      if (first < last) {
        const start = span.offset + offset + first - at
        this.#overwrite(start, { from: 0, to: last - first, name, hash })
      }
      at += length
    }
  }

  #overwrite(offset: number, { from, to, name, hash }: Redacted): void {
    const length = to - from
    const { depth, dirty } = this.#context
    if (depth === 'metadata') return
    this.raw.rest(offset, length)?.bytes.fill(STAR)
    dirty.batch.redactions.push({ connection: this.#owner.row, direction: this.#number, offset, length, name, hash })
  }
}

const NOTHING = new Uint8Array(0)
