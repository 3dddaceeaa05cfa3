import type { Direction } from '../wire/frame.ts'
import { BORDER, CAME, HEADER, KIND, S2C, TIMED, type RecordVisitor } from './packing.ts'

const decoder = new TextDecoder()

/** Visits the records in the first `length` bytes of a packed buffer. */
export function unpack(buffer: ArrayBuffer, length: number, visitor: RecordVisitor): void {
  const words = new Uint32Array(buffer)
  const floats = new Float64Array(buffer)
  let at = 0
  while (at < length) {
    const size = words[(at >> 2) + 2]!
    visit(buffer, at, size, words, floats, visitor)
    at += HEADER + ((size + 7) & ~7)
  }
}

function visit(
  buffer: ArrayBuffer,
  at: number,
  size: number,
  words: Uint32Array,
  floats: Float64Array,
  visitor: RecordVisitor,
): void {
  const word = at >> 2
  const head = words[word]!
  const connection = words[word + 1]!
  const direction: Direction = (head & S2C) === 0 ? 'c2s' : 's2c'
  const float = (at >> 3) + 2
  const a = floats[float]!
  const b = floats[float + 1]!
  const from = at + HEADER
  switch (head & 0xff) {
    case KIND.chunk: {
      const bytes = Buffer.from(buffer, from, size)
      const offset = floats[float + 2]!
      return visitor.chunk(connection, {
        direction,
        bytes,
        offset,
        receivedAt: a,
        sentAt: b,
        border: (head & BORDER) !== 0,
      })
    }
    case KIND.sent:
      return visitor.sent(connection, direction, b, a)
    case KIND.edited: {
      const named = words[word + 3]!
      const rule = decoder.decode(new Uint8Array(buffer, from, named))
      const came = (head & CAME) === 0 ? null : floats[float + 2]!
      const before = came === null ? floats[float + 2]! : 0
      const was = before === 0 ? null : new Uint8Array(buffer, from + named, before)
      const bytes = new Uint8Array(buffer, from + named + before, size - named - before)
      const isTimed = (head & TIMED) !== 0
      const when = { removed: isTimed ? 0 : b, at: isTimed ? b : null }
      return visitor.edited(connection, { direction, offset: a, ...when, bytes, rule, was, came })
    }
    case KIND.marker:
      return visitor.marker(a)
    case KIND.closed:
      return visitor.closed(connection, a)
    case KIND.logged:
      return visitor.logged(connection, a, Buffer.from(buffer, from, size))
    case KIND.ended:
      return visitor.ended(connection, direction, a, json(buffer, from, size), b)
    default:
      visitJson(head & 0xff, connection, a, json(buffer, from, size), visitor)
  }
}

function visitJson(kind: number, connection: number, at: number, told: never, visitor: RecordVisitor): void {
  switch (kind) {
    case KIND.opened:
      return visitor.opened(connection, at, told)
    case KIND.upstream:
      return visitor.upstream(connection, told)
    case KIND.note: {
      const { kind: what, detail } = told as { kind: string; detail: unknown }
      return visitor.note(connection, at, what, detail)
    }
    case KIND.decided:
      return visitor.decided(told)
    case KIND.held:
      return visitor.held(told)
    case KIND.loss:
      return visitor.loss(told)
    default:
      throw new Error(`no such record: ${kind}`)
  }
}

function json(buffer: ArrayBuffer, from: number, size: number): never {
  return JSON.parse(decoder.decode(new Uint8Array(buffer, from, size))) as never
}
