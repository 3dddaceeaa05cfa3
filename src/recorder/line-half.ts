import type { ConnectionRecord, EditRecord, FrameRecord } from '../store/records.ts'
import type { Direction } from '../wire/frame.ts'
import type { RecordingContext } from './context.ts'
import type { FrameSpan } from './frame-span.ts'
import { LineSide } from './line-side.ts'
import type { PackedChunk, PackedEdit } from './packing.ts'
import { RawStream } from './raw.ts'

const STAR = 42
const NOTHING = new Uint8Array(0)
/** Bytes of a line that may have to be redacted, kept from the store until it is complete; beyond it they are overwritten. */
const MAX_HELD_BYTES = 16 * 1024 * 1024
const TOO_LARGE = 'not looked through'

/** One direction of a process: its lines (`side`), its bytes, and what is still to be learnt of either. */
export class LineHalf {
  readonly side: LineSide
  readonly #number: number
  readonly #row: ConnectionRecord
  readonly #context: RecordingContext
  readonly #raw: RawStream
  readonly #told: (span: FrameSpan) => FrameRecord
  #edits: PackedEdit[] = []
  /** Frames whose last byte has not left yet. */
  #unsent: FrameRecord[] = []
  #heldFrom = Infinity

  /** `told` makes the row of a frame. */
  constructor(
    direction: Direction,
    row: ConnectionRecord,
    context: RecordingContext,
    told: (span: FrameSpan) => FrameRecord,
  ) {
    this.#number = direction === 'c2s' ? 0 : 1
    this.#row = row
    this.#context = context
    this.#raw = new RawStream(context.pool)
    this.#told = told
    this.side = new LineSide({ frame: (span) => this.#frame(span) })
  }

  push({ bytes, offset, receivedAt, sentAt }: PackedChunk): void {
    if (this.#context.depth === 'full') this.#raw.append(offset, bytes)
    this.#raw.arrived(offset, bytes.length, receivedAt)
    if (sentAt !== 0 && this.#unsent.length > 0) this.sent(offset, sentAt)
    this.side.push(bytes, offset, receivedAt, sentAt)
    if (!this.#context.redactor.everyBody) return
    this.#heldFrom = Math.max(this.side.open, this.#heldFrom === Infinity ? 0 : this.#heldFrom)
    if (this.side.offset - this.#heldFrom > MAX_HELD_BYTES) {
      this.#overwrite(this.#heldFrom, this.side.offset - this.#heldFrom, TOO_LARGE)
      this.#heldFrom = this.side.offset
    }
  }

  sent(upTo: number, at: number): void {
    this.side.sent(upTo, at)
    const waiting = this.#unsent
    let done = 0
    for (const frame of waiting) {
      if (frame.offset >= upTo) break
      frame.sentAt ??= at
      this.#context.dirty.frame(frame)
      if (frame.offset + frame.length > upTo) break
      frame.sentLastAt = at
      done++
    }
    if (done > 0) waiting.splice(0, done)
  }

  edited(edit: PackedEdit): void {
    this.#edits.push({ ...edit, bytes: new Uint8Array(edit.bytes) })
  }

  /** Moves what may be stored into the batch. */
  collect(): void {
    this.#raw.take(this.#context.dirty.batch, this.#row, this.#number, this.#heldFrom)
  }

  #frame(span: FrameSpan): void {
    const { offset, length, payload } = span
    const frame = this.#told(span)
    if (frame.sentLastAt === null) this.#unsent.push(frame)
    if (this.#edits.length > 0) this.#takeEdits(frame)
    this.#heldFrom = Infinity
    if (!this.#context.redactor.everyBody) return
    if (payload === null) return this.#overwrite(offset, length, TOO_LARGE)
    const found = this.#context.redactor.body(Buffer.from(payload), false, false)
    for (const { from, to, name, hash } of found) this.#overwrite(offset + from, to - from, name, hash)
    if (found.length > 0) frame.label = frame.label === null ? null : '*'.repeat(8)
  }

  #takeEdits(frame: FrameRecord): void {
    const end = frame.offset + frame.length
    const mine = this.#edits.filter((edit) => edit.offset < end)
    if (mine.length === 0) return
    this.#edits = this.#edits.filter((edit) => edit.offset >= end)
    frame.edits = this.#context.edits.intern(
      mine.map(({ offset, removed, bytes, rule }): EditRecord => {
        const kept = this.#raw.peek(offset, Math.min(removed, end - offset)) ?? NOTHING
        return { offset: offset - frame.offset, removed: kept, bytes, rule }
      }),
    )
  }

  #overwrite(offset: number, length: number, name: string, hash = this.#context.redactor.hash(name)): void {
    const { depth, dirty } = this.#context
    if (depth !== 'full') return
    this.#raw.peek(offset, length)?.fill(STAR)
    dirty.batch.redactions.push({ connection: this.#row, direction: this.#number, offset, length, name, hash })
  }
}
