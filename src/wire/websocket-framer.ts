/** The framer for one direction of a WebSocket; it serves the gate, replay and the tests. */
import type { Frame, FrameKind, Framer } from './frame.ts'
import type { FramerOptions } from './framer.ts'
import { Gathered } from './gathered.ts'
import { type WebSocketHead, masked } from './websocket-head.ts'
import { createWebSocketSplitter, webSocketKind, type WebSocketListener } from './websocket.ts'

/**
 * Frames of one direction behind the 101: `message` for each frame of a message, fragments too, and `ping`, `pong`, `close`. The
 * payload is unmasked, and as compressed as it came. Frames with a reserved opcode, those beyond `maxFrameBytes` (header
 * included, default 16 MiB) and everything behind a length beyond 2^53 are opaque, in pieces.
 */
export function createWebSocketFramer({
  maxFrameBytes = 16 * 1024 * 1024,
}: Pick<FramerOptions, 'maxFrameBytes'> = {}): Framer {
  const frames = new WebSocketFrames(maxFrameBytes)
  const splitter = createWebSocketSplitter(frames)
  return {
    push(bytes) {
      splitter.push(bytes)
      return frames.give()
    },
    flush: () => frames.finish(),
  }
}

class WebSocketFrames implements WebSocketListener {
  readonly #maxFrameBytes: number
  readonly #raw = new Gathered()
  #head: WebSocketHead | null = null
  /** What is being gathered has borders that mean nothing: it is given as it comes. */
  #inPieces = false
  #frames: Frame[] = []

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes
  }

  headSpan(chunk: Uint8Array, from: number, to: number): void {
    this.#raw.add(chunk, from, to)
  }

  begin(head: WebSocketHead): void {
    this.#head = head
    this.#inPieces = head.bytes + head.length > this.#maxFrameBytes
  }

  payload(chunk: Uint8Array, from: number, to: number): void {
    this.#raw.add(chunk, from, to)
  }

  end(): void {
    const head = this.#head!
    const kind = this.#inPieces ? 'opaque' : webSocketKind(head.opcode)
    this.#emit(kind, head)
    this.#head = null
    this.#inPieces = false
  }

  lost(): void {
    this.#inPieces = true
  }

  opaque(chunk: Uint8Array, from: number, to: number): void {
    this.#raw.add(chunk, from, to)
  }

  /** The frames complete by now. */
  give(): Frame[] {
    if (this.#inPieces) this.#emit('opaque', null)
    this.#raw.keep()
    const frames = this.#frames
    this.#frames = []
    return frames
  }

  /** What is held at the end is half a frame. */
  finish(): Frame[] {
    this.#emit('opaque', null)
    return this.give()
  }

  #emit(kind: FrameKind, head: WebSocketHead | null): void {
    if (this.#raw.length === 0) return
    const raw = this.#raw.take()
    const payload = head === null || kind === 'opaque' ? raw : raw.subarray(head.bytes)
    this.#frames.push({ kind, raw, payload: head?.key && kind !== 'opaque' ? masked(payload, head.key) : payload })
  }
}
