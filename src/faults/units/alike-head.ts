import type { Http1Head } from '../../wire/http1.ts'

/** Values that differ between heads that mean the same: how long the body is, and when it was made. */
const PASSING = /(?<=\n)(content-length|date)[ \t]*:[ \t]*([^\r\n]*?)[ \t]*(?=\r?\n)/gi
const ZERO = 48
const NINE = 57
/** Beyond it a length is read with care, by the splitter. */
const MAX_DIGITS = 12

/** A head whose body has a length, and others that differ from it in nothing but that length and the date, each as long as here. */
export class AlikeHead {
  readonly #raw: Buffer
  /** Pairs of offsets: what must be equal, and the values between. */
  readonly #fixed: readonly number[]
  readonly #length: readonly [from: number, to: number]
  readonly #date: readonly [from: number, to: number] | null

  private constructor(raw: Uint8Array, length: readonly [number, number], date: readonly [number, number] | null) {
    this.#raw = raw as Buffer
    this.#length = length
    this.#date = date
    const values = (date === null ? [length] : [length, date]).toSorted(([a], [b]) => a - b).flat()
    this.#fixed = [0, ...values, this.#raw.length]
  }

  /** Keeps the head. Null for one that others cannot be told to be like. */
  static of(head: Http1Head): AlikeHead | null {
    if (head.framing !== 'length') return null
    const found = [...Buffer.from(head.raw).toString('latin1').matchAll(PASSING)]
    const spans = (name: string): [number, number][] =>
      found
        .filter(([, field = '']) => field.toLowerCase() === name)
        .map(({ 0: line, 2: value = '', index }) => {
          const from = index + line.trimEnd().length - value.length
          return [from, from + value.length]
        })
    const lengths = spans('content-length')
    const dates = spans('date')
    const [length] = lengths
    if (length === undefined || lengths.length > 1 || dates.length > 1 || length[1] - length[0] > MAX_DIGITS)
      return null
    head.keep()
    return new AlikeHead(head.raw, length, dates[0] ?? null)
  }

  get size(): number {
    return this.#raw.length
  }

  /** Whether these bytes are one whole message with such a head. */
  fits(bytes: Uint8Array): boolean {
    const raw = this.#raw
    if (bytes.length < raw.length) return false
    const [from, to] = this.#length
    let length = 0
    for (let at = from; at < to; at++) {
      const digit = bytes[at]!
      if (digit < ZERO || digit > NINE) return false
      length = length * 10 + digit - ZERO
    }
    if (raw.length + length !== bytes.length) return false
    return this.#isLike(bytes)
  }

  /** A head like this one. */
  isLike(raw: Uint8Array): boolean {
    return raw.length === this.#raw.length && this.#isLike(raw)
  }

  #isLike(bytes: Uint8Array): boolean {
    const raw = this.#raw
    const fixed = this.#fixed
    for (let i = 0; i < fixed.length; i += 2) {
      const last = fixed[i + 1]!
      // native comparisons only pay from some hundred bytes on
      for (let at = fixed[i]!; at < last; at++) if (bytes[at] !== raw[at]) return false
    }
    return this.#date === null || isText(bytes, ...this.#date)
  }
}

/** No line ends in it. */
function isText(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at]! < 32) return false
  return true
}
