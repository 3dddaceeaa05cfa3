/** Finds the end of an HTTP/1 head byte by byte, and tells as early as a byte proves it that there is none. */

const LF = 10
const CR = 13
const TAB = 9
const SPACE = 32
const DOT = 46

/** The head goes on behind this chunk. */
export const INCOMPLETE = -1
/** This is no HTTP/1 head. */
export const NO_HEAD = -2

const maxMethodLength = 64
const version = Buffer.from(' HTTP/')

/** RFC 9110 §5.6.2. */
const isToken = new Uint8Array(256)
for (const c of "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
  isToken[c.charCodeAt(0)] = 1
}

const isDigit = (c: number): boolean => c >= 48 && c <= 57

const EMPTY = 0
const START = 1
const START_CR = 2
const LINE = 3
const LINE_CR = 4
const BORDER = 5
const BORDER_CR = 6

/**
 * Scanner for one head after another. Lines end in CRLF or LF. Empty lines before the start line belong to the head
 * (RFC 9112 §2.2). No head is what peers read differently: a CR without LF (a line end, or text), and blanks before the
 * first field (a line to be ignored, a field, or the end).
 */
export class HeadScanner {
  /** Bytes of the head so far. */
  length = 0
  startFrom = 0
  startTo = 0
  /** Offsets of the field lines in the head. A new array for each head. */
  lines: number[] = []
  readonly #request: boolean
  #state = EMPTY
  /** Request: bytes of the method, then -1. Response: bytes of the start line. */
  #position = 0
  /** Request: bytes of ` HTTP/d.d` seen last. */
  #matched = 0
  #hasTarget = false
  #method = 0

  constructor(side: 'request' | 'response') {
    this.#request = side === 'request'
  }

  /** Another one that stands where this one stands. */
  copy(): HeadScanner {
    const other = new HeadScanner(this.#request ? 'request' : 'response')
    other.length = this.length
    other.startFrom = this.startFrom
    other.startTo = this.startTo
    other.lines = [...this.lines]
    other.#state = this.#state
    other.#position = this.#position
    other.#matched = this.#matched
    other.#hasTarget = this.#hasTarget
    other.#method = this.#method
    return other
  }

  reset(): void {
    this.length = 0
    this.lines = []
    this.#state = EMPTY
    this.#position = 0
    this.#matched = 0
    this.#hasTarget = false
    this.#method = 0
  }

  /** Index behind the empty line that ends the head, or `INCOMPLETE`, or `NO_HEAD`. */
  scan(chunk: Uint8Array, from: number, to: number): number {
    const base = this.length - from
    let state = this.#state
    let at = from
    while (at < to) {
      let c = chunk[at]!
      if (state === LINE) {
        // Most of a head passes here.
        while (c !== LF && c !== CR && ++at < to) c = chunk[at]!
        if (at === to) break
        state = c === LF ? BORDER : LINE_CR
        at++
      } else if (state === BORDER) {
        if (c === CR) state = BORDER_CR
        else if (c === LF) return this.#found(base, at + 1)
        else {
          if (c !== SPACE && c !== TAB) this.lines.push(base + at)
          else if (this.lines.length === 0) return NO_HEAD
          state = LINE
        }
        at++
      } else if (state === EMPTY) {
        if (c === CR || c === LF) at++
        else {
          this.startFrom = base + at
          state = START
        }
      } else if (state === START) {
        if (c === LF || c === CR) {
          if (!this.#isStartLine()) return NO_HEAD
          this.startTo = base + at
          state = c === LF ? BORDER : START_CR
        } else if (this.#request ? !this.#requestByte(c) : !this.#responseByte(c)) return NO_HEAD
        at++
      } else {
        if (c !== LF) return NO_HEAD
        at++
        if (state === BORDER_CR) return this.#found(base, at)
        state = BORDER
      }
    }
    this.#state = state
    this.length = base + to
    return INCOMPLETE
  }

  #found(base: number, end: number): number {
    this.length = base + end
    return end
  }

  /** `method SP+ target SP+ HTTP/d.d`; blanks inside a target are let through. */
  #requestByte(c: number): boolean {
    if (this.#position >= 0) {
      if (c === SPACE) {
        const isPreface = this.#position === 3 && this.#method === 0x505249
        const ok = this.#position > 0 && !isPreface
        this.#position = -1
        return ok
      }
      this.#method = this.#position < 3 ? (this.#method << 8) | c : 0
      return isToken[c] === 1 && ++this.#position <= maxMethodLength
    }
    if (c === SPACE) {
      this.#matched = this.#hasTarget ? 1 : 0
      return true
    }
    this.#hasTarget = true
    if (this.#matched > 0) this.#matched = isVersionByte(this.#matched, c) ? this.#matched + 1 : 0
    return c > SPACE || c === TAB
  }

  /** `HTTP/d.d SP ddd [SP reason]`. */
  #responseByte(c: number): boolean {
    const position = this.#position++
    if (position < 8) return isVersionByte(position + 1, c)
    if (position === 8) return c === SPACE
    if (position < 12) return isDigit(c)
    return position > 12 || c === SPACE
  }

  #isStartLine(): boolean {
    return this.#request ? this.#matched === 9 : this.#position >= 12
  }
}

/** Whether `c` may stand at that place of ` HTTP/d.d`. */
function isVersionByte(place: number, c: number): boolean {
  if (place < 6) return c === version[place]
  if (place === 7) return c === DOT
  return place < 9 && isDigit(c)
}
