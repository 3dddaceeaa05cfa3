const COLON = 58

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
