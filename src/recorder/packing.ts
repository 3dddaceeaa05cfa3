/**
 * Tap calls in one transferable buffer: packed on the live thread, visited in the recorder's.
 *
 * ```
 * record: u32 kind | direction << 8 | flags << 16 · u32 connection · u32 payload length · u32 extra · f64 a · f64 b · f64 c · payload, padded to 8
 * ```
 */
import type { ConnectionInfo, UpstreamInfo } from '../pipe/tap.ts'
import type { Ending } from '../wire/ending.ts'
import type { Direction } from '../wire/frame.ts'

/** Traffic that could not be kept. */
export interface Loss {
  readonly from: number
  readonly to: number
  readonly chunks: number
  readonly bytes: number
  readonly reason: string
}

/** What was packed, given back in order. Chunk bytes are a view into the buffer: valid, and free to be written, during the call only. */
export interface RecordVisitor {
  opened(connection: number, at: number, info: ConnectionInfo): void
  upstream(connection: number, info: UpstreamInfo): void
  chunk(connection: number, chunk: PackedChunk): void
  sent(connection: number, direction: Direction, upTo: number, at: number): void
  edited(connection: number, edit: PackedEdit): void
  ended(connection: number, direction: Direction, at: number, ending: Ending, unsent: number): void
  closed(connection: number, at: number): void
  logged(connection: number, at: number, bytes: Uint8Array): void
  note(connection: number, at: number, kind: string, detail: unknown): void
  loss(loss: Loss): void
}

export interface PackedChunk {
  readonly direction: Direction
  readonly bytes: Uint8Array
  /** Address of the first byte: what was lost before it shows as a gap. */
  readonly offset: number
  readonly receivedAt: number
  /** 0: not known yet, `sent` follows. */
  readonly sentAt: number
  readonly border: boolean
}

export interface PackedEdit {
  readonly direction: Direction
  readonly offset: number
  readonly removed: number
  /** Empty for `header:<name>` rules: what these put in is never recorded. */
  readonly bytes: Uint8Array
  readonly rule: string
  /** The bytes removed, where they were given. */
  readonly was: Uint8Array | null
}

/** A buffer that is full or due, and what is in it. */
export interface PackedBuffer {
  readonly buffer: ArrayBuffer
  /** Bytes in use. */
  readonly length: number
  readonly chunks: number
  readonly chunkBytes: number
  /** Instants of its first and last chunk; 0 when it has none. */
  readonly from: number
  readonly to: number
}

const HEADER = 40
const OPENED = 1
const UPSTREAM = 2
const CHUNK = 3
const SENT = 4
const EDITED = 5
const ENDED = 6
const CLOSED = 7
const NOTE = 8
const LOSS = 9
const LOGGED = 10

const BORDER = 1 << 16
const S2C = 1 << 8
const NOTHING: Uint8Array = new Uint8Array(0)
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Packs into buffers of `capacity` bytes (a record that is larger gets one of its own) and hands each on when the next record has no room. */
export class Packer {
  readonly #capacity: number
  readonly #maxSpare: number
  readonly #full: (packed: PackedBuffer) => void
  readonly #spare: ArrayBuffer[] = []
  readonly #rules = new Map<string, Uint8Array>()
  #bytes: Uint8Array = NOTHING
  #words = new Uint32Array(0)
  #floats = new Float64Array(0)
  #length = 0
  #chunks = 0
  #chunkBytes = 0
  #from = 0
  #to = 0

  /** `capacity`: default 256 KiB, a multiple of 8. `maxSpare`: buffers kept for reuse, default 40. */
  constructor(full: (packed: PackedBuffer) => void, capacity = 256 * 1024, maxSpare = 40) {
    this.#full = full
    this.#capacity = capacity
    this.#maxSpare = maxSpare
  }

  /** Bytes packed and not handed on yet. */
  get length(): number {
    return this.#length
  }

