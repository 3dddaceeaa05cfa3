/** Bytes of a chunked body that hold nothing but whole chunks (RFC 9112 §7.1), as nearly all do that a server writes in one go. */

const LF = 10
const CR = 13
const ZERO = 48
const NINE = 57
const LETTER_A = 97
const LETTER_F = 102
/** More digits are read with care, by the splitter. */
const MAX_DIGITS = 7

/**
 * How the bytes from an index on, which begins a chunk, end: `over` with the body, and nothing behind it; `open` between two chunks, and between two
 * events where it is a `stream`; null in any other place, or where that is not plain to see. No JSON string lies in two of the chunks: they end
 * with a line, unless there is but one.
 */
export function wholeChunks(bytes: Uint8Array, from: number, stream: boolean): 'over' | 'open' | null {
  let at = from
  let lines = true
  let blank = true
  for (let chunks = 0; at < bytes.length; chunks++) {
    let size = 0
    const digits = at
    for (let digit = hex(bytes[at]); digit !== -1; digit = hex(bytes[++at])) size = size * 16 + digit
    if (at === digits || at - digits > MAX_DIGITS || !isLineEnd(bytes, at)) return null
    at += 2
    if (size === 0) return isLineEnd(bytes, at) && at + 2 === bytes.length && (lines || chunks === 1) ? 'over' : null
    const end = at + size
    if (!isLineEnd(bytes, end)) return null
    lines &&= bytes[end - 1] === LF
    blank =
      size > 2 &&
      bytes[end - 1] === LF &&
      (bytes[end - 2] === LF || (isLineEnd(bytes, end - 2) && bytes[end - 3] === LF))
    at = end + 2
  }
  return stream && lines && blank ? 'open' : null
}

function isLineEnd(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === CR && bytes[at + 1] === LF
}

/** Value of a digit, -1 for what is none. */
function hex(byte: number | undefined): number {
  if (byte === undefined) return -1
  if (byte >= ZERO && byte <= NINE) return byte - ZERO
  const small = byte | 0x20
  return small >= LETTER_A && small <= LETTER_F ? small - LETTER_A + 10 : -1
}
