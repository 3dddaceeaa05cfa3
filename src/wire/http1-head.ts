/** HTTP/1 heads: what one says about the body behind it, and its fields (RFC 9112 §2 to §6). */

/**
 * How long the body of a message is, and how that is known. `tunnel`: after 101 or a 2xx to CONNECT. `unknown`: the
 * head contradicts itself (differing Content-Length, a length that is no number or beyond 2^53, an empty or folded
 * Transfer-Encoding or a control character in it, a request whose last Transfer-Encoding is not chunked), so no border
 * behind it can be known and all that follows is opaque.
 */
export type BodyFraming = 'none' | 'length' | 'chunked' | 'until-close' | 'tunnel' | 'unknown'

/** One parsed head. `raw` holds all its bytes, the empty line included, and is only valid during the callback. */
export interface Http1Head {
  readonly raw: Uint8Array
  /** Request: the method. Response: the empty string. */
  readonly method: string
  /** Request: the target as sent. Response: the empty string. */
  readonly target: string
  /** Response: the status. Request: 0. */
  readonly status: number
  readonly framing: BodyFraming
  /** With framing `length`: the value of Content-Length. Else 0. */
  readonly length: number
  /**
   * First value of a field, name in lower case, value trimmed, folds made one space, bytes read as latin1; undefined
   * when absent. Read from `raw` when asked, so only valid during the callback.
   */
  field(name: string): string | undefined
  /** Copies `raw`, once: from then on the head is valid for good. To be called during the callback. */
  keep(): void
}

const LF = 10
const CR = 13
const TAB = 9
const SPACE = 32
const COLON = 58
const ZERO = 48
/** A number of so many digits is below 2^53. */
const SAFE_DIGITS = 15
/** Start lines beyond it are read each time. */
const LONG = 256

const isDigit = (c: number | undefined): boolean => c !== undefined && c >= ZERO && c < ZERO + 10
const isBlank = (c: number | undefined): boolean => c === SPACE || c === TAB || c === CR || c === LF

/** Where things are in a head, as offsets into its `raw`; found by the scanner. */
export interface HeadLayout {
  readonly raw: Buffer
  readonly startFrom: number
  readonly startTo: number
  /** Where each field line begins; continuation lines (obs-fold) belong to the line before. */
  readonly lines: readonly number[]
}

/** Start lines of requests: one like the last is not read again. */
export class RequestLine {
  method = ''
  target = ''
  #line = ''

  read(raw: Buffer, from: number, to: number): void {
    if (this.#isLike(raw, from, to)) return
    const line = (this.#line = raw.toString('latin1', from, to))
    const space = line.indexOf(' ')
    this.method = line.slice(0, space)
    this.target = line.slice(space, line.lastIndexOf(' ')).trim()
  }

  #isLike(raw: Buffer, from: number, to: number): boolean {
    const line = this.#line
    if (line.length !== to - from || line.length > LONG) return false
    for (let at = from; at < to; at++) if (raw[at] !== line.charCodeAt(at - from)) return false
    return true
  }
}

/** The head of a request or response. `framing` and `length` hold once `settle` has been called. */
export class ParsedHead implements Http1Head {
  raw: Buffer
  readonly method: string
  readonly target: string
  readonly status: number
  framing: BodyFraming = 'none'
  length = 0
  #lines: readonly number[]
  #kept = false

  constructor(side: 'request' | 'response', { raw, startFrom, startTo, lines }: HeadLayout, line?: RequestLine) {
    this.raw = raw
    this.#lines = lines
    if (side === 'response') {
      this.method = ''
      this.target = ''
      this.status =
        (raw[startFrom + 9]! - ZERO) * 100 + (raw[startFrom + 10]! - ZERO) * 10 + raw[startFrom + 11]! - ZERO
    } else {
      const start = line ?? new RequestLine()
      start.read(raw, startFrom, startTo)
      this.method = start.method
      this.target = start.target
      this.status = 0
    }
  }

