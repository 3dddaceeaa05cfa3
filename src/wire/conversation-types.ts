/** What a conversation is made of: sessions, calls, and the exchanges they run over. */
import type { Direction, Era, Transport } from './frame.ts'

/** What became of a call; exactly one. */
export type CallOutcome =
  | 'ok'
  | 'error'
  | 'tool-error'
  | 'cancelled'
  | 'client-left'
  | 'server-closed'
  | 'silent'
  | 'fault'
  | 'pending'

export interface Session<Tag> {
  /** The owner's. */
  tag: Tag | null
  readonly server: string
  readonly target: string
  transport: Transport
  era: Era | null
  revision: string | null
  client: { readonly name: string; readonly version: string } | null
  serverInfo: { readonly name: string; readonly version: string } | null
  sessionId: string | null
  certain: boolean
  readonly startedAt: number
  lastAt: number
  endedAt: number | null
}

export interface Call<Frame, Tag> {
  /** The owner's. */
  tag: Tag | null
  readonly direction: Direction
  /** JSON text of the id: `1` is not `"1"`. */
  readonly id: string
  readonly method: string
  readonly tool: string | null
  /** JSON text of the token that progress of it is told with. */
  readonly token: string | null
  readonly request: Frame
  /** The frame of the answer; of the response head where HTTP failed without one. */
  response: Frame | null
  readonly requestedAt: number
  answeredAt: number | null
  outcome: CallOutcome
  /** JSON-RPC error code; the HTTP status where the exchange failed without a JSON-RPC answer. */
  code: number | null
}

/** What is told about a connection. */
export interface Party {
  readonly server: string
  readonly target: string
  readonly clientAddress: string
  /** Path under which clients reach the server, where it is not the root. */
  readonly prefix?: string
}

/** What a request head says. */
export interface RequestFacts {
  readonly verb: string
  readonly target: string
  readonly sessionId: string | null
  /** `MCP-Protocol-Version`. */
  readonly revision: string | null
  /** Keyed hash of the credential; the empty string when there is none. */
  readonly identity: string
  readonly agent: string
}

/** What a response head says. */
export interface ResponseFacts {
  readonly status: number
  readonly sessionId: string | null
  /** The body is an event stream. */
  readonly stream: boolean
}

export interface ConversationListener<Frame, SessionTag, CallTag> {
  /** Born, or a fact of it changed (`lastAt` alone is not told). */
  session(session: Session<SessionTag>): void
  /** Born (`before` is null), or changed. */
  call(call: Call<Frame, CallTag>, session: Session<SessionTag> | null, before: CallOutcome | null): void
}

export interface ConversationOptions {
  /** A session without traffic for so long is over. Default 1 h, in µs. */
  idle?: number
  /** Sessions remembered; beyond it the one idle longest is over. Default 10,000. */
  maxSessions?: number
  /** Unanswered calls remembered for each session and direction; beyond it the oldest is given up as silent. Default 10,000. */
  maxPending?: number
}

/** A session and what only the conversation needs of it. */
export interface Talk<Frame, S, C> extends Session<S> {
  /** By direction of the request. */
  readonly pending: { readonly c2s: Map<string, Open<Frame, S, C>>; readonly s2c: Map<string, Open<Frame, S, C>> }
  /** Keys it is found by. */
  readonly keys: string[]
  /** Its socket or process is there: silence does not end it. */
  held: boolean
}

export interface Open<Frame, S, C> extends Call<Frame, C> {
  readonly talk: Talk<Frame, S, C> | null
  /** What became of its stream, should nothing more come. */
  cut: CallOutcome | null
}

/** One connection, as far as the conversation goes. */
export interface Line<Frame, S, C> {
  readonly party: Party
  last: Talk<Frame, S, C> | null
}

/** One request and its response. */
export interface Exchange<Frame, S, C> {
  readonly line: Line<Frame, S, C>
  readonly facts: RequestFacts
  session: Talk<Frame, S, C> | null
  era: Era | null
  revision: string | null
  /** An event of its stream had an id: it may go on elsewhere. */
  resumable: boolean
  response: ResponseFacts | null
  responseFrame: Frame | null
  /** Its `initialize` made the session. */
  began: boolean
  /** It is a conversation by itself, carried so: its session is nobody else's. */
  alone: Transport | null
  readonly calls: Open<Frame, S, C>[]
}
