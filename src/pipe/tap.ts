/**
 * The two points of a pipe where the record is taken: what came in, what went out. A tap may not block and may not throw.
 *
 * Bytes are addressed by (connection, direction, offset): the offset of a byte is the number of bytes received before it
 * in that direction. Instants are microseconds since the epoch.
 */
import type { Direction, Transport } from '../wire/frame.ts'
import type { Ending } from '../wire/ending.ts'
import type { Decision, Held } from './decision.ts'

/** A server that is a process of ours. */
export interface ProcessInfo {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  /** Names of its environment; values are never told. */
  readonly env: readonly string[]
  /** Null where it could not be started. */
  readonly pid: number | null
  readonly startedAt: number
}

/** What is known of a connection when it opens. */
export interface ConnectionInfo {
  readonly transport: Transport
  /** Name of the server this connection is for; the target's `host:port` unless configured. */
  readonly server: string
  /** Target URL as given. */
  readonly target: string
  readonly clientAddress: string
  readonly clientPort: number
  /** Where the client arrived: the proxy's own address and port. */
  readonly localAddress: string
  readonly localPort: number
  /** The client speaks TLS to us. Left out where it does not. */
  readonly secure?: true
  /** Path under which clients reach the server, where it is not the root. */
  readonly prefix?: string
  /** Of stdio: the server behind it. */
  readonly process?: ProcessInfo
}

/** How the dialling of the upstream went; recorded once it is known. */
export interface UpstreamInfo {
  readonly at: number
  readonly address?: string
  readonly port?: number
  /** errno or TLS reason; absent when connected. */
  readonly error?: string
}

export interface Tap {
  /** A connection was accepted. `connection` is unique in this process. */
  opened(connection: number, at: number, info: ConnectionInfo): void
  upstream(connection: number, info: UpstreamInfo): void
  /**
   * A chunk as read, and when it was handed on: `sentAt` is 0 when it was not handed on whole and at once; `sent` follows then.
   * `border`: the first byte begins a message (where a recorder that lost bytes may begin again).
   */
  chunk(
    connection: number,
    direction: Direction,
    bytes: Uint8Array,
    receivedAt: number,
    sentAt: number,
    border: boolean,
  ): void
  /** All bytes up to offset `upTo` have been handed to the other socket, or dropped by us. */
  sent(connection: number, direction: Direction, upTo: number, at: number): void
  /** Instead of `removed` bytes at `offset`, `bytes` were sent. Comes before the `chunk` that completes the frame those bytes are in. `rule` says whose doing: `host`, `origin`, `location`, `header:<name>`, a fault rule's id. `was`: the bytes removed, given where they came so long ago that the record may have let go of them; such an edit may also come behind its frame, while that has not left. `came`: these bytes were received at that address, and leave late, or once more. `at`: when, for bytes in the place of none. */
  edited(
    connection: number,
    direction: Direction,
    offset: number,
    removed: number,
    bytes: Uint8Array,
    rule: string,
    was?: Uint8Array,
    came?: number,
    at?: number,
  ): void
  /** Nothing more will be received in this direction. `unsent`: bytes that were received and never left. */
  ended(connection: number, direction: Direction, at: number, ending: Ending, unsent: number): void
  /** Both directions are over and both sockets gone. */
  closed(connection: number, at: number): void
  /** Bytes that a server process wrote to its stderr. */
  logged(connection: number, at: number, bytes: Uint8Array): void
  /** A line for the record that is not traffic: a clock step, a loss, a decision. `detail` is JSON. */
  note(connection: number, at: number, kind: string, detail: unknown): void
  /** A fault rule's decision; told before its bytes act. */
  decided(decision: Decision): void
  /** A message waits for a person, or does no longer. */
  held(message: Held): void
}
