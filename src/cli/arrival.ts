import type { Reader } from '../store/index.ts'
import type { FrameRow } from '../store/rows.ts'
import type { Entry } from './entry.ts'

/**
 * Whether a message reached who it was for: `held` by a rule for now, sent on `in part` before its connection ended, or `never`.
 * Of what no rule touched it is taken to have arrived: that it is still under way is told by its call.
 */
export type Arrival = 'arrived' | 'held' | 'in part' | 'never'

/** Of a frame, where `open` says whether its connection is. */
export const arrivalOf = ({ faults, sentAt, sentLastAt, droppedBy, ours }: FrameRow, open: () => boolean): Arrival => {
  if (faults.length === 0 || ours !== null || sentLastAt !== null) return 'arrived'
  if (droppedBy === null && open()) return 'held'
  return sentAt === null ? 'never' : 'in part'
}

/** Of a line of a conversation; what is no frame has arrived. */
export const arrivalIn = (reader: Pick<Reader, 'connection'>, entry: Entry): Arrival =>
  entry.kind === 'message' || entry.kind === 'frame' ? frameArrival(reader, entry.frame) : 'arrived'

/** Of a frame as the capture has it now. */
export const frameArrival = (reader: Pick<Reader, 'connection'>, frame: FrameRow): Arrival =>
  arrivalOf(frame, () => reader.connection(frame.connection)?.closedAt == null)
