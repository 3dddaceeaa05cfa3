/** A line of raw text and its end as one would type it: `\\r\\n`, `\\n`, `\\r`, or nothing at the end of all. */
export interface RawLine {
  readonly text: string
  readonly end: string
}

/** Longer lines are broken here, without an end, so that one line of a megabyte can be drawn in pages. */
const longest = 10_000

const spelled: Record<string, string> = { '\r\n': '\\r\\n', '\n': '\\n', '\r': '\\r' }

export function rawLines(text: string): RawLine[] {
  const lines: RawLine[] = []
  const pieces = text.split(/(\r\n|\n|\r)/)
  for (let at = 0; at < pieces.length; at += 2) {
    let rest = pieces[at] ?? ''
    for (; rest.length > longest; rest = rest.slice(longest)) lines.push({ text: rest.slice(0, longest), end: '' })
    const end = spelled[pieces[at + 1] ?? ''] ?? ''
    if (rest !== '' || end !== '') lines.push({ text: rest, end })
  }
  return lines
}
