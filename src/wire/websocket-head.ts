/** The header of a WebSocket frame (RFC 6455 §5.2), and the masking of what follows it (§5.3). */

/** One frame's header. Nothing is checked: what no peer should send is given as it came. */
export interface WebSocketHead {
  readonly fin: boolean
  /** The three reserved bits: 4 is RSV1, which permessage-deflate sets on the first frame of a compressed message. */
  readonly rsv: number
  /** 0 continuation, 1 text, 2 binary, 8 close, 9 ping, 10 pong; the rest is reserved. */
  readonly opcode: number
  /** The four bytes of the masking key; null where the payload is not masked. */
  readonly key: Uint8Array | null
  /** Bytes of payload. */
  readonly length: number
  /** Bytes of the header itself: 2 to 14. */
  readonly bytes: number
}

/** Of `WebSocketHead.rsv`. */
export const RSV1 = 4

/** Reads one header after the other out of pieces of any size. */
export class WebSocketHeadReader {
  readonly #bytes = Buffer.alloc(14)
  #have = 0

  /** True in the middle of a header. */
  get open(): boolean {
    return this.#have > 0
  }

  /** Another one that stands where this one stands. */
  copy(): WebSocketHeadReader {
    const other = new WebSocketHeadReader()
    this.#bytes.copy(other.#bytes)
    other.#have = this.#have
    return other
  }

  /** Takes what belongs to the header out of `chunk`; gives the index behind it. It is complete when `done`. */
  take(chunk: Uint8Array, from: number, to: number): number {
    let at = from
    while (at < to && !this.done) this.#bytes[this.#have++] = chunk[at++]!
    return at
  }

  get done(): boolean {
    return this.#have >= 2 && this.#have === this.#needed()
  }

  /** The complete header; null when its length is beyond 2^53, which nothing can be counted by. The next one begins anew. */
  finish(): WebSocketHead | null {
    const bytes = this.#bytes
    const [first, second] = [bytes[0]!, bytes[1]!]
    const short = second & 0x7f
    const size = this.#have
    this.#have = 0
    const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short
    if (!Number.isSafeInteger(length)) return null
    const key = second >= 0x80 ? Buffer.from(bytes.subarray(size - 4, size)) : null
    return { fin: first >= 0x80, rsv: (first >> 4) & 7, opcode: first & 15, key, length, bytes: size }
  }

  #needed(): number {
    const second = this.#bytes[1]!
    const short = second & 0x7f
    return 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + (second >= 0x80 ? 4 : 0)
  }
}

/** A copy with the mask put on or taken off, which is the same. `at`: how far into the payload the bytes begin. */
export function masked(bytes: Uint8Array, key: Uint8Array, at = 0): Buffer {
  const copy = Buffer.allocUnsafe(bytes.length)
  for (let i = 0; i < bytes.length; i++) copy[i] = bytes[i]! ^ key[(at + i) & 3]!
  return copy
}

/** The payload of one frame, unmasked; `lead`: bytes of its header. What there is of it where the frame was cut off. */
export function webSocketPayload(frame: Uint8Array, lead: number): Uint8Array {
  const payload = frame.subarray(lead)
  return frame[1]! >= 0x80 ? masked(payload, frame.subarray(lead - 4, lead)) : payload
}
