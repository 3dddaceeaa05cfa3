import type { Batch, ConnectionRecord } from '../store/records.ts'

/** Bytes of one row of `raw` at most. */
const ROW_BYTES = 1024 * 1024
/** Sizes of buffers; what is larger is made for the occasion. Thousands of connections may have a chunk each in one commit: the first is for these. */
const SIZES = [512, 4096, 16_384, 65_536, 262_144]
/** What a direction may begin with, where that is what it needed last. */
const BEGIN_BYTES = 4096
const LARGEST = 256 * 1024
/** Bound of the buffers kept for reuse. */
const POOL_BYTES = 2 * 1024 * 1024

/** Buffers between two commits; free again when the rows that pointed into them are stored. */
export class BufferPool {
  readonly #free: Buffer[][] = SIZES.map(() => [])
  #freeBytes = 0
  #lent: Buffer[] = []

  take(bytes: number): Buffer {
    const size = SIZES.findIndex((limit) => bytes <= limit)
    if (size === -1) return Buffer.allocUnsafeSlow(bytes)
    const buffer = this.#free[size]!.pop()
    if (buffer === undefined) return Buffer.allocUnsafeSlow(SIZES[size]!)
    this.#freeBytes -= buffer.length
    return buffer
  }

  /** This one belongs to the batch until it is stored. */
  lend(buffer: Buffer): void {
    this.#lent.push(buffer)
  }

  /** The batch has been stored. */
  release(): void {
    for (const buffer of this.#lent) {
      const size = SIZES.indexOf(buffer.length)
      if (size === -1 || this.#freeBytes + buffer.length > POOL_BYTES) continue
      this.#free[size]!.push(buffer)
      this.#freeBytes += buffer.length
    }
    this.#lent = []
  }
}

/** The bytes of one direction that are not stored yet, and the instants of the chunks they came in. */
export class RawStream {
  readonly #pool: BufferPool
  #buffer: Buffer | null = null
  /** Offset of the buffer's first byte. */
  #start = 0
  #length = 0
  #done: { readonly offset: number; readonly bytes: Buffer }[] = []
  #chunkOffset = 0
  #chunkAt = 0
  #chunks: number[] = []
  /** What the newest buffer came to hold. */
  #usual = 0

  constructor(pool: BufferPool) {
    this.#pool = pool
  }

  /** Whether there is anything for `take`. */
  get waiting(): boolean {
    return this.#length > 0 || this.#done.length > 0 || this.#chunks.length > 0
  }

  append(offset: number, bytes: Uint8Array): void {
    if (this.#length > 0 && offset !== this.#start + this.#length) this.#cut(this.#length)
    if (this.#length === 0) this.#start = offset
    const needed = this.#length + bytes.length
    if (this.#buffer === null) this.#buffer = this.#pool.take(Math.max(needed, Math.min(this.#usual, BEGIN_BYTES)))
    else if (this.#buffer.length < needed) this.#grow(needed)
    this.#buffer.set(bytes, this.#length)
    this.#length = needed
  }

  arrived(offset: number, bytes: number, at: number): void {
    if (this.#chunks.length === 0) {
      this.#chunkOffset = offset
      this.#chunkAt = at
    }
    this.#chunks.push(bytes, Math.max(0, Math.min(at - this.#chunkAt, 0xffffffff)))
  }

  /** The bytes from `offset` on that are still here; undefined when some are not. */
  peek(offset: number, length: number): Buffer | undefined {
    const from = offset - this.#start
    if (this.#buffer === null || from < 0 || from + length > this.#length) return undefined
    return this.#buffer.subarray(from, from + length)
  }

  /** The part of these bytes that is still here, and its offset; undefined when none is. */
  rest(offset: number, length: number): { readonly offset: number; readonly bytes: Buffer } | undefined {
    const start = Math.max(offset, this.#start)
    const bytes = this.peek(start, Math.max(0, offset + length - start))
    return bytes === undefined ? undefined : { offset: start, bytes }
  }

  /** Moves everything before `hold` into the batch. */
  take(batch: Batch, connection: ConnectionRecord, direction: number, hold: number): void {
    const ready = Math.min(this.#length, Math.max(0, hold - this.#start))
    if (ready > 0) this.#cut(ready)
    for (const { offset, bytes } of this.#done) {
      for (let at = 0; at < bytes.length; at += ROW_BYTES) {
        const part = bytes.subarray(at, at + ROW_BYTES)
        batch.raws.push({ connection, direction, offset: offset + at, bytes: part })
      }
    }
    if (this.#done.length > 0) this.#done = []
    if (this.#chunks.length === 0) return
    const chunks = Buffer.from(Uint32Array.from(this.#chunks).buffer)
    batch.instants.push({ connection, direction, offset: this.#chunkOffset, at: this.#chunkAt, chunks })
    this.#chunks = []
  }

  /** Hands the first `length` bytes on, and moves the rest into a buffer of its own. */
  #cut(length: number): void {
    const buffer = this.#buffer!
    this.#done.push({ offset: this.#start, bytes: buffer.subarray(0, length) })
    this.#pool.lend(buffer)
    this.#usual = length
    const rest = this.#length - length
    this.#buffer = rest === 0 ? null : this.#pool.take(rest)
    if (this.#buffer !== null) buffer.copy(this.#buffer, 0, length, this.#length)
    this.#start += length
    this.#length = rest
  }

  #grow(needed: number): void {
    const old = this.#buffer!
    this.#buffer = this.#pool.take(needed <= LARGEST ? needed : needed * 2)
    old.copy(this.#buffer, 0, 0, this.#length)
    this.#pool.lend(old)
  }
}
