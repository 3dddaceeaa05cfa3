/** Event streams: where a block ends, and what it says (WHATWG HTML §9.2.5 and §9.2.6). */

export interface SseListener {
  /**
   * A block ends at index `end` of the chunk, right behind its blank line. `end` is `from` where the block was complete
   * with the chunk before, which only this one's first byte proves (a blank line of CR that no LF follows).
   */
  event(chunk: Uint8Array, end: number): void
}

export interface SseSplitter {
  /** Whether bytes behind the last block's end have been pushed. */
  readonly open: boolean
  /** Whether what is open is a whole block, whose end is told once the next byte is known not to be its LF. */
  readonly complete: boolean
  push(chunk: Uint8Array, from: number, to: number): void
}

/** What one block says. */
export interface SseEvent {
  readonly event: string | null
  /** All `data` lines, joined by LF; null when there is none. */
  readonly data: string | null
  /** The last `id` without NUL; the empty string resets. */
  readonly id: string | null
  /** Milliseconds. */
  readonly retry: number | null
  /** All comment lines, joined by LF. */
  readonly comment: string | null
}

const LF = 10
const CR = 13
const SPACE = 32
const COLON = 58

/** A border: nothing of the next block has come. */
const START = 0
/** Within a line that is not blank. */
const LINE = 1
/** Behind the CR that ends such a line. */
const LINE_CR = 2
/** At the beginning of a line, within a block. */
const NEXT = 3
/** Behind the CR of a blank line: an LF may still belong to it. */
const BLANK_CR = 4
/** Behind a block that ended in two bare CRs. An LF now is the other half of the second one: it begins no line. */
const AFTER_CR = 5

/**
 * Tells the ends of blocks, the same for every split. Lines end in CR, LF or CRLF. A blank line of CR waits for the byte
 * behind it, as an LF there is part of it; but where the line before ended in a bare CR too the stream is taken to be one of
 * bare CRs and the block ends at once, so that such a stream is not one event late. A blank line alone is a block.
 */
export function createSseSplitter(listener: SseListener): SseSplitter {
  return new Splitter(listener)
}

class Splitter implements SseSplitter {
  readonly #listener: SseListener
  #state = START

  constructor(listener: SseListener) {
    this.#listener = listener
  }

  get open(): boolean {
    return this.#state !== START && this.#state !== AFTER_CR
  }

  get complete(): boolean {
    return this.#state === BLANK_CR
  }

  push(chunk: Uint8Array, from: number, to: number): void {
    let state = this.#state
    for (let at = from; at < to; at++) {
      let c = chunk[at]!
      if (c !== LF && c !== CR) {
        if (state === BLANK_CR) this.#listener.event(chunk, at)
        state = LINE
        // Most of a stream passes here.
        while (c !== LF && c !== CR && ++at < to) c = chunk[at]!
        if (at === to) break
      }
      if (state === LINE) {
        state = c === LF ? NEXT : LINE_CR
      } else if (c === CR) {
        if (state === BLANK_CR) this.#listener.event(chunk, at)
        if (state === START || state === NEXT) state = BLANK_CR
        else {
          this.#listener.event(chunk, at + 1)
          state = AFTER_CR
        }
      } else if (state === LINE_CR) {
        state = NEXT
      } else if (state === AFTER_CR) {
        state = START
      } else {
        this.#listener.event(chunk, at + 1)
        state = START
      }
    }
    this.#state = state
  }
}

/**
 * The fields of one block. A byte order mark at its beginning is taken away; blank lines are ignored. Bytes that are no
 * UTF-8 become U+FFFD.
 */
export function parseEvent(block: Uint8Array): SseEvent {
  let event: string | null = null
  let data: string | null = null
  let id: string | null = null
  let retry: number | null = null
  let comment: string | null = null
  for (const line of decoder.decode(block).split(/\r\n|\n|\r/)) {
    if (line === '') continue
    const colon = line.indexOf(':')
    const name = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (colon === 0) comment = comment === null ? value : `${comment}\n${value}`
    else if (name === 'data') data = data === null ? value : `${data}\n${value}`
    else if (name === 'event') event = value
    else if (name === 'id' && !value.includes('\0')) id = value
    else if (name === 'retry' && /^\d+$/.test(value)) retry = Number(value)
  }
  return { event, data, id, retry, comment }
}

const decoder = new TextDecoder()

/** The bytes of a block's data, null when it has no data line; a part of `block` itself where there is only one. */
export function eventData(block: Uint8Array): Uint8Array | null {
  let single: Uint8Array | null = null
  let several: Uint8Array[] | null = null
  let from = block[0] === 0xef && block[1] === 0xbb && block[2] === 0xbf ? 3 : 0
  while (from < block.length) {
    const to = lineEnd(block, from)
    const value = dataOf(block, from, to)
    if (value !== null) {
      if (single === null) single = value
      else if (several === null) several = [single, lineFeed, value]
      else several.push(lineFeed, value)
    }
    from = to + 1
  }
  return several === null ? single : Buffer.concat(several)
}

const lineFeed = Uint8Array.of(LF)

function lineEnd(block: Uint8Array, from: number): number {
  let at = from
  while (at < block.length && block[at] !== LF && block[at] !== CR) at++
  return at
}

/** The value when this line is one of data: `data`, `data:…`, `data: …`. */
function dataOf(block: Uint8Array, from: number, to: number): Uint8Array | null {
  if (
    to - from < 4 ||
    block[from] !== 100 ||
    block[from + 1] !== 97 ||
    block[from + 2] !== 116 ||
    block[from + 3] !== 97
  ) {
    return null
  }
  if (to - from === 4) return block.subarray(to, to)
  if (block[from + 4] !== COLON) return null
  return block.subarray(block[from + 5] === SPACE ? from + 6 : from + 5, to)
}
