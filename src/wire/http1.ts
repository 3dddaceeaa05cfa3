/**
 * HTTP/1 heads and body borders, for one direction of one connection (RFC 9112). Never rejects: what it cannot
 * follow becomes opaque for good.
 *
 * As lenient as Node's lenient parser: bare LF, obs-fold, blanks before the colon, field lines without a colon
 * (ignored), unknown methods, blanks in a target, equal duplicates of Content-Length, chunked beside Content-Length
 * (chunked wins), data behind `Connection: close`. Opaque: what peers read differently, which is a CR without LF in a head or
 * in chunk framing, and blanks before the first field; a start line without version; what `BodyFraming` calls `unknown`.
 */
import { ChunkedBody, type ChunkPlace } from './http1-chunked.ts'
import { type BodyFraming, type Http1Head, ParsedHead, RequestLine } from './http1-head.ts'
import { HeadScanner, INCOMPLETE, NO_HEAD } from './http1-scan.ts'
import { agreedDeflate, type WebSocketDeflate } from './websocket-deflate.ts'

export type { BodyFraming, ChunkPlace, Http1Head }

/**
 * What the splitter tells, in the order of the bytes. Each byte of each chunk is in exactly one span; spans of a
 * chunk come in order and cover it. `from` and `to` index into the chunk that is being pushed.
 */
export interface Http1Listener {
  /** Bytes of a head; `head` follows right behind the span that completes it. */
  headSpan(chunk: Uint8Array, from: number, to: number): void
  /** For a response, `exchanges[0]` of `Outstanding` is still the request it answers. */
  head(head: Http1Head): void
  /** Bytes of a body that mean something. */
  payload(chunk: Uint8Array, from: number, to: number): void
  /** Bytes of a body that only frame it: chunk sizes, extensions, trailers. */
  framing(chunk: Uint8Array, from: number, to: number): void
  /** The message is complete; the next byte belongs to another. Comes for messages without body too, never for 1xx and tunnels. */
  messageEnd(): void
  /** Bytes of no HTTP we understand, or of the protocol the connection was switched to. */
  opaque(chunk: Uint8Array, from: number, to: number): void
}

/** What the two sides of a connection share: requests whose response has not been seen, oldest first. */
export interface Exchange {
  readonly method: string
  /** The client asked for an upgrade, or for a tunnel. */
  readonly upgrade: boolean
}

/** Requests on their way, shared by the two splitters of a connection. Filled by the request side, emptied by the response side. */
export interface Outstanding {
  readonly exchanges: Exchange[]
  /** Set by the response side at 101, or 2xx to CONNECT: from their current border on both sides are a tunnel. */
  switched: boolean
  /** What the answer to an upgrade names, in lower case; empty before, and for tunnels. */
  protocol: string
  /** Of a WebSocket: how its messages are compressed; null where they are not. */
  deflate: WebSocketDeflate | null
}

/**
 * Where a splitter stands. Only at `boundary` may something of ours be put between two messages. A request side behind
 * an upgrade that has not been answered stands at `tunnel`, and at `boundary` once it was refused.
 */
export type Http1State = 'boundary' | 'head' | 'body' | 'tunnel' | 'opaque'

export interface Http1SplitterOptions {
  /** A head that grows beyond this many bytes makes its direction opaque. Default 256 KiB. */
  maxHeadBytes?: number
}

/** Built by `createHttp1Splitter(side, outstanding, listener, options)`. */
export interface Http1Splitter {
  readonly state: Http1State
  /** Null but in a chunked body. */
  readonly chunkPlace: ChunkPlace | null
  push(chunk: Uint8Array): void
  /** A whole message with a head like this one, which asks for no upgrade and is no interim one, passes without being read. Only at `boundary`. */
  passed(head: Http1Head): void
  /** The direction has ended. An until-close body is complete by this; anything else unfinished stays so. */
  end(): void
  /** Within a body: how bytes of ours could be put into it here. `chunk`: as a chunk of their own; `bytes`: as they are; null: not here, or not at all. */
  readonly room: 'chunk' | 'bytes' | null
  /** Another splitter that stands where this one stands, even within a head, and tells another listener from here on. */
  fork(listener: Http1Listener, outstanding: Outstanding): Http1Splitter
}

