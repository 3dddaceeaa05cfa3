const COLON = 58
const LF = 10
/** Lines are looked through byte by byte for so long: most end there, and a native search costs as much as fifty bytes. */
const SHORT = 64

/** The value of a field line, without the blanks around it, as latin1; and where in the line it is. */
export function valueOf(line: Uint8Array): { readonly text: string; readonly from: number; readonly to: number } {
  let from = line.indexOf(COLON) + 1
  let to = line.length
  while (to > from && isBlank(line[to - 1])) to--
  while (from < to && isBlank(line[from])) from++
  return { text: Buffer.from(line.buffer, line.byteOffset + from, to - from).toString('latin1'), from, to }
}

function isBlank(byte: number | undefined): boolean {
  return byte === 32 || byte === 9 || byte === 13 || byte === 10
}

/** The field's name when it is one of `names`; the first letter decides for most lines. */
export function nameOf(line: Uint8Array, names: readonly string[]): string | undefined {
  const first = (line[0] ?? 0) | 0x20
  for (const name of names) {
    if (name.charCodeAt(0) !== first) continue
    const after = line[name.length]
    if (after !== COLON && after !== 32 && after !== 9) continue
    if (startOf(line, name.length).toLowerCase() === name) return name
  }
  return undefined
}

/** The first bytes as latin1. */
export function startOf(bytes: Uint8Array, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, to).toString('latin1')
}

/** True while the name of a field line, as far as it has come, is or may become one of `names`. */
export function mayBe(part: Uint8Array, names: readonly string[]): boolean {
  const colon = part.indexOf(COLON)
  const name = startOf(part, colon < 0 ? part.length : colon).toLowerCase()
  return names.some((known) => (colon < 0 ? known.startsWith(name) : known === name.trimEnd()))
}

/** A bit for a letter, small or capital; other bytes have that of some letter. */
export const letterOf = (byte: number): number => 1 << (byte & 31)

/** Bits of the letters that these names begin with. */
export function firstLetters(names: readonly string[]): number {
  return names.reduce((letters, name) => letters | letterOf(name.charCodeAt(0)), 0)
}

/** Index of the line's LF, or -1 when it is not before `to`. */
export function endOfLine(chunk: Uint8Array, from: number, to: number): number {
  const near = Math.min(to, from + SHORT)
  for (let at = from; at < near; at++) if (chunk[at] === LF) return at
  if (near === to) return -1
  const end = chunk.indexOf(LF, near)
  return end < to ? end : -1
}
