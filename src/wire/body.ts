/** Undoes the content coding of a body, flush by flush and at once, so that a compressed event stream shows each event. */
import zlib from 'node:zlib'
import type { Transform } from 'node:stream'
import { InflateStage } from './inflate-stage.ts'

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

class Stage implements Inflater {
  readonly #create: (first: number) => Transform
  readonly #flush: number
  readonly #finish: number
  readonly #maxBytes: number
  #stage: InflateStage | undefined
  #ended = false

  constructor(create: (first: number) => Transform, flush: number, finish: number, maxBytes: number) {
    this.#create = create
    this.#flush = flush
    this.#finish = finish
    this.#maxBytes = maxBytes
  }

  get failed(): boolean {
    return this.#stage?.failed ?? false
  }

  push(bytes: Uint8Array): Uint8Array[] {
    const given: Uint8Array[] = []
    if (this.#ended || bytes.length === 0) return given
    this.#stage ??= new InflateStage(this.#create(bytes[0]!), this.#flush, this.#maxBytes)
    this.#stage.write(bytes, given)
    return given
  }

  end(): Uint8Array[] {
    const given: Uint8Array[] = []
    if (!this.#ended) this.#stage?.finish(this.#finish, given)
    this.#ended = true
    this.#stage?.close()
    return given
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