  keep(): void {
    if (this.#kept) return
    this.#kept = true
    // memory of its own: a slice of Node's pool would keep the whole of it alive for as long as the body lasts
    const copy = Buffer.allocUnsafeSlow(this.raw.length)
    copy.set(this.raw)
    this.raw = copy
    // as long as it is: what it was built in has room for more
    this.#lines = this.#lines.slice()
  }

  field(name: string): string | undefined {
    const first = name.charCodeAt(0)
    for (let k = 0; k < this.#lines.length; k++) {
      if ((this.raw[this.#lines[k]!]! | 0x20) !== first) continue
      const from = this.#after(k, name)
      if (from !== -1) return this.#value(k, from)
    }
    return undefined
  }

  /** A response that another one follows: 1xx but for 101. */
  get interim(): boolean {
    return this.status >= 100 && this.status < 200 && this.status !== 101
  }

  /** Whether the client asks to leave HTTP/1 behind: CONNECT, or Upgrade named in Connection. */
  get upgrade(): boolean {
    if (this.method === 'CONNECT') return true
    return this.field('upgrade') !== undefined && /(?:^|,)\s*upgrade\s*(?:,|$)/i.test(this.#all('connection'))
  }

  /** Decides the framing of the body. `asked`: the method of the request a response answers, empty when unknown. */
  settle(side: 'request' | 'response', asked: string): void {
    this.framing = side === 'request' ? this.#ofRequest() : this.#ofResponse(asked)
    if (this.framing !== 'length') this.length = 0
  }

  #ofRequest(): BodyFraming {
    if (this.method === 'CONNECT') return 'none'
    const declared = this.#declared()
    return declared === 'until-close' ? 'unknown' : declared
  }

  #ofResponse(asked: string): BodyFraming {
    const { status } = this
    if (status === 101 || (asked === 'CONNECT' && status >= 200 && status < 300)) return 'tunnel'
    if (this.interim || status === 204 || status === 304 || asked === 'HEAD') return 'none'
    const declared = this.#declared()
    return declared === 'none' ? 'until-close' : declared
  }

  /** Chunked wins over a length, any other last coding means until close (RFC 9112 §6.3); sets `length`. */
  #declared(): BodyFraming {
    let framing: BodyFraming = 'none'
    let codings: string | undefined
    for (let k = 0; k < this.#lines.length; k++) {
      const first = this.raw[this.#lines[k]!]! | 0x20
      if (first !== 99 && first !== 116) continue
      let from = this.#after(k, 'content-length')
      if (from !== -1) {
        const plain = framing === 'none' ? this.#plainLength(from) : -1
        if (plain === -1) framing = this.#lengthOf(this.#value(k, from), framing)
        else {
          framing = 'length'
          this.length = plain
        }
        continue
      }
      from = this.#after(k, 'transfer-encoding')
      if (from === -1) continue
      codings = this.#value(k, from)
      // Folds and control characters among codings: some peers skip them, for others the coding has another name. None at all:
      // for some the field is not there, for others it hides the length.
      if (this.#isFolded(k) || /^$|[^\t\x20-\x7e\x80-\xff]/.test(codings)) return 'unknown'
    }
    if (codings === undefined) return framing
    return /(?:^|,)[ \t]*chunked$/i.test(codings) ? 'chunked' : 'until-close'
  }

  /** Of a value that is digits and nothing else, as nearly all are; -1 where it has to be looked at closely. */
  #plainLength(after: number): number {
    const { raw } = this
    let at = after
    while (raw[at] === SPACE || raw[at] === TAB) at++
    const first = at
    let length = 0
    for (; isDigit(raw[at]); at++) length = length * 10 + raw[at]! - ZERO
    if (at === first || at - first > SAFE_DIGITS) return -1
    if (raw[at] === CR) at++
    return raw[at] === LF && raw[at + 1] !== SPACE && raw[at + 1] !== TAB ? length : -1
  }

  /** A list of equal lengths counts as one (RFC 9112 §6.3 rule 5). */
  #lengthOf(value: string, before: BodyFraming): BodyFraming {
    if (before === 'unknown') return before
    let framing = before
    for (const text of value.split(',')) {
      const digits = text.trim()
      const length = /^\d+$/.test(digits) ? Number(digits) : Number.NaN
      if (!Number.isSafeInteger(length) || (framing === 'length' && length !== this.length)) return 'unknown'
      framing = 'length'
      this.length = length
    }
    return framing
  }

  #isFolded(k: number): boolean {
    const next = this.raw[this.raw.indexOf(LF, this.#lines[k]!) + 1]
    return next === SPACE || next === TAB
  }

  #all(name: string): string {
    let text = ''
    for (let k = 0; k < this.#lines.length; k++) {
      const from = this.#after(k, name)
      if (from !== -1) text += `,${this.#value(k, from)}`
    }
    return text
  }

  /** Index behind the colon when line `k` is a field of that name, else -1. Blanks behind the name are ignored. */
  #after(k: number, name: string): number {
    const { raw } = this
    let at = this.#lines[k]!
    const end = at + name.length
    for (let j = 0; at < end; at++, j++) if ((raw[at]! | 0x20) !== name.charCodeAt(j)) return -1
    while (raw[at] === SPACE || raw[at] === TAB) at++
    return raw[at] === COLON ? at + 1 : -1
  }

  #value(k: number, after: number): string {
    const { raw } = this
    let from = after
    let to = this.#lines[k + 1] ?? raw.length
    while (to > from && isBlank(raw[to - 1])) to--
    while (from < to && isBlank(raw[from])) from++
    const value = raw.toString('latin1', from, to)
    return value.includes('\n') ? value.replace(/[ \t]*\r?\n[ \t]*/g, ' ') : value
  }
}
