/** The words everything else is written in: directions, kinds of frames, the framer's shape. */

/** One direction of a connection: client to server, or server to client. */
export type Direction = 'c2s' | 's2c'

/** How the conversation is carried. `sse` is the 2024-11-05 pair; Streamable HTTP is `http`. */
export type Transport = 'http' | 'sse' | 'websocket' | 'stdio' | 'opaque'

/** `stateful`: `initialize` and sessions (up to 2025-11-25). `stateless`: per-request `_meta` (2026-07-28). */
export type Era = 'stateful' | 'stateless'

/**
 * The smallest unit a transport delimits.
 * - `head`: HTTP request or response head, 1xx included
 * - `body`: a whole HTTP body that is no event stream
 * - `event`: one block of an event stream, up to and with its blank line; comments and `retry:` alone count
 * - `end`: bytes that only close a body (last chunk, trailers), or an unterminated last event
 * - `line`: one line of stdio
 * - `message` `ping` `pong` `close`: WebSocket
 * - `opaque`: bytes that could not be, or were not to be, understood
 */
export type FrameKind = 'head' | 'body' | 'event' | 'end' | 'line' | 'message' | 'ping' | 'pong' | 'close' | 'opaque'

/** A framer's result. The `raw` of all frames of a pipe, one after the other, is its input. */
export interface Frame {
  readonly kind: FrameKind
  readonly raw: Uint8Array
  /** What the frame carries once transfer framing (chunk sizes) is taken away; `raw` itself where there is none. */
  readonly payload: Uint8Array
}

/** Bytes to frames: lossless, and the same frames however the input is split. */
export interface Framer {
  push(bytes: Uint8Array): Frame[]
  /** The pipe has ended: gives what was held, as `end` or `opaque`. */
  flush(): Frame[]
}
