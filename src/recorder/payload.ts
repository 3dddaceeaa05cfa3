/** Beyond this a payload is not handed over: its frame is an address alone. */
export const MAX_PAYLOAD_BYTES = 64 * 1024 * 1024

/** The payload of one frame as it comes. What lies within one chunk is never copied. */
export class Payload {
  /** Bytes so far. */
  size = 0
  /** Within the current chunk; behind what came in earlier ones, the first `kept` bytes of `buffer`. */
  #parts: Uint8Array[] = []
  #buffer: Buffer | null = null
  #kept = 0
  #expected = 0
  #tooLarge = false

  /** So many bytes are announced for each payload from now on; 0: not known. */
  expect(bytes: number): void {
    this.#expected = bytes
  }

  add(bytes: Uint8Array): void {
    this.size += bytes.length
    if (this.#tooLarge) return
    this.#parts.push(bytes)
    if (this.size <= MAX_PAYLOAD_BYTES) return
    this.#tooLarge = true
    this.#parts = []
    this.#buffer = null
    this.#kept = 0
  }

  /** The chunk goes back to where it came from: what is needed of it is copied. */
  keep(): void {
    if (this.#parts.length === 0) return
    for (const part of this.#parts) {
      const needed = this.#kept + part.length
      if (this.#buffer === null || this.#buffer.length < needed) this.#grow(needed)
      this.#buffer!.set(part, this.#kept)
      this.#kept = needed
    }
    this.#parts = []
  }

  /** In one piece; null where there is none, or too much. Valid until the next `reset` or the end of the chunk. */
  whole(): Uint8Array | null {
    if (this.#kept > 0) {
      this.keep()
      return this.#buffer!.subarray(0, this.#kept)
    }
    if (this.#parts.length < 2) return this.#parts[0] ?? null
    return Buffer.concat(this.#parts)
  }

  reset(): void {
    if (this.#parts.length > 0) this.#parts = []
    this.#buffer = null
    this.#kept = 0
    this.size = 0
    this.#tooLarge = false
  }

  #grow(needed: number): void {
    const known = this.#expected >= needed
    const larger = Buffer.allocUnsafeSlow(known ? this.#expected : Math.max(1024, needed * 2))
    this.#buffer?.copy(larger, 0, 0, this.#kept)
    this.#buffer = larger
  }
}
