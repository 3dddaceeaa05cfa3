/** A message that waits, as far as it has come, until it is known what is to be edited in its body. */
import type { BodyDecision, PayloadEdit } from './body-edits.ts'
import { valueOf } from './field-line.ts'

/** An edit by its address. */
export interface ToldEdit {
  readonly offset: number
  readonly was: Uint8Array
  readonly bytes: Uint8Array
  readonly rule: string
}

/** One piece of what waits. `at`: address of its first byte. */
interface Piece {
  bytes: Uint8Array
  readonly at: number
  readonly kind: 'other' | 'length' | 'framing' | 'payload'
}

const NOTHING = new Uint8Array(0)
const LENGTH_RULE = 'length'

export class KeptMessage {
  /** Bytes received and kept. */
  received = 0
  /** Decides about the body; not known before the head is complete. */
  decide: BodyDecision | undefined
  readonly #pieces: Piece[] = []
  #payload = Buffer.alloc(0)
  #payloadLength = 0

  constructor(decide?: BodyDecision) {
    this.decide = decide
  }

  get payload(): Uint8Array {
    return this.#payload.subarray(0, this.#payloadLength)
  }

  /** Bytes of the head, as they are to leave. */
  other(bytes: Uint8Array): void {
    this.#pieces.push({ bytes, at: -1, kind: 'other' })
  }

  /** The digits of a `Content-Length`. */
  length(bytes: Uint8Array, at: number): void {
    this.#pieces.push({ bytes, at, kind: 'length' })
  }

  /** A whole line with a `Content-Length`: the digits wait apart from the rest, as an edit of the body changes them. */
  lengthLine(line: Uint8Array, at: number): void {
    const { from, to } = valueOf(line)
    this.other(line.subarray(0, from))
    this.length(line.subarray(from, to), at + from)
    this.other(line.subarray(to))
  }

  framing(bytes: Uint8Array, at: number): void {
    const last = this.#pieces.at(-1)
    if (last?.kind === 'framing') last.bytes = Buffer.concat([last.bytes, bytes])
    else this.#pieces.push({ bytes, at, kind: 'framing' })
  }

  body(bytes: Uint8Array, at: number): void {
    this.#pieces.push({ bytes, at, kind: 'payload' })
    const length = this.#payloadLength + bytes.length
    if (this.#payload.length < length) {
      const larger = Buffer.alloc(Math.max(1024, 2 * length))
      larger.set(this.#payload)
      this.#payload = larger
    }
    this.#payload.set(bytes, this.#payloadLength)
    this.#payloadLength = length
  }

  /** Whether what has come ends where a chunk ends, so that the rest can be edited without it. */
  get apart(): boolean {
    const from = this.#pieces.findLastIndex(({ kind }) => kind === 'framing')
    const framing = this.#pieces[from]
    if (framing === undefined) return !this.#pieces.some(({ kind }) => kind === 'length')
    // the line end of a chunk's data: of the next chunk nothing has come
    if (from === this.#pieces.length - 1) return /^\r?\n$/.test(latin1(framing.bytes))
    const come = this.#pieces.slice(from + 1).reduce((length, { bytes }) => length + bytes.length, 0)
    return sizeOf(framing.bytes)?.value === come
  }

  /** All that is kept. */
  take(): Uint8Array[] {
    return this.#pieces.map(({ bytes }) => bytes)
  }

  /** Puts the edit in, with the sizes and lengths that follow from it; undefined where that cannot be. Addresses ascend. */
  edit(edit: PayloadEdit): ToldEdit[] | undefined {
    const resized: ToldEdit[] = []
    for (const { piece, growth } of this.#growths(edit)) {
      if (growth === 0) continue
      const told = piece.kind === 'framing' ? resizeChunk(piece, growth) : resize(piece, growth)
      if (told === undefined) return undefined
      resized.push(told)
    }
    return [...resized, ...this.#replace(edit)].sort((a, b) => a.offset - b.offset)
  }

  /** What each payload piece gives up, and gets: as much, but the last one all that is left. So no chunk is emptied without need. */
  *#shares({ from, to, bytes }: PayloadEdit): Generator<{ piece: Piece; from: number; to: number; put: Uint8Array }> {
    let start = 0
    let given = 0
    for (const piece of this.#pieces) {
      if (piece.kind !== 'payload') continue
      const end = start + piece.bytes.length
      const first = Math.max(from, start)
      const last = Math.min(to, end)
      if (first < last || (from === to && from >= start && from < end)) {
        const put = last === to ? bytes.subarray(given) : bytes.subarray(given, given + last - first)
        given += put.length
        yield { piece, from: first - start, to: last - start, put }
      }
      start = end
    }
  }

  #replace(edit: PayloadEdit): ToldEdit[] {
    return [...this.#shares(edit)].map(({ piece, from, to, put }) => replace(piece, from, to, put, edit.rule))
  }

  /** By how much each length, or each chunk, grows. */
  #growths(edit: PayloadEdit): { piece: Piece; growth: number }[] {
    const lengths = this.#pieces.filter(({ kind }) => kind === 'length')
    if (lengths.length > 0) {
      const growth = edit.bytes.length - (edit.to - edit.from)
      return lengths.map((piece) => ({ piece, growth }))
    }
    const growths: { piece: Piece; growth: number }[] = []
    const shares = new Map([...this.#shares(edit)].map(({ piece, from, to, put }) => [piece, put.length - (to - from)]))
    for (const piece of this.#pieces) {
      if (piece.kind === 'framing') growths.push({ piece, growth: 0 })
      const chunk = growths.at(-1)
      if (piece.kind === 'payload' && chunk !== undefined) chunk.growth += shares.get(piece) ?? 0
    }
    return growths
  }
}

function resize(piece: Piece, growth: number): ToldEdit | undefined {
  const digits = latin1(piece.bytes)
  if (!/^\d+$/.test(digits)) return undefined
  return replace(piece, 0, piece.bytes.length, Buffer.from(String(Number(digits) + growth)))
}

function resizeChunk(piece: Piece, growth: number): ToldEdit | undefined {
  const size = sizeOf(piece.bytes)
  if (size === undefined) return undefined
  const value = size.value + growth
  // a size of zero would end the body: the line goes, and the line end before it becomes that of the chunk before
  if (value === 0) return replace(piece, 0, piece.bytes.length, NOTHING)
  return replace(piece, size.from, size.to, Buffer.from(value.toString(16)))
}

function replace(piece: Piece, from: number, to: number, bytes: Uint8Array, rule = LENGTH_RULE): ToldEdit {
  const told = { offset: piece.at + from, was: piece.bytes.subarray(from, to), bytes, rule }
  piece.bytes = Buffer.concat([piece.bytes.subarray(0, from), bytes, piece.bytes.subarray(to)])
  return told
}

/** The chunk size at the end of framing bytes (RFC 9112 §7.1), and where its digits are. */
function sizeOf(framing: Uint8Array): { value: number; from: number; to: number } | undefined {
  const found = /([0-9a-f]+)[ \t]*(?:;[^\n]*)?\r?\n$/i.exec(latin1(framing))
  if (found === null) return undefined
  const digits = found[1] ?? ''
  return { value: Number.parseInt(digits, 16), from: found.index, to: found.index + digits.length }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
