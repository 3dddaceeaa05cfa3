import type { ConnectionRecord, FrameRecord } from '../store/records.ts'
import type { Direction } from '../wire/frame.ts'
import type { RecordingContext } from './context.ts'
import type { FrameSpan } from './frame-span.ts'
import { KeptBytes, MAX_HELD_BYTES, TOO_LARGE } from './kept-bytes.ts'
import { LineSide } from './line-side.ts'
import { Outgoing } from './outgoing.ts'
import type { PackedChunk } from './packing.ts'

/** One direction of a process: its lines (`side`), what leaves (`outgoing`), and its bytes. */
export class LineHalf {
  readonly side: LineSide
  readonly outgoing: Outgoing
  readonly #context: RecordingContext
  readonly #bytes: KeptBytes
  readonly #told: (span: FrameSpan) => FrameRecord
  #heldFrom = Infinity

  /** `told` makes the row of a frame. */
  constructor(
    direction: Direction,
    row: ConnectionRecord,
    context: RecordingContext,
    told: (span: FrameSpan) => FrameRecord,
  ) {
    this.#context = context
    this.#bytes = new KeptBytes(context, row, direction, false)
    this.outgoing = new Outgoing(context, this.#bytes.raw)
    this.#told = told
    this.side = new LineSide({ frame: (span) => this.#frame(span) })
  }

  push(chunk: PackedChunk): void {
    const { bytes, offset, receivedAt, sentAt } = chunk
    // before the bytes behind a loss are taken: those in front of it can be overwritten no longer then
    if (offset !== this.side.offset) this.side.lose(receivedAt)
    this.#bytes.arrived(chunk)
    if (sentAt !== 0 && this.outgoing.waiting) this.sent(offset, sentAt)
    this.side.push(bytes, offset, receivedAt, sentAt)
    if (!this.#context.redactor.everyBody) return
    this.#heldFrom = Math.max(this.side.open, this.#heldFrom === Infinity ? 0 : this.#heldFrom)
    const held = this.side.offset - this.#heldFrom
    if (held <= MAX_HELD_BYTES) return
    this.#bytes.overwrite(this.#heldFrom, held, TOO_LARGE)
    this.#heldFrom = this.side.offset
  }

  sent(upTo: number, at: number): void {
    this.side.sent(upTo, at)
    this.outgoing.sent(upTo, at)
  }

  /** Moves what may be stored into the batch. */
  collect(): void {
    this.#bytes.collect(this.#heldFrom)
  }

  #frame(span: FrameSpan): void {
    const { offset, length, payload } = span
    const frame = this.#told(span)
    this.outgoing.framed(frame)
    this.#heldFrom = Infinity
    if (!this.#context.redactor.everyBody) return
    if (payload === null) return this.#bytes.overwrite(offset, length, TOO_LARGE)
    const found = this.#context.redactor.body(Buffer.from(payload), false, false)
    for (const { from, to, name, hash } of found) this.#bytes.overwrite(offset + from, to - from, name, hash)
    if (found.length > 0) frame.label = frame.label === null ? null : '*'.repeat(8)
  }
}
