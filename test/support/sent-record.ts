/** What a peer got, out of the record alone: bytes received with the edits of ours in them, and bytes that were ours from the first. */
import { openReader } from '../../src/store/reader.ts'
import type { Direction } from '../../src/wire/frame.ts'

/** All that the first connection of a capture has sent in a direction. */
export function sentInRecord(db: string, direction: Direction): string {
  const reader = openReader(db)
  const received = Buffer.from(reader.bytes(1, direction, 0))
  const frames = reader.frames({ limit: 500 }).rows.filter((frame) => frame.direction === direction)
  const edits = frames.flatMap(({ id, offset, droppedBy }) => {
    const list = reader.frame(id)?.editList ?? []
    return list.map(({ offset: at, removed, inserted }) => {
      const from = offset + at
      const to = from + Buffer.byteLength(removed)
      // the end of the chunk of an event that was dropped stands in the frame behind it
      const line = droppedBy !== null && received.toString('latin1', to, to + 2) === '\r\n' ? 2 : 0
      return { id, from, to: to + line, put: Buffer.from(inserted ?? '') }
    })
  })
  reader.close()
  const parts: Buffer[] = []
  let at = 0
  for (const { from, to, put } of edits.toSorted((a, b) => a.from - b.from || a.to - b.to || a.id - b.id)) {
    parts.push(received.subarray(at, from), put)
    at = Math.max(at, to)
  }
  return Buffer.concat([...parts, received.subarray(at)]).toString()
}
