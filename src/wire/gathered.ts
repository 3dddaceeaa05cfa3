/** Bytes gathered from spans of chunks until they make a frame. */
export class Gathered {
  /** Bytes gathered. */
  length = 0
  #parts: Uint8Array[] = []
  /** Parts that lie in memory of our own; those behind them lie in the chunk that is being pushed. */
  #own = 0
  /** The run of that chunk which may still grow; comes behind all parts. */
  #chunk: Uint8Array | undefined
  #from = 0
  #to = 0

  add(chunk: Uint8Array, from: number, to: number): void {
    if (to === from) return
    if (this.#chunk !== chunk || this.#to !== from) {
      this.#closeRun()
      this.#chunk = chunk
      this.#from = from
    }
    this.#to = to
    this.length += to - from
  }

  /** Copies what still lies in the chunk, which is the caller's again after this. */
  keep(): void {
    this.#closeRun()
    for (let k = this.#own; k < this.#parts.length; k++) this.#parts[k] = Buffer.from(this.#parts[k]!)
    this.#own = this.#parts.length
  }

  /** A copy of the first `length` bytes, or of all where there are fewer. */
  peek(length: number): Uint8Array {
    const rest = this.#chunk === undefined ? [] : [this.#chunk.subarray(this.#from, this.#to)]
    return Buffer.concat([...this.#parts, ...rest], Math.min(length, this.length))
  }

  /** Takes the first `length` bytes out: a part of the chunk where they all lie in one run of it, else a copy. */
  take(length = this.length): Uint8Array {
    this.#closeRun()
    const [first] = this.#parts
    const isSingle = this.#parts.length === 1 && first !== undefined
    const all = isSingle ? first : Buffer.concat(this.#parts)
    this.length = all.length - length
    this.#parts = this.length === 0 ? [] : [all.subarray(length)]
    this.#own = isSingle ? Math.min(this.#own, this.#parts.length) : this.#parts.length
    return this.length === 0 ? all : all.subarray(0, length)
  }

  #closeRun(): void {
    if (this.#chunk !== undefined) this.#parts.push(this.#chunk.subarray(this.#from, this.#to))
    this.#chunk = undefined
  }
}
