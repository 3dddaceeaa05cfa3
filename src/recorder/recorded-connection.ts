import type { Decision } from '../pipe/decision.ts'
import type { UpstreamInfo } from '../pipe/tap.ts'
import type { ConnectionRecord } from '../store/records.ts'
import type { Ending } from '../wire/ending.ts'
import type { Direction } from '../wire/frame.ts'
import type { PackedChunk, PackedEdit } from './packing.ts'
import type { RecordedExchange, RecordedLine } from './sessions.ts'

/** What a recording keeps of one connection while it lives, whatever it carries. */
export interface RecordedConnection {
  readonly row: ConnectionRecord
  /** Already among those with something for the next commit. */
  touched: boolean
  upstream(info: UpstreamInfo): void
  chunk(chunk: PackedChunk): void
  sent(direction: Direction, upTo: number, at: number): void
  /** `at`: about when. */
  edited(edit: PackedEdit, at: number): void
  decided(decision: Decision): void
  /** Bytes of a process's stderr. */
  logged?(bytes: Uint8Array, at: number): void
  /** A line of the log. */
  note(at: number, kind: string, detail: unknown): void
  ended(direction: Direction, at: number, ending: Ending, unsent: number): void
  closed(at: number): void
  /** What is open on it, oldest first. */
  readonly open: { readonly line: RecordedLine; readonly exchanges: readonly RecordedExchange[] }
  /** Moves what may be stored into the batch. */
  collect(): void
}
