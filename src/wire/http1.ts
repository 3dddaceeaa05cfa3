/**
 * HTTP/1 heads and body borders, for one direction of one connection (RFC 9112). Never rejects: what it cannot
 * follow becomes opaque for good. CONTRACT; the implementation replaces this comment.
 */

/** How long the body of a message is, and how that is known. `tunnel`: after 101 or a 2xx to CONNECT. */
export type BodyFraming = 'none' | 'length' | 'chunked' | 'until-close' | 'tunnel'

/** One parsed head. `raw` holds all its bytes, the empty line included, and is only valid during the callback. */
export interface Http1Head {
  readonly raw: Uint8Array
  /** Request: the method. Response: the empty string. */
  readonly method: string
  /** Request: the target as sent. Response: the empty string. */
  readonly target: string
  /** Response: the status. Request: 0. */
  readonly status: number
  readonly framing: BodyFraming
  /** With framing `length`: the value of Content-Length. Else 0. */
  readonly length: number
  /** First value of a field, name in lower case, value trimmed, bytes read as latin1; undefined when absent. Parsed on first use. */
  field(name: string): string | undefined
}

/**
 * What the splitter tells, in the order of the bytes. Each byte of each chunk is in exactly one span; spans of a
 * chunk come in order and cover it. `from` and `to` index into the chunk that is being pushed.
 */
export interface Http1Listener {
  /** Bytes of a head; `head` follows right behind the span that completes it. */
  headSpan(chunk: Uint8Array, from: number, to: number): void
  head(head: Http1Head): void
  /** Bytes of a body that mean something. */
  payload(chunk: Uint8Array, from: number, to: number): void
  /** Bytes of a body that only frame it: chunk sizes, extensions, trailers. */
  framing(chunk: Uint8Array, from: number, to: number): void
  /** The message is complete; the next byte belongs to another. Comes for messages without body too, never for 1xx. */
  messageEnd(): void
  /** Bytes of no HTTP we understand, or of the protocol the connection was switched to. */
  opaque(chunk: Uint8Array, from: number, to: number): void
}

/** What the two sides of a connection share: requests whose response has not been seen, oldest first. */
export interface Exchange {
  readonly method: string
  /** The client asked for an upgrade. */
  readonly upgrade: boolean
}

/** Requests on their way, shared by the two splitters of a connection. Filled by the request side, emptied by the response side. */
export interface Outstanding {
  readonly exchanges: Exchange[]
  /** Set by the response side at 101, or 2xx to CONNECT: from their current border on both sides are a tunnel. */
  switched: boolean
}

/** Where a splitter stands. Only at `boundary` may something of ours be put between two messages. */
export type Http1State = 'boundary' | 'head' | 'body' | 'tunnel' | 'opaque'

export interface Http1SplitterOptions {
  /** A head that grows beyond this many bytes makes its direction opaque. Default 256 KiB. */
  maxHeadBytes?: number
}

/** Built by `createHttp1Splitter(side, outstanding, listener, options)`. */
export interface Http1Splitter {
  readonly state: Http1State
  push(chunk: Uint8Array): void
  /** The direction has ended. An until-close body is complete by this; anything else unfinished stays so. */
  end(): void
}
