/**
 * Rows as the store gives them. Instants are integer microseconds since the epoch, sizes bytes, `null` = not known or not yet.
 */
import type { CallOutcome } from '../wire/conversation-types.ts'
import type { Direction, Era, FrameKind, Transport } from '../wire/frame.ts'
import type { Ending } from '../wire/ending.ts'
import type { DecisionRow, HeldRow, RuleRow } from './fault-rows.ts'
import type { LogRow } from './log-rows.ts'

export type * from './fault-rows.ts'
export type * from './log-rows.ts'

/** What a message is by JSON-RPC 2.0. `invalid`: JSON or not, but no message. */
export type MessageKind = 'request' | 'response' | 'error' | 'notification' | 'invalid'

/** What became of a call; exactly one. `pending` only while its session or stream lives. */
export type Outcome = CallOutcome

export interface Peer {
  readonly name: string
  readonly version: string
}

export interface SessionRow {
  readonly id: number
  /** Short public id, unique in the capture: 8 characters, base32. */
  readonly uid: string
  /** Name of the server (design: tap). */
  readonly server: string
  readonly target: string
  readonly transport: Transport
  readonly era: Era | null
  /** Protocol revision as negotiated or declared, e.g. `2025-11-25`. */
  readonly revision: string | null
  readonly client: Peer | null
  readonly serverInfo: Peer | null
  /** `Mcp-Session-Id`, where there is one. */
  readonly sessionId: string | null
  /** False where two equal clients cannot be told apart. */
  readonly certain: boolean
  /** A throw-away process that was only asked `server/discover`, as SDK v2 clients start one to find out the era. */
  readonly probe: boolean
  /** Capture instance (process) that recorded it. */
  readonly instance: number
  readonly startedAt: number
  readonly lastAt: number
  readonly endedAt: number | null
  readonly frames: number
  readonly flows: number
  readonly calls: number
  readonly pending: number
  /** Calls whose outcome is neither ok nor pending. */
  readonly errors: number
  readonly bytes: number
}

export interface ConnectionRow {
  readonly id: number
  readonly instance: number
  readonly server: string
  readonly clientAddress: string
  readonly clientPort: number
  readonly upstreamAddress: string | null
  readonly upstreamPort: number | null
  readonly upstreamError: string | null
  readonly openedAt: number
  readonly connectedAt: number | null
  readonly closedAt: number | null
  readonly c2sBytes: number
  readonly s2cBytes: number
  readonly c2sUnsent: number
  readonly s2cUnsent: number
  readonly c2sEnding: Ending | null
  readonly s2cEnding: Ending | null
}

/** A server that is a process of ours. */
export interface ProcessRow {
  readonly connection: number
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  /** Names of its environment; values are never recorded. */
  readonly env: readonly string[]
  /** Null where it could not be started. */
  readonly pid: number | null
  readonly startedAt: number
  /** First byte of its stdout. */
  readonly firstByteAt: number | null
  /** First answer to `initialize` or `server/discover`. */
  readonly handshakeAt: number | null
  /** `notifications/initialized`; in the stateless era the answer to `server/discover`. */
  readonly readyAt: number | null
  readonly exitedAt: number | null
  readonly exitCode: number | null
  readonly signal: string | null
  readonly probe: boolean
}

export interface FlowRow {
  readonly id: number
  readonly connection: number
  /** Session uid; null while not known, or for traffic that belongs to none (a health check, `.well-known`). */
  readonly session: string | null
  readonly kind: 'http' | 'websocket' | 'stdio' | 'opaque'
  readonly verb: string | null
  readonly target: string | null
  readonly status: number | null
  /** Which kind of event stream the answer is, if any. */
  readonly stream: 'get' | 'post' | null
  readonly era: Era | null
  readonly revision: string | null
  readonly requestType: string | null
  readonly responseType: string | null
  readonly startedAt: number
  /** First byte of the response head. */
  readonly respondedAt: number | null
  readonly endedAt: number | null
  readonly c2sEnding: Ending | null
  readonly s2cEnding: Ending | null
  /** `Last-Event-ID` of its request: it takes up a stream that was broken off. Null where it has none. */
  readonly resumes: string | null
}

export interface MessageRow {
  readonly kind: MessageKind
  /** For answers: the method of the request they answer, where paired. */
  readonly method: string | null
  /** JSON text of the id: `1`, `"1"`, `null`; null when there is none. */
  readonly rpcId: string | null
  /** `params.name` of tools/call and prompts/get; for answers that of the request. */
  readonly tool: string | null
  /** `params.uri` of resources/*. */
  readonly uri: string | null
  /** progressToken as JSON text, of a request's `_meta` or a progress notification. */
  readonly token: string | null
  /** `error.code`. */
  readonly code: number | null
  /** Call this message asks or answers. */
  readonly call: number | null
}

