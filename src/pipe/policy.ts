/**
 * Where traffic can be steered: what transports ask, and offer to, whoever decides about faults. Transports know no faults, faults no
 * transports; `proxy.ts` joins them here.
 */
import type { Direction } from '../wire/frame.ts'
import type { Http1Head, Http1Listener, Http1Splitter, Outstanding } from '../wire/http1.ts'
import type { WebSocketListener, WebSocketSplitter } from '../wire/websocket.ts'
import type { CutHow, CutSide } from './action.ts'
import type { Pipe } from './pipe.ts'
import type { ConnectionInfo } from './tap.ts'

/** What becomes of a client that connects. `fin`, `rst`: closed at once; `hang`: accepted, then silence, for `ms` (null: for ever), then reset, or served at last (`SteeredListener.letIn`); `respond`: its first request gets these bytes, then the connection ends. */
export type Admission =
  | { readonly do: 'accept' }
  | { readonly do: 'fin' | 'rst'; readonly rule: string }
  | { readonly do: 'hang'; readonly ms: number | null; readonly rule: string }
  | { readonly do: 'respond'; readonly bytes: Uint8Array; readonly rule: string }

/** What becomes of a dial. `fail`: as if the upstream refused, or our answer with that status; `hang`: nothing for `ms`, then it is dialled after all (null: never); `elsewhere`: another target. */
export type DialVerdict =
  | { readonly do: 'dial' }
  | { readonly do: 'fail'; readonly as: 'refuse' | '502' | '503'; readonly rule: string }
  | { readonly do: 'hang'; readonly ms: number | null; readonly rule: string }
  | { readonly do: 'elsewhere'; readonly to: URL; readonly rule: string }

/** Where one direction of HTTP stands, at the byte up to which it has come out of its pipe. */
export interface Standing {
  /** A splitter that goes on from here for another listener; null while bytes are kept back to be edited, and where it is no HTTP (any more). */
  fork(listener: Http1Listener, outstanding: Outstanding): Http1Splitter | null
  /** Where it is a WebSocket: a splitter that goes on from here for another listener, and whether it is within a message. Null elsewhere. */
  socket?(listener: WebSocketListener): { readonly splitter: WebSocketSplitter; readonly open: boolean } | null
  /** It is nothing that is understood, and will not be again. */
  readonly opaque?: boolean
  /** Head of the message whose body is passing; null between messages. */
  readonly head: Http1Head | null
  /** The last payload bytes, at most four: they tell whether an event or a line is complete. */
  readonly tail: Uint8Array
  /** The next byte begins a message, event or frame, for all that is known. */
  readonly border: boolean
  /** Requests that have been sent on and are not answered yet. Whoever swallows an answer says so (`SteeredConnection.swallowed`). */
  readonly outstanding: Outstanding
}

/** How the process of a stdio server is replaced. */
export interface Restart {
  /** How much later, ms; null: not before `startNow`. */
  readonly afterMs: number | null
  /** What the client sends waits until the new process has written this to its stdout or stderr, at most 30 s. Default: until it runs. */
  readonly ready?: string
}

/** A connection, as far as it can be steered. */
export interface SteeredConnection {
  readonly id: number
  readonly info: ConnectionInfo
  readonly c2s: Pipe
  readonly s2c: Pipe
  /** Null on stdio, where the pipe's own border is all there is. */
  standing(direction: Direction): Standing | null
  /** Ends it; recorded as the doing of `rule`. */
  cut(how: CutHow, side: CutSide, rule: string): void
  /**
   * Bytes of ours for the peer that reads `direction`, ahead of what waits in its pipe, at the next border there:
   * - of HTTP, `s2c`: what begins with `HTTP/` is an answer to a request that never left. It goes out behind the answers of all requests that
   *   left before, and before those of later ones. Anything else is part of the event stream that passes or is still to come
   *   (blocks as they are; where the body is chunked they become a chunk, unless they are one)
   * - of HTTP, `c2s`: a whole request, edited like the client's own, between two others; its answer comes to the client too
   * - of a WebSocket between two messages; of stdio between two lines; of what is not understood at once
   *
   * What finds no place (its stream ended, its connection is over) is noted as `not-inserted`.
   */
  insert(direction: Direction, bytes: Uint8Array, rule: string): void
  /** So many of the oldest requests that were sent on get no answer: a rule has swallowed it. Absent on stdio. */
  swallowed?(answers: number): void
  /** A dial that hangs goes on at once; nothing otherwise. */
  dialNow?(): void
  /** To the process of a stdio server; absent elsewhere. */
  signal?(signal: NodeJS.Signals, rule: string): void
  /** Of stdio: ends the process, if it still runs, and starts the command again, while the client's side stays open and what it sends waits. */
  restart?(rule: string, how: Restart): void
  /** Of stdio: a process that is to be started for this rule is started at once; nothing otherwise. */
  startNow?(rule: string): void
  /** Of stdio: kills the process; the client sees it end with this code. */
  exit?(code: number, rule: string): void
  /** Of stdio: bytes of ours to the client's stderr. */
  stderr?(bytes: Uint8Array, rule: string): void
}

/** A listening port, as far as it can be steered. */
export interface SteeredListener {
  /** Server behind it; several on a routed or forward listener. */
  readonly servers: readonly string[]
  /** Stops listening: clients get ECONNREFUSED. */
  shut(existing: 'keep' | 'fin' | 'rst', rule: string): void
  /** Listens on the same port again; resolves to false when somebody else has taken it and keeps it for 5 s. */
  reopen(): Promise<boolean>
  /** Serves the clients this rule keeps waiting; gives how many they are. */
  letIn(rule: string): number
}

/** Decides. All of it is asked on the live thread and answers at once. */
export interface Policy {
  /** A client has connected; `open` counts the connections there are already. */
  admit(client: { readonly servers: readonly string[]; readonly address: string; readonly open: number }): Admission
  /** The upstream is about to be dialled; comes before `opened`. Of a CONNECT, `connection` is that of its own exchange, which is never `opened`: `goOn` ends its hanging, as `dialNow` does elsewhere. */
  dial(connection: number, info: ConnectionInfo, goOn?: () => void): DialVerdict
  /** Before its first byte. Gives what is called once it is over. */
  opened(connection: SteeredConnection): () => void
  listening(listener: SteeredListener): void
  /** A stdio server is about to be started, for the first time or again. */
  starting?(info: ConnectionInfo): { readonly delayMs: number; readonly rule: string } | undefined
}

/** Lets everything be. */
export const noPolicy: Policy = {
  admit: () => ({ do: 'accept' }),
  dial: () => ({ do: 'dial' }),
  opened: () => () => undefined,
  listening: () => undefined,
}
