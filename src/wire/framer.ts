/** Framers for the directions of HTTP and for bare event streams; they serve the gate, replay and the tests. */
import type { Frame, FrameKind, Framer } from './frame.ts'
import { Gathered } from './gathered.ts'
import { type Http1Head, type Http1Listener, type Outstanding, createHttp1Splitter } from './http1.ts'
import { isEventStream } from './mcp.ts'
import { type SseListener, createSseSplitter } from './sse.ts'

export interface FramerOptions {
  /** A body or event beyond this many bytes is not held: it is given in opaque pieces as it comes. Default 16 MiB. */
  maxFrameBytes?: number
  /** As in `Http1SplitterOptions`: a longer head makes the direction opaque. Default 256 KiB. */
  maxHeadBytes?: number
}

const defaultMaxFrameBytes = 16 * 1024 * 1024

/**
 * Frames of one direction of an HTTP/1 connection: `head`; `event` for each block of an event stream; `body` for any other
 * body, whole; `end` for what closes one. The bytes of an event stream under a content coding have no borders that could be
 * seen: they are given in opaque pieces, as are those beyond `maxFrameBytes` and of no HTTP. A piece's borders mean nothing.
 *
 * Chunk framing before and within a block belongs to its `raw`. A `raw` may be a part of the bytes pushed.
 */
export function createHttpFramer(
  side: 'request' | 'response',
  outstanding: Outstanding,
  { maxFrameBytes = defaultMaxFrameBytes, ...head }: FramerOptions = {},
): Framer {
  const frames = new HttpFrames(maxFrameBytes)
  const splitter = createHttp1Splitter(side, outstanding, frames, head)
  return {
    push(bytes) {
      splitter.push(bytes)
      return frames.give()
    },
    flush() {
      splitter.end()
      return frames.finish()
    },
  }
}

/** Frames of a bare event stream: `event` for each block, and `end` for a last one that is not terminated. */
export function createSseFramer({ maxFrameBytes = defaultMaxFrameBytes }: FramerOptions = {}): Framer {
  const frames = new HttpFrames(maxFrameBytes)
  frames.begin('events')
  return {
    push(bytes) {
      frames.payload(bytes, 0, bytes.length)
      return frames.give()
    },
    flush: () => frames.finish(),
  }
}

const nothing = new Uint8Array(0)

type Body = 'events' | 'whole' | 'pieces'

/** Turns the spans of a splitter into frames. */
class HttpFrames implements Http1Listener, SseListener {
  readonly #maxFrameBytes: number
  readonly #raw = new Gathered()
  readonly #payload = new Gathered()
  /** `raw` up to its last byte of payload. */
  #payloadEnd = 0
  #body: Body | 'none' = 'none'
  /** This frame has grown beyond the bound. */
  #tooLarge = false
  #frames: Frame[] = []
  #events = createSseSplitter(this)
  /** From where on the span being pushed has not been gathered. */
  #at = 0

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes
  }

  begin(body: Body | 'none'): void {
    this.#body = body
    if (body === 'events') this.#events = createSseSplitter(this)
  }

  headSpan(chunk: Uint8Array, from: number, to: number): void {
    this.#raw.add(chunk, from, to)
  }

  head(head: Http1Head): void {
    this.#emit('head')
    this.begin(bodyOf(head))
  }

  payload(chunk: Uint8Array, from: number, to: number): void {
    this.#at = from
    if (this.#body === 'events') this.#events.push(chunk, from, to)
    this.#gather(chunk, to)
  }

  framing(chunk: Uint8Array, from: number, to: number): void {
    this.#raw.add(chunk, from, to)
    this.#bound()
  }

  messageEnd(): void {
    this.#close()
    this.begin('none')
  }

  opaque(chunk: Uint8Array, from: number, to: number): void {
    this.begin('none')
    this.#raw.add(chunk, from, to)
    this.#emit('opaque')
  }

  /** The frames complete by now. */
  give(): Frame[] {
    if (this.#body === 'pieces') this.#emit('opaque')
    else if (this.#tooLarge) this.#emit('opaque', this.#pieceEnd())
    this.#raw.keep()
    this.#payload.keep()
    const frames = this.#frames
    this.#frames = []
    return frames
  }

  /** What is held at the end: an event without its blank line is `end`, half a head or body `opaque`. */
  finish(): Frame[] {
    if (this.#body === 'events') this.#close()
    else this.#emit('opaque')
    return this.give()
  }

  #close(): void {
    if (this.#body === 'events' && this.#events.complete) this.event(nothing, 0)
    if (this.#tooLarge || this.#body === 'pieces') this.#emit('opaque')
    else this.#emit(this.#body === 'whole' && this.#payload.length > 0 ? 'body' : 'end')
    this.#tooLarge = false
  }

  event(chunk: Uint8Array, end: number): void {
    this.#gather(chunk, end)
    this.#emit(this.#tooLarge ? 'opaque' : 'event', this.#payloadEnd)
    this.#tooLarge = false
  }

  /** Chunk framing behind a block that may be complete belongs to the next one, unless it is too large itself. */
  #pieceEnd(): number {
    const behind = this.#raw.length - this.#payloadEnd
    return this.#body === 'events' && behind <= this.#maxFrameBytes ? this.#payloadEnd : this.#raw.length
  }

  #gather(chunk: Uint8Array, to: number): void {
    if (to > this.#at) {
      this.#raw.add(chunk, this.#at, to)
      this.#payload.add(chunk, this.#at, to)
      this.#payloadEnd = this.#raw.length
      this.#at = to
      this.#bound()
    }
  }

  #bound(): void {
    if (this.#raw.length > this.#maxFrameBytes) this.#tooLarge = true
  }

  #emit(kind: FrameKind, length = this.#raw.length): void {
    if (length > 0) {
      const framed = length !== this.#payload.length
      const raw = this.#raw.take(length)
      const payload = this.#payload.take()
      this.#frames.push({ kind, raw, payload: framed && kind !== 'head' && kind !== 'opaque' ? payload : raw })
    }
    this.#payloadEnd = 0
  }
}

function bodyOf(head: Http1Head): Body {
  if (!isEventStream(head.field('content-type'))) return 'whole'
  const coding = head.field('content-encoding')
  return coding === undefined || coding.toLowerCase() === 'identity' ? 'events' : 'pieces'
}