  /** Hands on what there is. */
  flush(): void {
    if (this.#length === 0) return
    const packed: PackedBuffer = {
      buffer: this.#bytes.buffer as ArrayBuffer,
      length: this.#length,
      chunks: this.#chunks,
      chunkBytes: this.#chunkBytes,
      from: this.#from,
      to: this.#to,
    }
    this.#bytes = NOTHING
    this.#length = this.#chunks = this.#chunkBytes = this.#from = this.#to = 0
    this.#full(packed)
  }

  /** Takes a buffer back that has been read. */
  reuse(buffer: ArrayBuffer): void {
    if (buffer.byteLength === this.#capacity && this.#spare.length < this.#maxSpare) this.#spare.push(buffer)
  }

  opened(connection: number, at: number, info: ConnectionInfo): void {
    this.#json(OPENED, connection, at, 0, info)
  }

  upstream(connection: number, info: UpstreamInfo): void {
    this.#json(UPSTREAM, connection, info.at, 0, info)
  }

  chunk(
    connection: number,
    direction: Direction,
    offset: number,
    bytes: Uint8Array,
    receivedAt: number,
    sentAt: number,
    border: boolean,
  ): void {
    const kind = CHUNK | (direction === 's2c' ? S2C : 0) | (border ? BORDER : 0)
    this.#put(kind, connection, 0, receivedAt, sentAt, offset, bytes)
    if (this.#chunks++ === 0) this.#from = receivedAt
    this.#chunkBytes += bytes.length
    this.#to = receivedAt
  }

  sent(connection: number, direction: Direction, upTo: number, at: number): void {
    this.#put(SENT | (direction === 's2c' ? S2C : 0), connection, 0, at, upTo, 0, NOTHING)
  }

  edited(
    connection: number,
    direction: Direction,
    offset: number,
    removed: number,
    bytes: Uint8Array,
    rule: string,
    was: Uint8Array = NOTHING,
  ): void {
    let name: Uint8Array | undefined = this.#rules.get(rule)
    if (name === undefined) {
      if (this.#rules.size >= 1000) this.#rules.clear()
      this.#rules.set(rule, (name = encoder.encode(rule)))
    }
    const kept = rule.startsWith('header:') ? NOTHING : bytes
    const kind = EDITED | (direction === 's2c' ? S2C : 0)
    const rest = was.length === 0 ? kept : Buffer.concat([was, kept])
    this.#put(kind, connection, name.length, offset, removed, was.length, name, rest)
  }

  ended(connection: number, direction: Direction, at: number, ending: Ending, unsent: number): void {
    this.#json(ENDED | (direction === 's2c' ? S2C : 0), connection, at, unsent, ending)
  }

  closed(connection: number, at: number): void {
    this.#put(CLOSED, connection, 0, at, 0, 0, NOTHING)
  }

  logged(connection: number, at: number, bytes: Uint8Array): void {
    this.#put(LOGGED, connection, 0, at, 0, 0, bytes)
    if (this.#chunks++ === 0) this.#from = at
    this.#chunkBytes += bytes.length
    this.#to = at
  }

  note(connection: number, at: number, kind: string, detail: unknown): void {
    this.#json(NOTE, connection, at, 0, { kind, detail })
  }

  loss(loss: Loss): void {
    this.#json(LOSS, 0, loss.from, 0, loss)
  }

  #json(kind: number, connection: number, a: number, b: number, value: unknown): void {
    this.#put(kind, connection, 0, a, b, 0, encoder.encode(JSON.stringify(value)))
  }

  #put(
    kind: number,
    connection: number,
    extra: number,
    a: number,
    b: number,
    c: number,
    first: Uint8Array,
    second: Uint8Array = NOTHING,
  ): void {
    const size = first.length + second.length
    const padded = HEADER + ((size + 7) & ~7)
    if (this.#length + padded > this.#bytes.length) this.#room(padded)
    const at = this.#length
    const words = this.#words
    const word = at >> 2
    words[word] = kind
    words[word + 1] = connection
    words[word + 2] = size
    words[word + 3] = extra
    const float = (at >> 3) + 2
    const floats = this.#floats
    floats[float] = a
    floats[float + 1] = b
    floats[float + 2] = c
    if (size > 0) {
      this.#bytes.set(first, at + HEADER)
      if (second.length > 0) this.#bytes.set(second, at + HEADER + first.length)
    }
    this.#length = at + padded
  }

  #room(padded: number): void {
    this.flush()
    const buffer =
      padded > this.#capacity ? new ArrayBuffer(padded) : (this.#spare.pop() ?? new ArrayBuffer(this.#capacity))
    this.#bytes = new Uint8Array(buffer)
    this.#words = new Uint32Array(buffer)
    this.#floats = new Float64Array(buffer)
  }
}

/** Visits the records in the first `length` bytes of a packed buffer. */
export function unpack(buffer: ArrayBuffer, length: number, visitor: RecordVisitor): void {
  const words = new Uint32Array(buffer)
  const floats = new Float64Array(buffer)
  let at = 0
  while (at < length) {
    const size = words[(at >> 2) + 2]!
    visit(buffer, at, size, words, floats, visitor)
    at += HEADER + ((size + 7) & ~7)
  }
}

function visit(
  buffer: ArrayBuffer,
  at: number,
  size: number,
  words: Uint32Array,
  floats: Float64Array,
  visitor: RecordVisitor,
): void {
  const word = at >> 2
  const head = words[word]!
  const connection = words[word + 1]!
  const direction: Direction = (head & S2C) === 0 ? 'c2s' : 's2c'
  const float = (at >> 3) + 2
  const a = floats[float]!
  const b = floats[float + 1]!
  const from = at + HEADER
  switch (head & 0xff) {
    case CHUNK: {
      const bytes = Buffer.from(buffer, from, size)
      const offset = floats[float + 2]!
      return visitor.chunk(connection, {
        direction,
        bytes,
        offset,
        receivedAt: a,
        sentAt: b,
        border: (head & BORDER) !== 0,
      })
    }
    case SENT:
      return visitor.sent(connection, direction, b, a)
    case EDITED: {
      const named = words[word + 3]!
      const rule = decoder.decode(new Uint8Array(buffer, from, named))
      const before = floats[float + 2]!
      const was = before === 0 ? null : new Uint8Array(buffer, from + named, before)
      const bytes = new Uint8Array(buffer, from + named + before, size - named - before)
      return visitor.edited(connection, { direction, offset: a, removed: b, bytes, rule, was })
    }
    case OPENED:
      return visitor.opened(connection, a, json(buffer, from, size))
    case UPSTREAM:
      return visitor.upstream(connection, json(buffer, from, size))
    case ENDED:
      return visitor.ended(connection, direction, a, json(buffer, from, size), b)
    case CLOSED:
      return visitor.closed(connection, a)
    case NOTE: {
      const { kind, detail } = json(buffer, from, size) as { kind: string; detail: unknown }
      return visitor.note(connection, a, kind, detail)
    }
    case LOGGED:
      return visitor.logged(connection, a, Buffer.from(buffer, from, size))
    case LOSS:
      return visitor.loss(json(buffer, from, size))
    default:
      throw new Error(`no such record: ${head & 0xff}`)
  }
}

function json(buffer: ArrayBuffer, from: number, size: number): never {
  return JSON.parse(decoder.decode(new Uint8Array(buffer, from, size))) as never
}
