/**
 * What the control API speaks: the only file of ours the UI may import, and only its types.
 *
 * | route | answer |
 * |---|---|
 * | `GET /api/status` | `Status` |
 * | `GET /api/sessions?before&after&limit` | `SessionRow[]`, newest first |
 * | `GET /api/sessions/:uid` | `SessionRow` |
 * | `GET /api/flows?session&connection&before&after&limit` | `FlowRow[]` |
 * | `GET /api/flows/:id` | `FlowDetail` |
 * | `GET /api/frames?filter&session&flow&direction&messages&method&text&before&after&limit` | `FramePage` |
 * | `GET /api/frames/:id` | `FrameDetail` |
 * | `GET /api/frames/:id/raw` · `/payload` | bytes, `application/octet-stream` |
 * | `GET /api/calls?filter&session&outcome&before&after&limit` | `CallRow[]`; with a filter that took too long, the header `Mitmcp-Scanned-To` says how far it looked |
 * | `GET /api/logs?session&connection&kind&from&to&before&after&limit` | `LogRow[]`: stderr of processes, and what else is no traffic |
 * | `GET /api/filter?text&cursor` | `FilterReading` |
 * | `GET /api/rules?all&versions&instance` | `RuleRow[]`: those in force; `all`: also those that are over; `versions`: and what they were before |
 * | `POST /api/rules` `NewRules` | `RuleRow[]`: in force now; all or none |
 * | | These and the next three answer once it acts in every process it is for; 202, and their names in `mitmcp-behind`, where one has not said so within 2 s |
 * | `PATCH /api/rules/:id?instance` `{enabled}` · `DELETE /api/rules/:id?instance` | `RuleRow` |
 * | `PUT /api/rules/:id?instance` `{rule}` | `RuleRow`: its next version, in its place, with its counters |
 * | `POST /api/rules/heal` `{ids?, instance?}` | `RuleRow[]`: those it ended |
 * | `POST /api/rules/explain` `{rule}` | `RuleReading` |
 * | `POST /api/rules/dry-run` `{rule, last?}` | `DryRun` |
 * | `GET /api/faults` | `FaultRegistry` |
 * | `GET /api/personas` | `PersonaCard[]` |
 * | `GET /api/decisions?rule&frame&session&connection&before&after&limit` | `DecisionRow[]` |
 * | `GET /api/held?open` | `HeldRow[]` |
 * | `POST /api/held/:id` `HeldAnswer` | `HeldRow` |
 * | `GET /api/live?since&filter` | SSE: `event: change`, `id: <seq>`, data `LiveChange`; `event: status`, data `Status` |
 *
 * Every request needs `Authorization: Bearer <token>`. Errors have one shape, `ApiError`.
 */
import type { Completion } from '../filter/complete.ts'
import type { FilterProblem as Problem } from '../filter/problem.ts'
import type {
  CallRow,
  ConnectionRow,
  FlowRow,
  FrameDetail,
  FrameRow,
  HeldRow,
  InstanceRow,
  LogRow,
  LossRow,
  ProcessRow,
  RuleRow,
  SessionRow,
} from '../store/rows.ts'

export type * from '../store/rows.ts'
export type * from './fault-contract.ts'

export interface ApiError {
  readonly code: string
  readonly message: string
  readonly hint: string
}

export interface FramePage {
  readonly rows: readonly FrameRow[]
  /** Scan stopped here for time: ask again with this as `before` (or `after`). */
  readonly scannedTo: number | null
}

export interface FlowDetail {
  readonly flow: FlowRow
  readonly connection: ConnectionRow
  /** Of stdio: the server behind it. */
  readonly process: ProcessRow | null
  /** The flow's frames, oldest first, at most 1000. */
  readonly frames: readonly FrameRow[]
}

export interface Status {
  readonly version: string
  readonly capture: { readonly path: string; readonly bytes: number; readonly seq: number }
  readonly totals: { readonly sessions: number; readonly frames: number; readonly calls: number }
  /** Live processes writing into this capture, this one included. */
  readonly instances: readonly InstanceRow[]
  readonly losses: readonly LossRow[]
  /** Proxy URL for clients, as printed at start; null under `mitmcp ui`. */
  readonly proxyUrl: string | null
  readonly target: string | null
  /** All servers this process stands in front of, with their URLs for clients; the first is `proxyUrl` and `target`. */
  readonly servers: readonly { readonly name: string; readonly url: string; readonly target: string }[]
  /** Server clock, microseconds since the epoch: for the age of pending calls. */
  readonly now: number
}

/** A filter that is being written. */
export interface FilterReading {
  /** What it says, in English; null where it does not hold. */
  readonly sentence: string | null
  /** Characters `from` to `to` are wrong. */
  readonly problem: (Problem & { readonly message: string; readonly hint: string }) | null
  /** What could stand at the cursor; null where none was asked for. */
  readonly completion: Completion | null
}

/** One `change` event of `/api/live`: several commits taken together, at most ten a second. */
export interface LiveChange {
  readonly seq: number
  /** Born or changed; with a filter those it holds for, also where it was their call or flow that changed. */
  readonly frames: readonly FrameRow[]
  /** With a filter: those it does not hold for (any more). */
  readonly otherFrames: readonly number[]
  readonly flows: readonly FlowRow[]
  readonly calls: readonly CallRow[]
  readonly sessions: readonly SessionRow[]
  readonly logs: readonly LogRow[]
  /** Rules that changed, or decided something: with their counters as they are now. */
  readonly rules: readonly RuleRow[]
  /** Messages that wait at a breakpoint, or do not any more. */
  readonly held: readonly HeldRow[]
  /** There was more than is sent along, and `seq` is behind all of it: load the frames after the last one given, and what else is shown. */
  readonly framesLeftOut: boolean
  /** The same of the lines of the log. */
  readonly logsLeftOut: boolean
}

export type { CallRow, ConnectionRow, FlowRow, FrameDetail, FrameRow, InstanceRow, LossRow, SessionRow }
