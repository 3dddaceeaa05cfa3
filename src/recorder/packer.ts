import type { Decision, Held } from '../pipe/decision.ts'
import type { ConnectionInfo, UpstreamInfo } from '../pipe/tap.ts'
import type { Ending } from '../wire/ending.ts'
import type { Direction } from '../wire/frame.ts'
import { BORDER, CAME, HEADER, KIND, S2C, TIMED, type Loss, type PackedBuffer } from './packing.ts'

const NOTHING: Uint8Array = new Uint8Array(0)
const encoder = new TextEncoder()

/** Size of a buffer while there is little to pack: it is under way as a whole, however little is in it. */
const SMALL_BYTES = 32 * 1024
/** With more than this from one flush to the next there is much to pack, and handing on costs more than memory. */
const MUCH_BYTES = 96 * 1024

/** Packs into buffers of `capacity` bytes, or fewer where there is little (a record that is larger gets one of its own), and hands each on when the next record has no room. */
export class Packer {
  readonly #capacity: number
  readonly #maxSpare: number
  readonly #full: (packed: PackedBuffer) => void
  readonly #small: number
  readonly #spare: ArrayBuffer[] = []
  readonly #smallSpare: ArrayBuffer[] = []
  readonly #rules = new Map<string, Uint8Array>()
  #bytes: Uint8Array = NOTHING
  #words = new Uint32Array(0)
  #floats = new Float64Array(0)
  #length = 0
  #chunks = 0
  #chunkBytes = 0
  #from = 0
  #to = 0
  /** Handed on since the last flush. */
  #handed = 0
  /** There was much to pack before it. */
  #busy = false

  /** `capacity`: default 256 KiB, a multiple of 8. `maxSpare`: buffers of each size kept for reuse, default 40. */
  constructor(full: (packed: PackedBuffer) => void, capacity = 256 * 1024, maxSpare = 40) {
    this.#full = full
    this.#capacity = capacity
    this.#small = Math.min(capacity, SMALL_BYTES)
    this.#maxSpare = maxSpare
  }

  /** Bytes packed and not handed on yet. */
  get length(): number {
    return this.#length
  }

  /** Hands on what there is. */
  flush(): void {
    this.#hand()
    this.#busy = this.#handed > MUCH_BYTES
    this.#handed = 0
  }

  #hand(): void {
    if (this.#length === 0) return
    this.#handed += this.#length
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
    const spare = buffer.byteLength === this.#small ? this.#smallSpare : this.#spare
    const known = spare === this.#smallSpare || buffer.byteLength === this.#capacity
    if (known && spare.length < this.#maxSpare) spare.push(buffer)
  }

  /** Lets go of spare buffers of each size beyond so many. */
  keep(buffers: number): void {
    for (const spare of [this.#spare, this.#smallSpare]) if (spare.length > buffers) spare.length = buffers
  }

  opened(connection: number, at: number, info: ConnectionInfo): void {
    this.#json(KIND.opened, connection, at, 0, info)
  }

  upstream(connection: number, info: UpstreamInfo): void {
    this.#json(KIND.upstream, connection, info.at, 0, info)
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
    const kind = KIND.chunk | (direction === 's2c' ? S2C : 0) | (border ? BORDER : 0)
    this.#put(kind, connection, 0, receivedAt, sentAt, offset, bytes)
    if (this.#chunks++ === 0) this.#from = receivedAt
    this.#chunkBytes += bytes.length
    this.#to = receivedAt
  }

  sent(connection: number, direction: Direction, upTo: number, at: number): void {
    this.#put(KIND.sent | (direction === 's2c' ? S2C : 0), connection, 0, at, upTo, 0, NOTHING)
  }

  edited(
    connection: number,
    direction: Direction,
    offset: number,
    removed: number,
    bytes: Uint8Array,
    rule: string,
    was: Uint8Array = NOTHING,
    came?: number,
    at?: number,
  ): void {
    let name: Uint8Array | undefined = this.#rules.get(rule)
    if (name === undefined) {
      if (this.#rules.size >= 1000) this.#rules.clear()
      this.#rules.set(rule, (name = encoder.encode(rule)))
    }
    const kept = rule.startsWith('header:') ? NOTHING : bytes
    const isTimed = at !== undefined && removed === 0
    const flags = (came === undefined ? 0 : CAME) | (isTimed ? TIMED : 0)
    const kind = KIND.edited | (direction === 's2c' ? S2C : 0) | flags
    const rest = was.length === 0 ? kept : Buffer.concat([was, kept])
    this.#put(kind, connection, name.length, offset, isTimed ? at : removed, came ?? was.length, name, rest)
  }

  ended(connection: number, direction: Direction, at: number, ending: Ending, unsent: number): void {
    this.#json(KIND.ended | (direction === 's2c' ? S2C : 0), connection, at, unsent, ending)
  }

  closed(connection: number, at: number): void {
    this.#put(KIND.closed, connection, 0, at, 0, 0, NOTHING)
  }

  logged(connection: number, at: number, bytes: Uint8Array): void {
    this.#put(KIND.logged, connection, 0, at, 0, 0, bytes)
    if (this.#chunks++ === 0) this.#from = at
    this.#chunkBytes += bytes.length
    this.#to = at
  }

  note(connection: number, at: number, kind: string, detail: unknown): void {
    this.#json(KIND.note, connection, at, 0, { kind, detail })
  }

  decided(decision: Decision): void {
    this.#json(KIND.decided, decision.connection, decision.at, 0, decision)
  }

  held(message: Held): void {
    this.#json(KIND.held, message.connection, message.at, 0, message)
  }

  marker(id: number): void {
    this.#put(KIND.marker, 0, 0, id, 0, 0, NOTHING)
  }

  loss(loss: Loss): void {
    this.#json(KIND.loss, 0, loss.from, 0, loss)
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
    this.#hand()
    const buffer = this.#buffer(padded)
    this.#bytes = new Uint8Array(buffer)
    this.#words = new Uint32Array(buffer)
    this.#floats = new Float64Array(buffer)
  }

  #buffer(padded: number): ArrayBuffer {
    if (padded > this.#capacity) return new ArrayBuffer(padded)
    const small = padded <= this.#small && !this.#busy && this.#handed <= MUCH_BYTES
    if (small) return this.#smallSpare.pop() ?? new ArrayBuffer(this.#small)
    return this.#spare.pop() ?? new ArrayBuffer(this.#capacity)
  }
}
