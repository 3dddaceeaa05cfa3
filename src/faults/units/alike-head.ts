import type { Likeness } from '../../pipe/likeness.ts'
import type { Http1Head } from '../../wire/http1.ts'

/** Values that differ between heads that mean the same: how long the body is, and when it was made. */
const PASSING = /(?<=\n)(content-length|date)[ \t]*:[ \t]*([^\r\n]*?)[ \t]*(?=\r?\n)/gi
const ZERO = 48
const NINE = 57
/** Beyond it a length is read with care, by the splitter. */
const MAX_DIGITS = 12

type Span = readonly [from: number, to: number]

/** A head whose body has a length, or is chunked; and others that differ from it in nothing but that length and the date, each as long as here. */
export class AlikeHead implements Likeness {
  readonly raw: Uint8Array
  readonly sameUntil: number
  /** Null: the body is chunked. */
  readonly #length: Span | null
  readonly #date: Span | null
  /** The head, four bytes at a time, and which bits of these must be equal: a third of what it costs byte by byte. */
  readonly #words: Int32Array
  readonly #masks: Int32Array
  readonly #byteMasks: Uint8Array
  /** The memory heads came in last, and its words where that was so twice: some sockets are read into the same again and again. */
  #memory: ArrayBufferLike | null = null
  #memoryWords: Int32Array = NONE

  private constructor(raw: Uint8Array, length: Span | null, date: Span | null) {
    this.raw = raw
    this.#length = length
    this.#date = date
    this.sameUntil = Math.min(raw.length, length?.[0] ?? raw.length, date?.[0] ?? raw.length)
    const size = (raw.length + 3) & ~3
    const bytes = new Uint8Array(size)
    bytes.set(raw)
    const masks = new Uint8Array(size).fill(255, 0, raw.length)
    for (const span of [length, date]) if (span !== null) masks.fill(0, ...span)
    this.#byteMasks = masks
    this.#words = new Int32Array(bytes.buffer)
    this.#masks = new Int32Array(masks.buffer)
  }

  /** Keeps the head. Null for one that others cannot be told to be like. */
  static of(head: Http1Head): AlikeHead | null {
    const { framing } = head
    if (framing !== 'length' && framing !== 'chunked') return null
    const found = [...Buffer.from(head.raw).toString('latin1').matchAll(PASSING)]
    const spans = (name: string): Span[] =>
      found
        .filter(([, field = '']) => field.toLowerCase() === name)
        .map(({ 0: line, 2: value = '', index }) => {
          const from = index + line.trimEnd().length - value.length
          return [from, from + value.length]
        })
    const lengths = spans('content-length')
    const dates = spans('date')
    const [length = null] = lengths
    if (lengths.length !== (framing === 'length' ? 1 : 0) || dates.length > 1) return null
    if (length !== null && length[1] - length[0] > MAX_DIGITS) return null
    head.keep()
    return new AlikeHead(head.raw, length, dates[0] ?? null)
  }

  get size(): number {
    return this.raw.length
  }

  get chunked(): boolean {
    return this.#length === null
  }

  /** Whether these bytes are one whole message with such a head; where that is chunked, whether they begin with it. */
  fits(bytes: Uint8Array): boolean {
    const { size } = this
    if (bytes.length < size) return false
    if (this.#length === null) return this.#isLike(bytes)
    const [from, to] = this.#length
    let length = 0
    for (let at = from; at < to; at++) {
      const digit = bytes[at]!
      if (digit < ZERO || digit > NINE) return false
      length = length * 10 + digit - ZERO
    }
    return size + length === bytes.length && this.#isLike(bytes)
  }

  /** A head like this one. */
  isLike(raw: Uint8Array): boolean {
    return raw.length === this.size && this.#isLike(raw)
  }

  #isLike(bytes: Uint8Array): boolean {
    const words = this.#words
    const masks = this.#masks
    const memory = this.#wordsOf(bytes)
    if (memory.length < words.length) return this.#isLikeByBytes(bytes)
    for (let at = 0; at < words.length; at++) if (((memory[at]! ^ words[at]!) & masks[at]!) !== 0) return false
    return this.#date === null || isText(bytes, ...this.#date)
  }

  /** Empty where they do not begin with a word of their memory, and where that is new. */
  #wordsOf({ buffer, byteOffset }: Uint8Array): Int32Array {
    if (byteOffset !== 0) return NONE
    if (this.#memory !== buffer) {
      this.#memory = buffer
      this.#memoryWords = NONE
    } else if (this.#memoryWords === NONE) this.#memoryWords = new Int32Array(buffer, 0, buffer.byteLength >> 2)
    return this.#memoryWords
  }

  #isLikeByBytes(bytes: Uint8Array): boolean {
    const { raw } = this
    const masks = this.#byteMasks
    for (let at = 0; at < raw.length; at++) if (((bytes[at]! ^ raw[at]!) & masks[at]!) !== 0) return false
    return this.#date === null || isText(bytes, ...this.#date)
  }
}

const NONE = new Int32Array(0)

/** No line ends in it. */
function isText(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at]! < 32) return false
  return true
}
