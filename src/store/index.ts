/**
 * The only room with SQL: schema, migrations, one writer, readers, pruning.
 * @module
 */
import type {
  BroughtRow,
  CallRow,
  ChangeSet,
  ConnectionRow,
  DecisionRow,
  FlowRow,
  FrameDetail,
  FrameRow,
  HeldRow,
  InstanceRow,
  LogRow,
  LossRow,
  Outcome,
  ProcessRow,
  RuleRow,
  SessionRow,
} from './rows.ts'
import type { Filter, KnownValues } from '../filter/index.ts'
import type { Direction } from '../wire/frame.ts'

export type * from './rows.ts'

/** Pages go by key, never by offset: `before`/`after` are row ids, exclusive. Newest last within a page. */
export interface Page {
  before?: number
  after?: number
  /** Default 200, at most 5000. */
  limit?: number
}

export interface FrameQuery extends Page {
  /** Session uid. */
  session?: string
  flow?: number
  direction?: Direction
  /** Only frames that are messages. */
  messages?: boolean
  method?: string
  /** Substring of method, tool, label; case-insensitive. */
  text?: string
  /** Beside what else is asked. */
  filter?: Filter
}

export interface CallQuery extends Page {
  session?: string
  outcome?: Outcome
}

export interface LogQuery extends Page {
  session?: string
  connection?: number
  /** One kind only, e.g. `stderr`. */
  kind?: string
  /** From this instant on; a page begins there. */
  from?: number
  /** Before this instant; a page ends there. */
  to?: number
}

export interface RuleQuery {
  /** Those that are over as well. Default: those in force, on or off. */
  all?: boolean
  /** With `all`: earlier versions of rules too, which were replaced. */
  versions?: boolean
  /** In force in this process: its own, and those that are everywhere. */
  instance?: number
}

export interface DecisionQuery extends Page {
  /** Id of a rule. */
  rule?: string
  /** About bytes of this frame. */
  frame?: number
  session?: string
  connection?: number
}

export interface HeldQuery extends Page {
  /** Only those that still wait. */
  open?: boolean
}

/** A page, and how far the scan came when it stopped for time (80 ms): go on from there. Null when it looked at everything asked. */
export interface Listing<Row> {
  readonly rows: readonly Row[]
  readonly scannedTo: number | null
}

/** Reads a capture; any number of them, in any thread or process, beside one writer. */
export interface Reader {
  readonly path: string
  /** Newest first. */
  sessions(page?: Page): SessionRow[]
  /** By uid or a prefix of one; undefined when none, throws `REQUEST_INVALID` when several match. `undefined` as argument: the newest. */
  session(uid?: string): SessionRow | undefined
  flows(query?: Page & { session?: string; connection?: number }): FlowRow[]
  flow(id: number): FlowRow | undefined
  connection(id: number): ConnectionRow | undefined
  frames(query?: FrameQuery): Listing<FrameRow>
  /** Those of these frames the filter holds for, oldest first. */
  matching(filter: Filter, frames: readonly number[]): FrameRow[]
  /** Calls the filter holds for; each is asked as its request, with the code of its answer. */
  callsMatching(filter: Filter, query?: CallQuery): Listing<CallRow>
  frame(id: number): FrameDetail | undefined
  /** Raw bytes of a frame as received (redacted spans overwritten). */
  raw(frame: number): Uint8Array | undefined
  /** Payload: without transfer framing, inflated. */
  payload(frame: number): Uint8Array | undefined
  /** Bytes of one direction of a connection, from `offset` on, at most `limit` (default 1 MiB). */
  bytes(connection: number, direction: Direction, offset: number, limit?: number): Uint8Array
  /** Values the keys of a filter have in the capture, newest first. */
  knownValues(): KnownValues
  calls(query?: CallQuery): CallRow[]
  logs(query?: LogQuery): LogRow[]
  /** Fault rules, oldest first. */
  rules(query?: RuleQuery): RuleRow[]
  /** What rules have done that requests brought along in a header. */
  broughtRules(): BroughtRow[]
  decisions(query?: DecisionQuery): DecisionRow[]
  /** Messages at breakpoints. */
  held(query?: HeldQuery): HeldRow[]
  /** The process behind a connection; undefined where there is none. */
  process(connection: number): ProcessRow | undefined
  instances(): InstanceRow[]
  losses(): LossRow[]
  /** Newest change. 0 in an empty capture. */
  seq(): number
  /** What changed after `seq`, oldest first, at most `limit` (default 2000) frames; call again from the last `seq` given. */
  changes(since: number, limit?: number): ChangeSet[]
  /** Counts and size for status displays. */
  totals(): { sessions: number; frames: number; calls: number; bytes: number }
  close(): void
}
