/** Undoes the content coding of a body, flush by flush and at once, so that a compressed event stream shows each event. */
import zlib from 'node:zlib'
import type { Transform } from 'node:stream'

export interface InflaterOptions {
  /** Bytes given in all, beyond which nothing more is given: what a small body can blow up to is unbounded. Default 64 MiB. */
  maxBytes?: number
}

export interface Inflater {
  /** Whether these were bytes of no such coding, cut short, or beyond the bound. What came out before has been given. */
  readonly failed: boolean
  /** All that these bytes bring out. Never throws; nothing once failed, or behind the end of the coding. */
  push(bytes: Uint8Array): Uint8Array[]
  /** The body has ended: frees the memory. A coding that is not complete by this has `failed`. */
  end(): Uint8Array[]
}

/**
 * The inflater for a Content-Encoding (RFC 9110 §8.4.1): gzip, deflate with or without zlib header, br, and zstd where Node
 * has it; several are undone in turn, at most four. Null for `identity`, for none, and for what is not known.
 */
export function createInflater(
  contentEncoding: string | undefined,
  { maxBytes = 64 * 1024 * 1024 }: InflaterOptions = {},
): Inflater | null {
  const names = (contentEncoding ?? '').toLowerCase().split(',')
  const codings = names.map((name) => name.trim()).filter((name) => name !== '' && name !== 'identity')
  if (codings.length === 0 || codings.length > 4) return null
  const stages: Inflater[] = []
  for (const coding of codings.reverse()) {
    const stage = stageOf(coding, maxBytes)
    if (stage === null) return null
    stages.push(stage)
  }
  return stages.length === 1 ? stages[0]! : new Chain(stages)
}

function stageOf(coding: string, maxBytes: number): Inflater | null {
  const { BROTLI_OPERATION_FLUSH, BROTLI_OPERATION_FINISH, Z_SYNC_FLUSH, Z_FINISH } = zlib.constants
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return new Stage(() => zlib.createGunzip(), Z_SYNC_FLUSH, Z_FINISH, maxBytes)
    case 'deflate':
      // Some servers leave the zlib header away; its first byte always names method 8 (RFC 1950 §2.2).
      return new Stage(
        (first) => ((first & 0x0f) === 8 ? zlib.createInflate() : zlib.createInflateRaw()),
        Z_SYNC_FLUSH,
        Z_FINISH,
        maxBytes,
      )
    case 'br':
      return new Stage(() => zlib.createBrotliDecompress(), BROTLI_OPERATION_FLUSH, BROTLI_OPERATION_FINISH, maxBytes)
    case 'zstd': {
      const create = (zlib as { createZstdDecompress?: () => Transform }).createZstdDecompress
      // Of zstd: ZSTD_e_flush and ZSTD_e_end.
      return create === undefined ? null : new Stage(create, 1, 2, maxBytes)
    }
    default:
      return null
  }
}

/**
 * What is below a stream of node:zlib. Node has no public way to inflate piece by piece at once; this one carries
 * `zlib.inflateSync` since Node 10. Where it is missing the body is given as failed, never wrong.
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

class Stage implements Inflater {
  failed = false
  readonly #create: (first: number) => Transform
  readonly #flush: number
  readonly #finish: number
  #left: number
  #ended = false
  #stream: Transform | undefined
  #handle: Handle | undefined
  /** Of the last write: output still free, input not used. */
  #state: Uint32Array = new Uint32Array(2)

  constructor(create: (first: number) => Transform, flush: number, finish: number, maxBytes: number) {
    this.#create = create
    this.#flush = flush
    this.#finish = finish
    this.#left = maxBytes
  }

  push(bytes: Uint8Array): Uint8Array[] {
    const given: Uint8Array[] = []
    if (this.failed || this.#ended || bytes.length === 0) return given
    if (this.#stream === undefined) this.#open(bytes[0]!)
    const trailer = Math.max(0, bytes.length - trailerBytes)
    for (let from = 0; from < bytes.length && !this.failed;) {
      const to = from < trailer ? Math.min(trailer, from + inBytes) : bytes.length
      this.#write(this.#flush, bytes, from, to, given)
      from = to
    }
    return given
  }

  end(): Uint8Array[] {
    const given: Uint8Array[] = []
    if (!this.failed && !this.#ended && this.#handle !== undefined) this.#write(this.#finish, nothing, 0, 0, given)
    this.#ended = true
    this.#stream?.destroy()
    return given
  }

  #open(first: number): void {
    this.#stream = this.#create(first)
    const { _handle: handle, _writeState: state } = this.#stream as Partial<{
      _handle: Handle
      _writeState: Uint32Array
    }>
    if (typeof handle?.writeSync !== 'function' || !(state instanceof Uint32Array)) {
      this.failed = true
      return
    }
    this.#handle = handle
    this.#state = state
    handle.onerror = () => {
      this.failed = true
    }
  }

  #write(flush: number, bytes: Uint8Array, from: number, to: number, given: Uint8Array[]): void {
    let at = from
    for (;;) {
      this.#handle!.writeSync(flush, bytes, at, to - at, out, 0, outBytes)
      if (this.failed) return
      const [free = 0, unused = 0] = this.#state
      const have = Math.min(outBytes - free, this.#left)
      if (have > 0) given.push(Uint8Array.prototype.slice.call(out, 0, have))
      this.#left -= have
      this.failed = have < outBytes - free
      if (free > 0 || this.failed) return
      at = to - unused
    }
  }
}

/** Several codings, the last applied undone first. */
class Chain implements Inflater {
  readonly #stages: readonly Inflater[]

  constructor(stages: readonly Inflater[]) {
    this.#stages = stages
  }

  get failed(): boolean {
    return this.#stages.some((stage) => stage.failed)
  }

  push(bytes: Uint8Array): Uint8Array[] {
    return this.#through(0, [bytes])
  }

  end(): Uint8Array[] {
    let given: Uint8Array[] = []
    for (const [k, stage] of this.#stages.entries()) given = [...given, ...this.#through(k + 1, stage.end())]
    return given
  }

  #through(first: number, pieces: Uint8Array[]): Uint8Array[] {
    let given = pieces
    for (const stage of this.#stages.slice(first)) given = given.flatMap((piece) => stage.push(piece))
    return given
  }
}