/** An empty queue of requests, to be shared by the two splitters of one connection. */
export function createOutstanding(): Outstanding {
  return { exchanges: [], switched: false, protocol: '', deflate: null }
}

/** A splitter for one direction of one connection. `side` is what flows there. */
export function createHttp1Splitter(
  side: 'request' | 'response',
  outstanding: Outstanding,
  listener: Http1Listener,
  { maxHeadBytes = 256 * 1024 }: Http1SplitterOptions = {},
): Http1Splitter {
  return new Splitter(side, outstanding, listener, maxHeadBytes)
}

const HEAD = 0
const LENGTH = 1
const CHUNKED = 2
const UNTIL_CLOSE = 3
const WAITING = 4
const TUNNEL = 5
const OPAQUE = 6

class Splitter implements Http1Splitter {
  readonly #side: 'request' | 'response'
  readonly #outstanding: Outstanding
  readonly #listener: Http1Listener
  readonly #maxHeadBytes: number
  #scanner: HeadScanner
  /** Once there is one: most bodies are of a length. */
  #chunked: ChunkedBody | undefined
  /** Of requests. */
  readonly #start: RequestLine | undefined
  #mode = HEAD
  #remaining = 0
  /** The bytes of a head that straddles chunks; its length is the scanner's. */
  #held: Buffer | undefined
  /** The upgrade asked for whose answer decides how to go on. */
  #asked: Exchange | undefined

  constructor(side: 'request' | 'response', outstanding: Outstanding, listener: Http1Listener, maxHeadBytes: number) {
    this.#side = side
    this.#outstanding = outstanding
    this.#listener = listener
    this.#maxHeadBytes = maxHeadBytes
    this.#scanner = new HeadScanner(side)
    this.#start = side === 'request' ? new RequestLine() : undefined
  }

