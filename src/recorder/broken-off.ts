/** Lines of the record between the frames: how an exchange was broken off, and that a client takes one up again. */
import type { FlowRecord } from '../store/records.ts'
import type { BrokenOff, Resumed } from '../store/rows.ts'
import { isBroken, type Ending } from '../wire/ending.ts'
import type { Direction } from '../wire/frame.ts'
import type { RecordingContext } from './context.ts'

/** How a direction of an exchange ended. */
export interface Broken {
  readonly direction: Direction
  /** JSON of an `Ending`. */
  readonly ending: string
  readonly at: number
  /** Of an answer that a rule made, and that is no message. */
  readonly status?: number
}

/** Tells of an ending that is not as it should be, and of whatever a fault has done; false for any other. */
export function tellBroken(
  context: RecordingContext,
  row: FlowRecord,
  { direction, ending, at, status }: Broken,
): boolean {
  const read = JSON.parse(ending) as Ending
  // what becomes of a process is told by its own lines
  if (read.how === 'exit' || !(read.by === 'fault' || isBroken(read, direction))) return false
  const { verb, target } = row
  const detail: BrokenOff = { ...read, direction, verb, target, ...(status === undefined ? {} : { status }) }
  tell(context, row, 'ending', detail, at)
  return true
}

/** Tells that a client takes a stream up again, `after`: the `Last-Event-ID` of its request. */
export function tellResumed(context: RecordingContext, row: FlowRecord, after: string, at: number): void {
  const { verb, target } = row
  tell(context, row, 'resume', { verb, target, after } satisfies Resumed, at)
}

function tell({ dirty }: RecordingContext, flow: FlowRecord, kind: string, detail: object, at: number): void {
  const { session, connection } = flow
  dirty.batch.logs.push({ connection, session, flow, at, kind, detail: JSON.stringify(detail) })
}
