import type { Output } from './output.ts'

/** One cell: its text, and how to paint it once it is padded. */
export interface Cell {
  readonly text: string
  readonly paint?: (text: string) => string
}

/** Lines of a table: columns as wide as their widest cell, two spaces apart, right-aligned where asked. The last column is not padded. */
export const tableLines = (
  head: readonly string[],
  rows: readonly (readonly (Cell | string)[])[],
  output: Output,
  rightAligned: ReadonlySet<number> = new Set(),
): string[] => {
  const all: Cell[][] = [
    head.map((text) => ({ text, paint: (padded: string) => output.paint('dim', padded) })),
    ...rows.map((row) => row.map((cell) => (typeof cell === 'string' ? { text: cell } : cell))),
  ]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.text.length ?? 0)))
  return all.map((row) =>
    row
      .map(({ text, paint }, column) => {
        const width = widths[column] ?? 0
        const last = column === head.length - 1
        const padded = rightAligned.has(column) ? text.padStart(width) : last ? text : text.padEnd(width)
        return paint ? paint(padded) : padded
      })
      .join('  ')
      .trimEnd(),
  )
}
