/**
 * What the recorder hands to the writer: the rows of a commit as objects that point at each other. Ids are allotted by the
 * writer inside its transaction, so that several processes can write into one capture.
 */
import type { Era, Transport } from '../wire/frame.ts'
import type { HeldState, Outcome } from './rows.ts'

/** A row with an identity: 0 until the first commit that holds it. */
export interface Stored {
  id: number
  /** The row exists: a change is an update. */
  stored: boolean
  /** Already in the batch's list. */
  dirty: boolean
}

export interface ConnectionRecord extends Stored {
  readonly server: string
  readonly target: string
  readonly transport: Transport
  readonly clientAddress: string
  readonly clientPort: number
  readonly localAddress: string
  readonly localPort: number
  readonly openedAt: number
  upstreamAddress: string | null
  upstreamPort: number | null
  upstreamError: string | null
  connectedAt: number | null
  closedAt: number | null
  c2sBytes: number
  s2cBytes: number
  c2sUnsent: number
  s2cUnsent: number
  /** JSON of an `Ending`. */
  c2sEnding: string | null
  s2cEnding: string | null
}

export interface SessionRecord extends Stored {
  uid: string
  readonly server: string
  readonly target: string
  transport: Transport
  era: Era | null
  revision: string | null
  clientName: string | null
  clientVersion: string | null
  serverName: string | null
  serverVersion: string | null
  sessionId: string | null
  certain: boolean
  /** See `SessionRow`. */
  probe: boolean
  readonly startedAt: number
  lastAt: number
  endedAt: number | null
  frames: number
  flows: number
  calls: number
  pending: number
  errors: number
  bytes: number
}

export interface FlowRecord extends Stored {
  readonly connection: ConnectionRecord
  session: SessionRecord | null
  kind: 'http' | 'websocket' | 'stdio' | 'opaque'
  verb: string | null
  target: string | null
  status: number | null
  stream: 'get' | 'post' | null
  era: Era | null
  revision: string | null
  requestType: string | null
  responseType: string | null
  readonly startedAt: number
  respondedAt: number | null
  endedAt: number | null
  c2sEnding: string | null
  s2cEnding: string | null
  /** See `FlowRow`. */
  resumes: string | null
}

/** Edits of one frame; equal ones are one object and one set of rows. */
export interface EditSet {
  readonly edits: readonly EditRecord[]
  /** JSON array of row ids; null until stored. */
  ids: string | null
}

export interface EditRecord {
  /** Relative to the frame. */
  readonly offset: number
  /** How many bytes were removed, where they are to be read from the raw ones; else `removed` has them. */
  readonly length: number | null
  readonly removed: Uint8Array
  readonly bytes: Uint8Array | null
  readonly rule: string
}

export interface MessageRecord {
  /** Index into `MESSAGE_KINDS`. */
  readonly kind: number
  method: string | null
  readonly rpcId: string | null
  tool: string | null
  readonly uri: string | null
  readonly token: string | null
  readonly code: number | null
  call: CallRecord | null
}

export interface FrameRecord extends Stored {
  readonly flow: FlowRecord
  /** 0 c2s, 1 s2c. */
  readonly direction: number
  /** Index into `FRAME_KINDS`. */
  readonly kind: number
  readonly receivedAt: number
  receivedLastAt: number
  sentAt: number | null
  sentLastAt: number | null
  readonly offset: number
  readonly length: number
  readonly lead: number
  readonly trail: number
  readonly pieces: string | null
  size: number
  label: string | null
  edits: EditSet | null
  messages: readonly MessageRecord[]
}

export interface CallRecord extends Stored {
  session: SessionRecord | null
  readonly flow: FlowRecord
  readonly direction: number
  readonly method: string
  readonly tool: string | null
  readonly rpcId: string
  readonly requestFrame: FrameRecord
  responseFrame: FrameRecord | null
  readonly requestedAt: number
  answeredAt: number | null
  outcome: Outcome
  code: number | null
  /** See `CallRow`. */
  madeBy: string | null
}

/** A server that is a process; see `ProcessRow`. */
export interface ProcessRecord extends Stored {
  readonly connection: ConnectionRecord
  readonly command: string
  /** JSON arrays. */
  readonly args: string
  readonly cwd: string
  readonly env: string
  readonly pid: number | null
  readonly startedAt: number
  firstByteAt: number | null
  handshakeAt: number | null
  readyAt: number | null
  exitedAt: number | null
  exitCode: number | null
  signal: string | null
  probe: boolean
}

export interface RawRecord {
  readonly connection: ConnectionRecord
  readonly direction: number
  readonly offset: number
  readonly bytes: Uint8Array
}

export interface InstantsRecord {
  readonly connection: ConnectionRecord
  readonly direction: number
  readonly offset: number
  readonly at: number
  readonly chunks: Uint8Array
}

export interface RedactionRecord {
  readonly connection: ConnectionRecord
  readonly direction: number
  readonly offset: number
  readonly length: number
  readonly name: string
  readonly hash: string
}

export interface LogRecord {
  readonly connection: ConnectionRecord | null
  readonly session: SessionRecord | null
  /** Default: none. */
  readonly flow?: FlowRecord
  readonly at: number
  readonly kind: string
  /** JSON. */
  readonly detail: string
}

/** See `DecisionRow`. */
export interface DecisionRecord extends Stored {
  readonly connection: ConnectionRecord | null
  /** Of the frame, where there is one; else as it was when it was decided. */
  readonly session: SessionRecord | null
  readonly direction: number | null
  readonly offset: number | null
  readonly length: number | null
  frame: FrameRecord | null
  readonly at: number
  readonly rule: string
  readonly revision: number
  readonly scope: string
  readonly draw: number | null
  readonly fired: boolean
  readonly action: string
  readonly heldUs: number | null
}

/** See `HeldRow`. */
export interface HeldRecord extends Stored {
  readonly connection: ConnectionRecord
  /** Of the connection within its process. */
  readonly number: number
  readonly direction: number
  readonly offset: number
  readonly at: number
  readonly rule: string
  readonly deadline: number
  readonly payload: string | null
  /** JSON of a `HeldAbout`. */
  readonly about: string | null
  state: HeldState
  endedAt: number | null
}

export interface LossRecord {
  readonly from: number
  readonly to: number | null
  readonly chunks: number
  readonly bytes: number
  readonly reason: string
}

/** One commit. Lists of `Stored` records hold those born or changed, each once. */
export interface Batch {
  connections: ConnectionRecord[]
  sessions: SessionRecord[]
  flows: FlowRecord[]
  frames: FrameRecord[]
  calls: CallRecord[]
  processes: ProcessRecord[]
  /** Flows whose session became known after frames or calls of theirs were stored. */
  adopted: FlowRecord[]
  raws: RawRecord[]
  instants: InstantsRecord[]
  redactions: RedactionRecord[]
  /** Inflated payloads of compressed frames. */
  payloads: { readonly frame: FrameRecord; readonly bytes: Uint8Array }[]
  /** Bytes from `from` on were received and never left. */
  unsent: { readonly connection: ConnectionRecord; readonly direction: number; readonly from: number }[]
  logs: LogRecord[]
  decisions: DecisionRecord[]
  held: HeldRecord[]
  losses: LossRecord[]
}

export function emptyBatch(): Batch {
  return {
    connections: [],
    sessions: [],
    flows: [],
    frames: [],
    calls: [],
    processes: [],
    adopted: [],
    raws: [],
    instants: [],
    redactions: [],
    payloads: [],
    unsent: [],
    logs: [],
    decisions: [],
    held: [],
    losses: [],
  }
}
