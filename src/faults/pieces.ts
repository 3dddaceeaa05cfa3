/** Cuts what an event carries into pieces that keep their addresses. */
import type { PipeEvent } from '../pipe/action.ts'
import { bytesOf } from '../pipe/action.ts'

type Carrying = Extract<PipeEvent, { kind: 'chunk' | 'frame' }>

/** Pieces of the given sizes, the last repeated until nothing is left; together they are the event. Sizes below 1 count as 1. */
export function pieces(event: Carrying, sizes: readonly number[]): Carrying[] {
  const bytes = bytesOf(event) ?? new Uint8Array(0)
  const [only = bytes.length] = sizes
  if (bytes.length <= Math.max(1, only)) return [event]
  const cut: Carrying[] = []
  const received = event.kind === 'frame' ? (event.span ?? bytes.length) : bytes.length
  for (let from = 0, at = 0; from < bytes.length; at++) {
    const size = Math.max(1, sizes[Math.min(at, sizes.length - 1)] ?? bytes.length)
    const to = Math.min(bytes.length, from + size)
    const offset = event.offset + Math.min(from, received)
    cut.push({ kind: 'chunk', at: event.at, offset, bytes: bytes.subarray(from, to) })
    from = to
  }
  return cut
}
