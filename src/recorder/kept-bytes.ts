import type { ConnectionRecord } from '../store/records.ts'
import type { Direction } from '../wire/frame.ts'
import type { RecordingContext } from './context.ts'
import type { PackedChunk } from './packing.ts'
import { RawStream } from './raw.ts'
import type { Redacted } from './redaction.ts'
import type { SocketRange } from './socket-side.ts'

const STAR = 42
/** Bytes that may have to be redacted, kept from the store until their frame is complete; beyond it they are overwritten. */
export const MAX_HELD_BYTES = 16 * 1024 * 1024
/** Name of what was overwritten unread. */
export const TOO_LARGE = 'not looked through'

/** The bytes of one direction as far as they are kept, and what of them is overwritten. */
export class KeptBytes {
  readonly raw: RawStream
  readonly #context: RecordingContext
  readonly #row: ConnectionRecord
  readonly #number: number
  /** Some of them are kept at the depth there is. */
  readonly #any: boolean

  /** `heads`: there are heads among them, which are kept at depth `heads`. */
  constructor(context: RecordingContext, row: ConnectionRecord, direction: Direction, heads: boolean) {
    this.#context = context
    this.#row = row
    this.#number = direction === 'c2s' ? 0 : 1
    this.#any = context.depth === 'full' || (heads && context.depth === 'heads')
    this.raw = new RawStream(context.pool)
  }

  arrived({ offset, bytes, receivedAt }: PackedChunk): void {
    if (this.#context.depth === 'full') this.raw.append(offset, bytes)
    this.raw.arrived(offset, bytes.length, receivedAt)
  }

  /** A head among them is complete. */
  head(offset: number, bytes: Uint8Array): void {
    if (this.#context.depth === 'heads') this.raw.append(offset, bytes)
  }

  /** Overwrites these, where they are still here, and says so. `name`, and `hash` as the redactor gives it: of the secret. */
  overwrite(offset: number, length: number, name: string, hash = this.#context.redactor.hash(name)): void {
    if (!this.#any) return
    this.raw.rest(offset, length)?.bytes.fill(STAR)
    const connection = this.#row
    this.#context.dirty.batch.redactions.push({ connection, direction: this.#number, offset, length, name, hash })
  }

  /** The same for bytes that lie masked in this range: they read as stars once the mask is taken off. */
  overwriteMasked(range: SocketRange, { from, to, name, hash }: Redacted): void {
    const offset = range.offset + from
    this.overwrite(offset, to - from, name, hash)
    const here = this.raw.rest(offset, to - from)
    if (here === undefined || range.key === null) return
    const { bytes } = here
    for (let i = 0; i < bytes.length; i++) bytes[i] = STAR ^ range.key[(here.offset - range.offset + i) & 3]!
  }

  /** Moves everything before `hold` into the batch. */
  collect(hold: number): void {
    this.raw.take(this.#context.dirty.batch, this.#row, this.#number, hold)
  }
}
