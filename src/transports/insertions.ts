/** Bytes of ours that wait for their place in one direction of a connection, among what passes there. */
import type { Exchange, Http1Splitter } from '../wire/http1.ts'
import type { WebSocketBorders } from '../wire/websocket-borders.ts'
import type { BodyPlace } from './body-place.ts'
import type { HeadEditorOptions } from './head-editor-options.ts'
import type { Outgoing } from './outgoing.ts'

/**
 * - `answer`: a whole HTTP response, behind the answers of all that was asked before
 * - `message`: a whole HTTP request, between two others
 * - `part`: an event, a WebSocket frame, or bytes of what we do not know
 */
type InsertionKind = 'answer' | 'message' | 'part'

/** The direction, as it passes. */
export interface InsertionPlace {
  readonly options: Pick<HeadEditorOptions, 'side' | 'outstanding' | 'notInserted'>
  readonly splitter: Http1Splitter
  readonly body: BodyPlace
  readonly socket: WebSocketBorders
  readonly out: Pick<Outgoing, 'kept'>
  /** Puts bytes behind index `at` of the current chunk. `requests`: they are to be understood like those of the client. */
  put(at: number, bytes: Uint8Array, rule: string, requests: boolean): void
}

interface Waiting {
  readonly kind: InsertionKind
  readonly bytes: Uint8Array
  readonly rule: string
  /** Requests whose answers have to pass before. */
  readonly behind: readonly Exchange[]
}

const LF = 10
const CR = 13

export class Insertions {
  readonly #place: InsertionPlace
  #waiting: Waiting[] = []

  constructor(place: InsertionPlace) {
    this.#place = place
  }

  get waiting(): boolean {
    return this.#waiting.length > 0
  }

  /** What begins with `HTTP/` is an answer, and what comes in place of requests a request; all else is part of a stream. */
  add(bytes: Uint8Array, rule: string): void {
    const { options, splitter } = this.#place
    const { side, outstanding } = options
    const http = splitter.state !== 'opaque' && !outstanding.switched
    if (http && side === 'request') this.#waiting.push({ kind: 'message', bytes, rule, behind: [] })
    else if (http && Buffer.from(bytes.subarray(0, 5)).toString('latin1') === 'HTTP/') {
      this.#waiting.push({ kind: 'answer', bytes, rule, behind: [...outstanding.exchanges] })
    } else this.#waiting.push({ kind: 'part', bytes, rule, behind: [] })
  }

  /** A message is complete at this index. */
  messageEnd(at: number): void {
    this.here(at)
  }

  /** Puts in what fits between the byte before this index and the one at it. */
  here(at: number): void {
    const { options, splitter, body, out } = this.#place
    const { side, outstanding } = options
    if (!outstanding.switched && splitter.state === 'boundary' && out.kept === undefined) {
      this.#put(side === 'request' ? 'message' : 'answer', at)
    } else if (splitter.state === 'body' ? splitter.room !== null && this.#betweenEvents : this.#betweenFrames) {
      this.#put('part', at)
    }
    if (outstanding.switched || splitter.state === 'opaque') this.drop('answer', 'message')
    else if (splitter.state === 'boundary' && body.head === null && outstanding.exchanges.length === 0)
      this.drop('part')
  }

  /** Bytes of a body that is told by its end alone: events of ours fit within. */
  payload(chunk: Uint8Array, from: number, to: number): void {
    const { body, splitter } = this.#place
    if (splitter.room !== 'bytes') return body.passed(chunk, from, to)
    for (let at = from; at < to; at++) {
      body.passed(chunk, at, at + 1)
      if (this.#betweenEvents) this.#put('part', at + 1)
    }
  }

  /** Framing right behind data: behind the line end that closes a chunk another one fits. */
  framing(chunk: Uint8Array, from: number, to: number): void {
    const at = chunk[from] === LF ? from + 1 : chunk[from] === CR && chunk[from + 1] === LF ? from + 2 : to + 1
    if (at <= to && this.#betweenEvents) this.#put('part', at)
  }

  /** Frames may end anywhere within: looked at byte by byte, as it is seldom and not for long. */
  opaque(chunk: Uint8Array, from: number, to: number): void {
    for (let at = from; at < to; at++) {
      if (this.#betweenFrames) this.here(at)
      this.#place.socket.push(chunk, at, at + 1)
    }
  }

  /** Takes out all of these kinds: their place will not come. */
  drop(...kinds: readonly InsertionKind[]): void {
    const gone = this.#waiting.filter(({ kind }) => kinds.includes(kind))
    if (gone.length === 0) return
    this.#waiting = this.#waiting.filter(({ kind }) => !kinds.includes(kind))
    for (const { bytes, rule } of gone) this.#place.options.notInserted?.(bytes, rule)
  }

  get #betweenEvents(): boolean {
    const { body, out } = this.#place
    return out.kept === undefined && body.isStream && body.betweenEvents
  }

  /** Of a WebSocket; of what we do not know nothing is, and everything may be, a border. */
  get #betweenFrames(): boolean {
    const { options, socket, splitter } = this.#place
    const { outstanding } = options
    if (socket.border || socket.begins) return true
    return outstanding.switched ? outstanding.protocol !== 'websocket' : splitter.state === 'opaque'
  }

  #put(kind: InsertionKind, at: number): void {
    const { body, options } = this.#place
    const due = (exchange: Exchange): boolean => options.outstanding.exchanges.includes(exchange)
    const ready = this.#waiting.filter((waiting) => waiting.kind === kind && !waiting.behind.some(due))
    if (ready.length === 0) return
    this.#waiting = this.#waiting.filter((waiting) => !ready.includes(waiting))
    const chunked = kind === 'part' && body.head?.framing === 'chunked'
    for (const { bytes, rule } of ready) this.#place.put(at, chunked ? asChunk(bytes) : bytes, rule, kind === 'message')
  }
}

/** Bytes of an event stream as a chunk of their own (RFC 9112 §7.1); what is one already stays as it is. */
function asChunk(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (isChunks(text)) return bytes
  return Buffer.concat([Buffer.from(`${text.length.toString(16)}\r\n`, 'latin1'), text, Buffer.from('\r\n', 'latin1')])
}

function isChunks(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length;) {
    const line = /^([0-9a-f]{1,8})(?:;[^\r\n]*)?\r\n/i.exec(bytes.toString('latin1', at, at + 64))
    if (line === null) return false
    const size = Number.parseInt(line[1] ?? '', 16)
    at += line[0].length + size + 2
    if (at > bytes.length || bytes.toString('latin1', at - 2, at) !== '\r\n') return false
  }
  return bytes.length > 0
}
