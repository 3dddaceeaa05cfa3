import type { FrameKind } from '../wire/frame.ts'
import { emptySpan, type FrameSpan } from './frame-span.ts'
import { Payload } from './payload.ts'

/** More ranges than this are not listed: the raw bytes say where they are. */
const MAX_PIECES = 4096

/** Where a frame begins whose first bytes came with the one before. */
interface Start {
  readonly from: number
  readonly received: number
  readonly sent: number
}

/**
 * The frame of a direction that is being put together: its address, the ranges of its payload, the instants of its first and
 * last bytes. Indexes count from the first byte of the chunk that is being pushed.
 */
export class OpenFrame {
  /** Offset of its first byte; -1 when there is none. */
  from = -1
  /** Offset behind the last byte told. */
  told = 0
  /** Offset behind its last byte of payload. */
  payloadTo = -1
  readonly payload = new Payload()
  /** Instants of the chunk that is being pushed. */
  chunkReceived = 0
  chunkSent = 0
  #chunkOffset = 0
  #received = 0
  #sent = 0
  #lastReceived = 0
  #lastSent = 0
  #payloadFrom = -1
  #payloadReceived = 0
  #payloadSent = 0
  /** Of the first framing behind the payload: 0 when there is none. */
  #nextReceived = 0
  #nextSent = 0
  #pieces: number[] | null = null
  #size = 0
  #sentUpTo = 0
  #sentUpToAt = 0
  readonly #given = emptySpan()

  /** A chunk of `length` bytes begins. */
  chunk(offset: number, length: number, receivedAt: number, sentAt: number): void {
    this.#chunkOffset = offset
    this.chunkReceived = receivedAt
    this.chunkSent = sentAt
    if (sentAt === 0) return
    this.#sentUpTo = offset + length
    this.#sentUpToAt = sentAt
  }

  /** All bytes up to `upTo` have left. */
  sent(upTo: number, at: number): void {
    this.#sentUpTo = upTo
    this.#sentUpToAt = at
    if (this.from !== -1 && this.#sent === 0 && this.from < upTo) this.#sent = at
    if (this.#nextSent === 0 && this.payloadTo < upTo) this.#nextSent = at
  }

  /** Offset of an index into the chunk. */
  offsetOf(index: number): number {
    return this.#chunkOffset + index
  }

  /** Begins one at this index. */
  open(index: number): void {
    this.from = this.#chunkOffset + index
    this.#received = this.chunkReceived
    this.#sent = this.chunkSent
  }

  /** Begins one without bytes of its own, where the payload of the one before ended. */
  openBehindPayload(): void {
    this.from = this.payloadTo
    this.#received = this.#lastReceived
    this.#sent = this.#lastSent
  }

  /** It goes up to this index, as far as is known. */
  touch(index: number): void {
    this.told = this.#chunkOffset + index
    this.#lastReceived = this.chunkReceived
    this.#lastSent = this.chunkSent
  }

  /** Payload lies here. */
  piece(fromIndex: number, toIndex: number): void {
    const from = this.#chunkOffset + fromIndex
    if (this.#payloadFrom === -1) {
      this.#payloadFrom = from
      // the framing in front may have come long before: a chunk's last CRLF with the event before, a size line by itself
      this.#received = this.chunkReceived
      this.#sent = this.chunkSent
    } else if (from !== this.payloadTo) {
      this.#pieces ??= []
      if (this.#pieces.length <= 2 * MAX_PIECES) this.#pieces.push(this.payloadTo, from)
    }
    this.payloadTo = this.#chunkOffset + toIndex
    this.#size += toIndex - fromIndex
    this.#payloadReceived = this.chunkReceived
    this.#payloadSent = this.chunkSent
    this.#nextReceived = 0
  }

  /** Framing of the transfer lies here. */
  framing(fromIndex: number, toIndex: number): void {
    if (this.from === -1) this.open(fromIndex)
    else if (this.#nextReceived === 0) {
      this.#nextReceived = this.chunkReceived
      this.#nextSent = this.chunkSent
    }
    this.touch(toIndex)
  }

  /** Takes back the framing behind the payload: the next one begins with it, as `reopen` is told. */
  endAtPayload(): Start {
    this.#lastReceived = this.#payloadReceived
    this.#lastSent = this.#payloadSent
    return { from: this.payloadTo, received: this.#nextReceived, sent: this.#nextSent }
  }

  reopen({ from, received, sent }: Start): void {
    this.from = from
    this.#received = received
    this.#sent = sent
  }

  /** The frame as it ends at offset `to`; `payload`: what is handed over of it. Valid until the next `span`. */
  span(kind: FrameKind, to: number, payload: Uint8Array | null, inflated: boolean, complete: boolean): FrameSpan {
    const { from } = this
    const length = to - from
    const body = kind !== 'head' && kind !== 'opaque'
    const span = this.#given
    span.kind = kind
    span.offset = from
    span.length = length
    span.lead = !body ? 0 : this.#payloadFrom === -1 ? length : this.#payloadFrom - from
    span.trail = !body || this.#payloadFrom === -1 ? 0 : to - this.payloadTo
    span.pieces = this.#listPieces(from)
    span.size = !body ? length : inflated ? this.payload.size : this.#size
    span.receivedAt = this.#received
    span.receivedLastAt = this.#lastReceived
    span.sentAt = this.#sent
    span.sentLastAt = this.#lastSent === 0 && to <= this.#sentUpTo ? this.#sentUpToAt : this.#lastSent
    span.payload = payload
    span.inflated = inflated
    span.complete = complete
    return span
  }

  /** There is none any more. */
  reset(): void {
    this.from = -1
    this.#payloadFrom = -1
    this.#pieces = null
    this.#size = 0
    this.payload.reset()
    this.#nextReceived = 0
  }

  /** As new: nothing is left of those it was used for. */
  clear(): void {
    this.#given.payload = null
    this.#given.pieces = null
    this.told = 0
    this.payloadTo = -1
    this.#nextSent = 0
    this.#sentUpTo = 0
    this.#sentUpToAt = 0
    this.payload.expect(0)
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
    pieces.push([start - from, this.payloadTo - start])
    return JSON.stringify(pieces)
  }
}

/** Those nobody uses, at most so many. */
const SPARE = 64
const spare: OpenFrame[] = []

/** One in which nothing is under way. */
export function takeFrame(): OpenFrame {
  return spare.pop() ?? new OpenFrame()
}

/** Takes back one in which nothing is under way: of all directions only those that are in the middle of a frame need one. */
export function giveFrame(frame: OpenFrame): void {
  if (spare.length >= SPARE) return
  frame.clear()
  spare.push(frame)
}
