/**
 * WebSocket frames (RFC 6455 §5), for one direction of a connection behind its 101. Never rejects: wrong masks, reserved bits and
 * opcodes, long or fragmented control frames pass, as their borders are known all the same. Only behind a length beyond 2^53
 * nothing can be followed: all from that header on is opaque, for good.
 */
import type { FrameKind } from './frame.ts'
import { type WebSocketHead, WebSocketHeadReader } from './websocket-head.ts'

/**
 * What the splitter tells, in the order of the bytes. Each byte of each chunk is in exactly one span; `from` and `to` index into
 * the chunk that is being pushed.
 */
export interface WebSocketListener {
  /** Bytes of a header; `begin` follows behind the span that completes it, or `lost`. */
  headSpan(chunk: Uint8Array, from: number, to: number): void
  /** A header is complete. */
  begin(head: WebSocketHead): void
  /** Bytes of the payload as sent, so masked by the header's key; `at` is how far into the payload they begin. */
  payload(chunk: Uint8Array, from: number, to: number, at: number): void
  /** The frame is complete. */
  end(): void
  /** The header that is open makes no sense: it is opaque, and so is everything behind it. */
  lost(): void
  opaque(chunk: Uint8Array, from: number, to: number): void
}

/** Where a splitter stands. Only at `boundary` may a frame of ours be put in. */
export type WebSocketState = 'boundary' | 'head' | 'payload' | 'opaque'

export interface WebSocketSplitter {
  readonly state: WebSocketState
  /** The bytes of `chunk` from `from` up to `to`; all of it by default. */
  push(chunk: Uint8Array, from?: number, to?: number): void
  /** Another splitter that stands where this one stands, and tells another listener from here on. */
  fork(listener: WebSocketListener): WebSocketSplitter
}

export function createWebSocketSplitter(listener: WebSocketListener): WebSocketSplitter {
  return new Splitter(listener)
}

/** What a frame is. Continuations are messages too; a reserved opcode means nothing to anybody. */
export function webSocketKind(opcode: number): FrameKind {
  if (opcode <= 2) return 'message'
  return opcode === 8 ? 'close' : opcode === 9 ? 'ping' : opcode === 10 ? 'pong' : 'opaque'
}

class Splitter implements WebSocketSplitter {
  readonly #listener: WebSocketListener
  #reader = new WebSocketHeadReader()
  #length = 0
  /** Payload seen of the frame; -1 between frames. */
  #at = -1
  #lost = false

  constructor(listener: WebSocketListener) {
    this.#listener = listener
  }

  get state(): WebSocketState {
    if (this.#lost) return 'opaque'
    if (this.#at !== -1) return 'payload'
    return this.#reader.open ? 'head' : 'boundary'
  }

  push(chunk: Uint8Array, from = 0, to = chunk.length): void {
    let at = from
    while (at < to) at = this.#step(chunk, at, to)
  }

  fork(listener: WebSocketListener): WebSocketSplitter {
    const other = new Splitter(listener)
    other.#reader = this.#reader.copy()
    other.#length = this.#length
    other.#at = this.#at
    other.#lost = this.#lost
    return other
  }

  #step(chunk: Uint8Array, from: number, to: number): number {
    const listener = this.#listener
    if (this.#lost) {
      listener.opaque(chunk, from, to)
      return to
    }
    if (this.#at === -1) return this.#head(chunk, from, to)
    const end = Math.min(to, from + this.#length - this.#at)
    const at = this.#at
    this.#at += end - from
    listener.payload(chunk, from, end, at)
    if (this.#at === this.#length) this.#end()
    return end
  }

  #head(chunk: Uint8Array, from: number, to: number): number {
    const reader = this.#reader
    const end = reader.take(chunk, from, to)
    this.#listener.headSpan(chunk, from, end)
    if (!reader.done) return end
    const head = reader.finish()
    if (head === null) {
      this.#lost = true
      this.#listener.lost()
      return end
    }
    this.#length = head.length
    this.#at = 0
    this.#listener.begin(head)
    if (head.length === 0) this.#end()
    return end
  }

  #end(): void {
    this.#at = -1
    this.#listener.end()
  }
}
