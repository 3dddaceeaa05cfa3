import type { DecisionRecord, EditRecord, FrameRecord } from '../store/records.ts'
import type { RecordingContext } from './context.ts'
import { FRAME_KIND } from './kinds.ts'
import type { PackedEdit } from './packing.ts'
import type { RawStream } from './raw.ts'

const NOTHING = new Uint8Array(0)

/** The frames of one direction on their way out: when they leave, and what of ours is in them. */
export class Outgoing {
  readonly #context: RecordingContext
  readonly #raw: RawStream
  /** Those whose frame has not come yet. */
  #edits: PackedEdit[] = []
  /** Frames whose last byte has not left yet. */
  #unsent: FrameRecord[] = []
  /** Those about bytes whose frames have not all come yet. */
  #decisions: DecisionRecord[] = []

  constructor(context: RecordingContext, raw: RawStream) {
    this.#context = context
    this.#raw = raw
  }

  /** A frame has not left, or not whole. */
  get waiting(): boolean {
    return this.#unsent.length > 0
  }

  /** All bytes up to `upTo` have left. */
  sent(upTo: number, at: number): void {
    const waiting = this.#unsent
    let done = 0
    for (const frame of waiting) {
      if (frame.offset >= upTo && frame.length > 0) break
      frame.sentAt ??= at
      this.#context.dirty.frame(frame)
      if (frame.offset + frame.length > upTo) break
      frame.sentLastAt = at
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

  /** It may be about bytes of frames that are here, and of others that come. */
  decided(decision: DecisionRecord): void {
    this.#context.dirty.decision(decision)
    if (decision.offset === null) return
    for (const frame of this.#unsent) this.#about(decision, frame)
    const last = this.#unsent.at(-1)
    if (last === undefined || last.offset + last.length < endOf(decision)) this.#decisions.push(decision)
  }

  /** Takes the edits left over: bytes of ours that no frame received stands for. */
  leftover(): PackedEdit[] {
    return this.#edits.splice(0)
  }

  /** A frame has come: the edits in it are known, and whether it has left. */
  framed(frame: FrameRecord): void {
    if (frame.sentLastAt === null) this.#unsent.push(frame)
    if (this.#decisions.length > 0) this.#decisions = this.#decisions.filter((decision) => this.#about(decision, frame))
    if (this.#edits.length === 0) return
    const end = frame.offset + frame.length
    const mine = this.#edits.filter((edit) => edit.offset < end)
    if (mine.length === 0) return
    this.#edits = this.#edits.filter((edit) => edit.offset >= end)
    frame.edits = this.#context.edits.intern(mine.map((edit) => this.#editOf(edit, frame)))
  }

  /** Ties them where they belong together. True where more of it may come. */
  #about(decision: DecisionRecord, frame: FrameRecord): boolean {
    const [from, to] = [decision.offset ?? 0, endOf(decision)]
    const end = frame.offset + frame.length
    if (frame.offset >= to || end <= from) return end < to
    if (decision.frame === null || decision.frame.kind === FRAME_KIND.head) {
      decision.frame = frame
      this.#context.dirty.decision(decision)
    }
    if (decision.fired) this.#context.dirty.frame(frame)
    return end < to
  }

  #editOf({ offset, removed, bytes, rule, was }: PackedEdit, frame: FrameRecord): EditRecord {
    const kept = was ?? this.#raw.peek(offset, Math.min(removed, frame.offset + frame.length - offset))
    const secret = rule.startsWith('header:')
    return { offset: offset - frame.offset, removed: kept ?? NOTHING, bytes: secret ? null : bytes, rule }
  }
}

const endOf = ({ offset, length }: DecisionRecord): number => (offset ?? 0) + Math.max(length ?? 1, 1)