  get state(): Http1State {
    if (this.#mode === WAITING || (this.#mode === HEAD && this.#scanner.length === 0)) return this.#between()
    if (this.#mode === HEAD) return 'head'
    if (this.#mode === OPAQUE) return 'opaque'
    return this.#mode === TUNNEL ? 'tunnel' : 'body'
  }

  get chunkPlace(): ChunkPlace | null {
    return this.#mode === CHUNKED ? this.#chunked!.place : null
  }

  push(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.length) at = this.#step(chunk, at)
  }

  passed({ method }: Http1Head): void {
    const { exchanges } = this.#outstanding
    if (this.#side === 'request') exchanges.push({ method, upgrade: false })
    else exchanges.shift()
  }

  end(): void {
    if (this.#mode !== UNTIL_CLOSE) return
    this.#mode = OPAQUE
    this.#listener.messageEnd()
  }

  get room(): 'chunk' | 'bytes' | null {
    if (this.#mode === UNTIL_CLOSE) return 'bytes'
    return this.#mode === CHUNKED && this.#chunked?.place === 'between' ? 'chunk' : null
  }

  fork(listener: Http1Listener, outstanding: Outstanding): Http1Splitter {
    const other = new Splitter(this.#side, outstanding, listener, this.#maxHeadBytes)
    other.#scanner = this.#scanner.copy()
    other.#chunked = this.#chunked?.copy()
    other.#mode = this.#mode
    other.#remaining = this.#remaining
    other.#held = this.#held === undefined ? undefined : Buffer.from(this.#held)
    other.#asked = this.#asked
    return other
  }

  #step(chunk: Uint8Array, from: number): number {
    switch (this.#mode) {
      case HEAD:
        return this.#head(chunk, from)
      case LENGTH: {
        const to = Math.min(chunk.length, from + this.#remaining)
        this.#remaining -= to - from
        this.#listener.payload(chunk, from, to)
        if (this.#remaining === 0) this.#complete()
        return to
      }
      case CHUNKED:
        return this.#chunk(chunk, from)
      case UNTIL_CLOSE:
        this.#listener.payload(chunk, from, chunk.length)
        return chunk.length
      case WAITING:
        this.#mode = this.#between() === 'boundary' ? HEAD : TUNNEL
        return from
      default:
        this.#listener.opaque(chunk, from, chunk.length)
        return chunk.length
    }
  }

  #head(chunk: Uint8Array, from: number): number {
    const scanner = this.#scanner
    const before = scanner.length
    if (before === 0 && this.#outstanding.switched) return this.#giveUp(TUNNEL, from)
    const to = Math.min(chunk.length, from + this.#maxHeadBytes - before)
    const end = scanner.scan(chunk, from, to)
    if (end === NO_HEAD) return this.#giveUp(OPAQUE, from)
    if (end === INCOMPLETE) {
      if (to > from) this.#listener.headSpan(chunk, from, to)
      if (to < chunk.length) return this.#giveUp(OPAQUE, to)
      this.#hold(chunk, from, to, before)
      return to
    }
    const raw = before === 0 ? view(chunk, from, end) : this.#hold(chunk, from, end, before)
    const { startFrom, startTo, lines } = scanner
    scanner.reset()
    this.#held = undefined
    this.#listener.headSpan(chunk, from, end)
    this.#begin(new ParsedHead(this.#side, { raw, startFrom, startTo, lines }, this.#start))
    return end
  }

  #begin(head: ParsedHead): void {
    const { exchanges } = this.#outstanding
    if (this.#side === 'request') {
      const exchange = { method: head.method, upgrade: head.upgrade }
      exchanges.push(exchange)
      if (exchange.upgrade) this.#asked = exchange
      head.settle('request', '')
      this.#listener.head(head)
    } else {
      head.settle('response', exchanges[0]?.method ?? '')
      if (head.framing === 'tunnel') {
        this.#outstanding.switched = true
        this.#outstanding.protocol = head.field('upgrade')?.toLowerCase() ?? ''
        this.#outstanding.deflate = agreedDeflate(head.raw)
      }
      this.#listener.head(head)
      if (head.interim) return
      exchanges.shift()
    }
    this.#remaining = head.length
    switch (head.framing) {
      case 'length':
        this.#mode = LENGTH
        if (head.length === 0) this.#complete()
        return
      case 'chunked':
        this.#mode = CHUNKED
        if (this.#chunked === undefined) this.#chunked = new ChunkedBody()
        else this.#chunked.reset()
        return
      case 'until-close':
        this.#mode = UNTIL_CLOSE
        return
      case 'none':
        return this.#complete()
      case 'tunnel':
        this.#mode = TUNNEL
        return
      case 'unknown':
        this.#mode = OPAQUE
    }
  }

  #chunk(chunk: Uint8Array, from: number): number {
    const body = this.#chunked!
    if (body.inData) {
      const to = Math.min(chunk.length, from + body.remaining)
      body.took(to - from)
      this.#listener.payload(chunk, from, to)
      return to
    }
    const to = body.skip(chunk, from, chunk.length)
    if (to > from) this.#listener.framing(chunk, from, to)
    if (body.failed) return this.#giveUp(OPAQUE, to)
    if (body.done) this.#complete()
    return to
  }

  #complete(): void {
    this.#mode = this.#asked === undefined ? HEAD : WAITING
    this.#listener.messageEnd()
  }

  /** What may come next at a border: another message, or the protocol that was asked for. */
  #between(): 'boundary' | 'tunnel' {
    if (this.#outstanding.switched) return 'tunnel'
    if (this.#asked === undefined || !this.#outstanding.exchanges.includes(this.#asked)) {
      this.#asked = undefined
      return 'boundary'
    }
    return 'tunnel'
  }

  #giveUp(mode: typeof TUNNEL | typeof OPAQUE, from: number): number {
    this.#mode = mode
    this.#held = undefined
    return from
  }

  /** Keeps bytes of a head for later, as the chunk is only ours while it is pushed; gives all that is kept. */
  #hold(chunk: Uint8Array, from: number, to: number, before: number): Buffer {
    const length = before + to - from
    if (this.#held === undefined || this.#held.length < length) {
      const larger = Buffer.allocUnsafe(Math.max(1024, length * 2))
      if (this.#held !== undefined) larger.set(this.#held.subarray(0, before))
      this.#held = larger
    }
    this.#held.set(chunk.subarray(from, to), before)
    return this.#held.subarray(0, length)
  }
}

function view(chunk: Uint8Array, from: number, to: number): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset + from, to - from)
}
