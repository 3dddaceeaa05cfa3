import type { Transform } from 'node:stream'

/**
 * What is below a stream of node:zlib. Node has no public way to inflate piece by piece at once; this one carries
 * `zlib.inflateSync` since Node 10. Where it is missing everything is given as failed, never wrong.
 */
interface Handle {
  writeSync(
    flush: number,
    bytes: Uint8Array,
    from: number,
    length: number,
    out: Uint8Array,
    outFrom: number,
    outLength: number,
  ): void
  onerror: (message: string) => void
}

/** Output is asked for in pieces of this size. */
const outBytes = 16 * 1024
/** Input goes in in pieces of this size, as of the piece that shows the damage no output is known. */
const inBytes = 4 * 1024
/** So that a wrong checksum (at most 8 bytes, RFC 1952 §2.3.1) costs none of the output before it. */
const trailerBytes = 8

const out = Buffer.allocUnsafe(outBytes)
const nothing = new Uint8Array(0)

/** One stream of node:zlib, worked at once, with a bound on what comes out. */
export class InflateStage {
  /** Bytes of no such coding, or more came out than `left` allows. Nothing comes out any more. */
  failed = false
  /** The coding had its end before its input: what is behind it was not read. */
  ended = false
  /** Bytes that may still come out. */
  left: number
  readonly #stream: Transform
  readonly #flush: number
  readonly #handle: Handle | undefined
  /** Of the last write: output still free, input not used. */
  readonly #state: Uint32Array

  /** `flush`: the mode by which all that can be read comes out at once. */
  constructor(stream: Transform, flush: number, maxBytes = Number.POSITIVE_INFINITY) {
    this.#stream = stream
    this.#flush = flush
    this.left = maxBytes
    const { _handle: handle, _writeState: state } = stream as Partial<{ _handle: Handle; _writeState: Uint32Array }>
    const usable = typeof handle?.writeSync === 'function' && state instanceof Uint32Array
    this.failed = !usable
    this.#state = usable ? state : new Uint32Array(2)
    if (!usable) return
    this.#handle = handle
    handle.onerror = () => {
      this.failed = true
    }
  }

  /** Puts all that these bytes bring out into `given`. */
  write(bytes: Uint8Array, given: Uint8Array[]): void {
    const trailer = Math.max(0, bytes.length - trailerBytes)
    for (let from = 0; from < bytes.length && !this.failed;) {
      const to = from < trailer ? Math.min(trailer, from + inBytes) : bytes.length
      this.#write(this.#flush, bytes, from, to, given)
      from = to
    }
  }

  /** Nothing more comes in: what is left comes out, in this mode. */
  finish(mode: number, given: Uint8Array[]): void {
    if (!this.failed) this.#write(mode, nothing, 0, 0, given)
  }

  /** Frees the memory. */
  close(): void {
    this.#stream.destroy()
  }

  #write(flush: number, bytes: Uint8Array, from: number, to: number, given: Uint8Array[]): void {
    let at = from
    for (;;) {
      this.#handle!.writeSync(flush, bytes, at, to - at, out, 0, outBytes)
      if (this.failed) return
      const [free = 0, unused = 0] = this.#state
      const have = Math.min(outBytes - free, this.left)
      if (have > 0) given.push(Uint8Array.prototype.slice.call(out, 0, have))
      this.left -= have
      this.failed = have < outBytes - free
      this.ended = free > 0 && unused > 0
      if (free > 0 || this.failed) return
      at = to - unused
    }
  }
}