export interface FrameRow {
  readonly id: number
  readonly flow: number
  readonly connection: number
  readonly session: string | null
  readonly direction: Direction
  readonly kind: FrameKind
  /** The four instants, of the first and the last byte of payload (of the frame where it has none). `sent` are null when it never left (dropped, cut, still held). */
  readonly receivedAt: number
  readonly receivedLastAt: number
  readonly sentAt: number | null
  readonly sentLastAt: number | null
  /** Address of the first raw byte, and how many. */
  readonly offset: number
  readonly length: number
  /** Bytes of payload (inflated, without transfer framing). */
  readonly size: number
  /** One line for lists, at most 200 characters: start line of a head, event name, text of a comment; for messages null (method says it). */
  readonly label: string | null
  /** Names of the edits of ours, e.g. `host`; empty when sent as received. */
  readonly edits: readonly string[]
  /** Fault rules that did something to it: changed it, held it up, dropped it, made it. */
  readonly faults: readonly string[]
  /** The rule by which it never left: it took all of it out, or ended the connection first. */
  readonly droppedBy: string | null
  /** Who made it, a rule or the proxy itself: it was never received, and has no bytes of its own among the raw ones. */
  readonly ours: string | null
  /** A batch has several; a frame that is no message none. */
  readonly messages: readonly MessageRow[]
}

export interface CallRow {
  readonly id: number
  readonly session: string | null
  readonly flow: number
  /** Who asked. */
  readonly direction: Direction
  readonly method: string
  readonly tool: string | null
  readonly rpcId: string
  readonly requestFrame: number
  readonly responseFrame: number | null
  readonly requestedAt: number
  readonly answeredAt: number | null
  /** When the last byte of the request, and of the answer, was sent on: what came at `requestedAt` and `answeredAt`. */
  readonly requestSentAt: number | null
  readonly answerSentAt: number | null
  readonly outcome: Outcome
  readonly code: number | null
  /** The rule that made its answer up. */
  readonly madeBy: string | null
  /** Its answer came on a stream that was taken up again, behind this event. */
  readonly resumedAfter: string | null
}

/** An edit of ours inside one frame. `offset` is relative to the frame's first raw byte. */
export interface EditRow {
  readonly offset: number
  readonly removed: string
  /** What was sent instead; the empty string when only removed; `null` when it is a secret that is never recorded. */
  readonly inserted: string | null
  readonly rule: string
}

export interface RedactionRow {
  /** Relative to the frame's first raw byte. */
  readonly offset: number
  readonly length: number
  readonly name: string
  /** Keyed hash, hex: equal secrets are equal. */
  readonly hash: string
}

export interface HeaderField {
  readonly name: string
  readonly value: string
}

/** One frame with everything. */
export interface FrameDetail extends FrameRow {
  /** For heads: start line and fields in order, as received (redacted). */
  readonly startLine: string | null
  readonly headers: readonly HeaderField[]
  /** Payload as text: UTF-8 where valid, else latin1 with `textLossy`. Cut at 1 MiB, `textCut` says so. */
  readonly text: string
  readonly textLossy: boolean
  readonly textCut: boolean
  /** The same of what was sent, where a rule changed it; null where nothing was changed, nothing sent, or it is not known. */
  readonly sentText: string | null
  readonly editList: readonly EditRow[]
  readonly redactions: readonly RedactionRow[]
  /** What rules decided about its bytes, oldest first, at most 1000. */
  readonly decisions: readonly DecisionRow[]
  /** Chunks this frame's bytes came in: instant and number of bytes of the frame in each; at most 1000. */
  readonly chunks: readonly { readonly at: number; readonly bytes: number }[]
}

export interface InstanceRow {
  readonly id: number
  readonly pid: number
  /** `proxy`, `stdio`, `ui`, `cli`, `demo`. */
  readonly role: string
  /** `--name`: where this tap stands. */
  readonly name: string
  readonly url: string | null
  readonly target: string | null
  readonly uiPort: number | null
  readonly startedAt: number
  readonly seenAt: number
  readonly endedAt: number | null
}

export interface LossRow {
  readonly id: number
  readonly instance: number
  readonly from: number
  readonly to: number | null
  readonly chunks: number
  readonly bytes: number
  readonly reason: string
}

/** Everything born or changed by one commit; `seq` is what `since` and `/api/live` speak. */
export interface ChangeSet {
  readonly seq: number
  readonly frames: readonly FrameRow[]
  readonly flows: readonly FlowRow[]
  readonly calls: readonly CallRow[]
  readonly sessions: readonly SessionRow[]
  readonly connections: readonly ConnectionRow[]
  /** Born in it. */
  readonly logs: readonly LogRow[]
  /** Rules that were changed, or that decided something: with their counters as they are now. */
  readonly rules: readonly RuleRow[]
  readonly held: readonly HeldRow[]
}
