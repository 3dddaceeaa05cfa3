/** Chunks of one direction of stdio to lines with their addresses and instants. */
import type { EndingPlace } from '../wire/ending.ts'
import type { FrameKind } from '../wire/frame.ts'
import { textLength } from '../wire/lines.ts'
import { emptySpan, type FrameSpan } from './frame-span.ts'
import { Payload } from './payload.ts'

const LF = 10

export interface LineListener {
  /** A line (its payload without its end), what follows the last one (`end`), or what was not understood (`opaque`). */
  frame(span: FrameSpan): void
}

/** One direction. Frames go out in order and without gaps between them. */
export class LineSide {
  /** Offset behind the last byte seen. */
  offset = 0
  readonly #listener: LineListener
  readonly #payload = new Payload()
  readonly #given = emptySpan()
  /** Offset of the line that has begun; -1 when none has. */
  #from = -1
  #received = 0
  #sent = 0
  #sentUpTo = 0
  #sentUpToAt = 0
  /** Bytes were lost in this line. */
  #lost = false

  constructor(listener: LineListener) {
    this.#listener = listener
  }

  /** Offset of the line that has begun; Infinity when none has. */
  get open(): number {
    return this.#from === -1 ? Infinity : this.#from
  }

  get place(): EndingPlace {
    return this.#from === -1 ? 'boundary' : 'mid-message'
  }

  push(bytes: Uint8Array, offset: number, receivedAt: number, sentAt: number): void {
    if (offset !== this.offset) this.lose(receivedAt)
    this.offset = offset + bytes.length
    if (sentAt !== 0) {
      this.#sentUpTo = this.offset
      this.#sentUpToAt = sentAt
    }
    for (let from = 0; from < bytes.length;) {
      const newline = bytes.indexOf(LF, from)
      const to = newline === -1 ? bytes.length : newline + 1
      if (this.#from === -1) {
        this.#from = offset + from
        this.#received = receivedAt
        this.#sent = sentAt
      }
      this.#payload.add(bytes.subarray(from, to))
      if (newline !== -1) this.#close(this.#lost ? 'opaque' : 'line', offset + to, receivedAt)
      from = to
    }
    this.#payload.keep()
  }

  /** All bytes up to `upTo` have left. */
  sent(upTo: number, at: number): void {
    this.#sentUpTo = upTo
    this.#sentUpToAt = at
    if (this.#from !== -1 && this.#sent === 0 && this.#from < upTo) this.#sent = at
  }

  /** Nothing more comes. */
  end(at: number): void {
    if (this.#from !== -1) this.#close(this.#lost ? 'opaque' : 'end', this.offset, at)
  }

  /** Bytes were lost before what comes next: what has begun stays incomplete, and the rest of the line is not understood. */
  lose(at: number): void {
    if (this.#from !== -1) this.#close('opaque', this.offset, at)
    this.#lost = true
  }

  #close(kind: FrameKind, to: number, receivedAt: number): void {
    const whole = kind === 'line' ? this.#payload.whole() : null
    const length = to - this.#from
    const span = this.#given
    span.kind = kind === 'line' && whole === null ? 'opaque' : kind
    span.offset = this.#from
    span.length = length
    span.size = whole === null ? length : textLength(whole)
    span.trail = length - span.size
    span.receivedAt = this.#received
    span.receivedLastAt = receivedAt
    span.sentAt = this.#sent
    span.sentLastAt = to <= this.#sentUpTo ? this.#sentUpToAt : 0
    span.payload = whole === null ? (kind === 'end' ? this.#payload.whole() : null) : whole.subarray(0, span.size)
    span.complete = kind === 'line'
    this.#from = -1
    this.#lost = false
    this.#payload.reset()
    this.#listener.frame(span)
  }
}
