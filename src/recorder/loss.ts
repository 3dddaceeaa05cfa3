import type { Loss } from './packing.ts'

/** Counts traffic that is not kept. */
export class LossCounter {
  totalChunks = 0
  totalBytes = 0
  #active = false
  #reason = ''
  #from = 0
  #to = 0
  #chunks = 0
  #bytes = 0

  get active(): boolean {
    return this.#active
  }

  begin(reason: string): void {
    this.#active = true
    this.#reason = reason
    this.#from = this.#to = this.#chunks = this.#bytes = 0
  }

  /** `from` and `to`: instants of the first and last chunk. */
  add(from: number, to: number, chunks: number, bytes: number): void {
    if (chunks === 0) return
    if (this.#chunks === 0) this.#from = from
    this.#from = Math.min(this.#from, from)
    this.#to = Math.max(this.#to, to)
    this.#chunks += chunks
    this.#bytes += bytes
    this.totalChunks += chunks
    this.totalBytes += bytes
  }

  end(): Loss {
    this.#active = false
    return { from: this.#from, to: this.#to, chunks: this.#chunks, bytes: this.#bytes, reason: this.#reason }
  }
}
