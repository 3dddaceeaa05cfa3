/** One line of a hex view: sixteen bytes at most. */
export interface HexLine {
  readonly offset: string
  readonly hex: string
  readonly text: string
}

const printable = (byte: number) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')

/** Lines `from` to `to` (exclusive) of the hex view of `bytes`. */
export function hexLines(bytes: Uint8Array, from: number, to: number): HexLine[] {
  const lines: HexLine[] = []
  for (let line = from; line < to && line * 16 < bytes.length; line++) {
    const part = bytes.subarray(line * 16, line * 16 + 16)
    const pairs = Array.from(part, (byte) => byte.toString(16).padStart(2, '0'))
    const hex = `${pairs.slice(0, 8).join(' ')}  ${pairs.slice(8).join(' ')}`.padEnd(48)
    lines.push({ offset: (line * 16).toString(16).padStart(8, '0'), hex, text: Array.from(part, printable).join('') })
  }
  return lines
}
