/** The chunked coding of a body, told apart into what frames and what means something (RFC 9112 §7.1). */

const LF = 10
const CR = 13
const TAB = 9
const SPACE = 32
const SEMICOLON = 59

const SIZE_FIRST = 0
const SIZE = 1
const EXTENSION = 2
const SIZE_CR = 3
const DATA = 4
const DATA_END = 5
const DATA_CR = 6
const TRAILER = 7
const TRAILER_LINE = 8
const TRAILER_LINE_CR = 9
const TRAILER_CR = 10
const DONE = 11
const FAILED = 12
const SIZE_BLANK = 13

/** Where in a chunked body: between two chunks, within data, behind data whose line end has not come whole, or in what else frames it. */
export type ChunkPlace = 'between' | 'data' | 'behind' | 'frame'

function hexValue(c: number): number {
  if (c >= 48 && c <= 57) return c - 48
  const letter = c | 0x20
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}

/**
 * Walks the framing of one chunked body. Lenient where Node's lenient parser is: bare LF, blanks behind a size, no line
 * end behind the data of a chunk. Extensions and trailers are of any length, nothing of them is held.
 */
export class ChunkedBody {
  /** Bytes of the current chunk still to come. */
  remaining = 0
  #state = SIZE_FIRST

  /** At bytes of the body itself: `remaining` of them come next. */
  get inData(): boolean {
    return this.#state === DATA
  }

  get done(): boolean {
    return this.#state === DONE
  }

  get place(): ChunkPlace {
    const state = this.#state
    if (state === SIZE_FIRST) return 'between'
    if (state === DATA) return 'data'
    return state === DATA_END || state === DATA_CR ? 'behind' : 'frame'
  }

  /** The next byte belongs to no chunked coding, or to a chunk of more than 2^53 bytes. */
  get failed(): boolean {
    return this.#state === FAILED
  }

  /** Another one that stands where this one stands. */
  copy(): ChunkedBody {
    const other = new ChunkedBody()
    other.remaining = this.remaining
    other.#state = this.#state
    return other
  }

  reset(): void {
    this.#state = SIZE_FIRST
    this.remaining = 0
  }

  /** Tells that that many bytes of data have been passed. */
  took(bytes: number): void {
    this.remaining -= bytes
    if (this.remaining === 0) this.#state = DATA_END
  }

  /** Index behind the run of framing bytes at `from`: at data, behind the body's end, at the byte that `failed`, or `to`. */
  skip(chunk: Uint8Array, from: number, to: number): number {
    let state = this.#state
    let at = from
    while (at < to && state !== DATA && state !== DONE && state !== FAILED) {
      const c = chunk[at]!
      // Without a line end behind the data its next byte is the size's first.
      if (state === DATA_END && c !== CR && c !== LF) state = SIZE_FIRST
      state = this.#next(state, c)
      if (state !== FAILED) at++
    }
    this.#state = state
    return at
  }

  #next(state: number, c: number): number {
    switch (state) {
      case SIZE_FIRST:
      case SIZE:
        return this.#size(state, c)
      case SIZE_BLANK:
        return this.#behindSize(c)
      case EXTENSION:
        if (c === LF) return this.#sized()
        return c === CR ? SIZE_CR : EXTENSION
      case SIZE_CR:
        return c === LF ? this.#sized() : FAILED
      case DATA_END:
        return c === LF ? SIZE_FIRST : DATA_CR
      case DATA_CR:
        return c === LF ? SIZE_FIRST : FAILED
      case TRAILER:
        if (c === LF) return DONE
        return c === CR ? TRAILER_CR : TRAILER_LINE
      case TRAILER_CR:
        return c === LF ? DONE : FAILED
      case TRAILER_LINE:
        if (c === LF) return TRAILER
        return c === CR ? TRAILER_LINE_CR : TRAILER_LINE
      default:
        return c === LF ? TRAILER : FAILED
    }
  }

  #size(state: number, c: number): number {
    const digit = hexValue(c)
    if (digit >= 0) {
      this.remaining = this.remaining * 16 + digit
      return this.remaining <= Number.MAX_SAFE_INTEGER ? SIZE : FAILED
    }
    return state === SIZE_FIRST ? FAILED : this.#behindSize(c)
  }

  #behindSize(c: number): number {
    if (c === LF) return this.#sized()
    if (c === CR) return SIZE_CR
    if (c === SEMICOLON) return EXTENSION
    return c === SPACE || c === TAB ? SIZE_BLANK : FAILED
  }

  #sized(): number {
    return this.remaining === 0 ? TRAILER : DATA
  }
}
