/** Where a direction of stdio leaves: lines, written as they come, and ours between two of them. */
import type { Writable } from 'node:stream'
import type { Outlet } from '../pipe/pipe.ts'

export interface LineOutletOptions {
  /** Too much waits. */
  full(): void
  /** Bytes of ours were put in at this address. */
  edited(offset: number, bytes: Uint8Array, rule: string): void
  /** Address of the next byte, as long as none is being written. */
  given(): number
  notInserted(bytes: Uint8Array, rule: string): void
}

const LF = 10
/** Bytes that may wait for a reader before their source is paused. */
export const BACKLOG_BYTES = 64 * 1024

export class LineOutlet implements Outlet {
  readonly #options: LineOutletOptions
  #sink: Writable | undefined
  /** What was written while there was no sink. */
  #waiting: Uint8Array[] = []
  #insertions: { readonly bytes: Uint8Array; readonly rule: string }[] = []
  #silent = false
  border = true

  constructor(sink: Writable, options: LineOutletOptions) {
    this.#sink = sink
    this.#options = options
  }

  get held(): number {
    return this.#silent ? Number.POSITIVE_INFINITY : 0
  }

  /** Bytes handed on that have not left. */
  get unsent(): number {
    return this.#sink?.writableLength ?? this.#waiting.reduce((sum, { length }) => sum + length, 0)
  }

  /** Undefined: what is written waits for the next one. */
  to(sink: Writable | undefined): void {
    this.#sink = sink
    if (sink !== undefined) for (const bytes of this.#waiting.splice(0)) this.#put(bytes)
  }

  write(bytes: Uint8Array, offset: number): void {
    if (bytes.length === 0) return
    const end = this.#insertions.length === 0 ? 0 : bytes.indexOf(LF) + 1
    if (end > 0) {
      this.#put(bytes.subarray(0, end))
      this.border = true
      for (const { bytes: ours, rule } of this.#insertions.splice(0))
        this.#insertHere(offset < 0 ? this.#options.given() : offset + end, ours, rule)
    }
    if (end === bytes.length) return
    this.border = bytes[bytes.length - 1] === LF
    this.#put(end === 0 ? bytes : bytes.subarray(end))
  }

  insert(bytes: Uint8Array, rule: string): void {
    if (this.border) this.#insertHere(this.#options.given(), bytes, rule)
    else this.#insertions.push({ bytes, rule })
  }

  flush(): void {
    for (const { bytes, rule } of this.#insertions.splice(0)) this.#options.notInserted(bytes, rule)
  }

  silence(): void {
    this.#silent = true
  }

  #insertHere(offset: number, bytes: Uint8Array, rule: string): void {
    if (this.#silent) return this.#options.notInserted(bytes, rule)
    this.#options.edited(offset, bytes, rule)
    this.border = bytes[bytes.length - 1] === LF
    this.#put(bytes)
  }

  #put(bytes: Uint8Array): void {
    const sink = this.#sink
    if (this.#silent || sink?.destroyed === true || sink?.writableEnded === true) return
    if (sink === undefined) this.#waiting.push(bytes)
    else sink.write(bytes)
    if (this.unsent > BACKLOG_BYTES) this.#options.full()
  }
}
