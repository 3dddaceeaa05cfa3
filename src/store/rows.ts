/**
 * Rows as the store gives them. Instants are integer microseconds since the epoch, sizes bytes, `null` = not known or not yet.
 */
import type { CallOutcome } from '../wire/conversation-types.ts'
import type { Direction, Era, FrameKind, Transport } from '../wire/frame.ts'
import type { Ending } from '../wire/ending.ts'

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

/**
 * A line of the record that is not traffic. `stderr`: detail `{text}`; `exit`: `{code, signal}`; `signal`: one that was passed on; `ending`:
 * an exchange that did not end as it should, `BrokenOff`; `resume`: a client takes up a stream again, `Resumed`.
 */
export interface LogRow {
  readonly id: number
  readonly instance: number
  readonly connection: number | null
  /** Session uid. */
  readonly session: string | null
  /** The exchange it is about. */
  readonly flow: number | null
  readonly at: number
  readonly kind: string
  readonly detail: unknown
}

/** Detail of an `ending`. Of one by a fault `detail` is the rule. */
export interface BrokenOff extends Ending {
  readonly direction: Direction
  readonly verb: string | null
  readonly target: string | null
  /** Of an answer that a rule made. */
  readonly status?: number
}

/** Detail of a `resume`. */
export interface Resumed {
  readonly verb: string | null
  readonly target: string | null
  /** `Last-Event-ID`. */
  readonly after: string
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

/** Why a rule is over. `replaced`: by its next version; `process-ended`: the process it belonged to is gone. */
export type RuleEnd = 'removed' | 'healed' | 'expired' | 'replaced' | 'process-ended' | 'bug'

export type RuleOrigin = 'file' | 'control' | 'library'

/** A rule as written, fault and options side by side. */
export interface WrittenRule {
  readonly fault: string
  readonly [word: string]: unknown
}

/** A fault rule in its newest version, and what it has done since it began. */
export interface RuleRow {
  /** Of this version. */
  readonly key: number
  readonly id: string
  readonly revision: number
  /** The process it belongs to; null: everywhere. */
  readonly instance: number | null
  /** A rule file, command line, API and page, or whoever runs the proxy as a library. */
  readonly origin: RuleOrigin
  readonly source: WrittenRule
  readonly sentence: string
  readonly enabled: boolean
  readonly createdAt: number
  /** Null while it is in force, on or off. A rule ends with its process. */
  readonly endedAt: number | null
  readonly endedWhy: RuleEnd | null
  /** How often its match held. */
  readonly matched: number
  /** How often its envelope said yes. */
  readonly fired: number
  /** How often it had to leave alone what it was meant for. */
  readonly notApplied: number
  /** Newest decision. */
  readonly lastAt: number | null
}

/** A rule as the process acts on it that it is given to. */
export interface ControlRule {
  readonly id: string
  readonly revision: number
  readonly source: WrittenRule
  readonly origin: RuleOrigin
  readonly enabled: boolean
}

/** A rule of a file, or of a library's user, checked. */
export interface FileRule {
  readonly id: string
  readonly source: WrittenRule
  readonly sentence: string
  readonly enabled: boolean
}

/** The answer a person gave for a held message; its connection is numbered as its process does. */
export interface HeldVerdict {
  readonly connection: number
  readonly direction: Direction
  readonly offset: number
  readonly rule: string
  readonly answer: HeldAnswer
}

/** What a process is to act on. */
export interface ControlState {
  /** In the order of their precedence within an origin: as they were given. */
  readonly rules: readonly ControlRule[]
  readonly answers: readonly HeldVerdict[]
}

/** What the fault engine decided about one match, or did; see `src/pipe/decision.ts`. */
export interface DecisionRow {
  readonly id: number
  readonly instance: number
  readonly rule: string
  readonly revision: number
  readonly connection: number | null
  /** Session uid. */
  readonly session: string | null
  readonly direction: Direction | null
  readonly offset: number | null
  readonly length: number | null
  /** The message it was about, or the first frame. */
  readonly frame: number | null
  readonly at: number
  readonly scope: string
  readonly draw: number | null
  readonly fired: boolean
  readonly action: string
  readonly heldUs: number | null
}

/** What became of a message at a breakpoint. */
export type HeldState = 'held' | 'sent' | 'edited' | 'dropped'

/** What a person wants done with it. `edit` sends `payload` in its place. */
export type HeldAnswer = { readonly do: 'send' | 'drop' } | { readonly do: 'edit'; readonly payload: string }

/** A message that waits, or waited, for a person. */
export interface HeldRow {
  readonly id: number
  readonly instance: number
  readonly connection: number
  readonly direction: Direction
  readonly offset: number
  readonly at: number
  readonly rule: string
  /** It is sent on by itself then. */
  readonly deadline: number
  /** JSON text it carries; null when there is none. */
  readonly payload: string | null
  readonly state: HeldState
  readonly endedAt: number | null
  /** Given, and perhaps not acted upon yet. */
  readonly answer: HeldAnswer | null
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
