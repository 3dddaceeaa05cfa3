/** The body of an event stream, in units that each have chunks of their own. */
import { Gathered } from '../../wire/gathered.ts'
import type { ChunkPlace, Http1Head } from '../../wire/http1.ts'
import { createSseSplitter, type SseListener } from '../../wire/sse.ts'
import { asChunk, LAST_CHUNK } from './chunks.ts'
import { EventUnit } from './event-unit.ts'
import type { Asked, ConnectionTalk } from './talk.ts'
import type { UnitEvents } from './unit-events.ts'

export interface StreamOptions {
  readonly events: UnitEvents
  readonly talk: ConnectionTalk
  readonly asked: Asked | null
  readonly head: Http1Head
  /** What comes: `length` goes out in chunks. */
  readonly framing: 'chunked' | 'length' | 'until-close'
  readonly maxBytes: number
  tooLarge(offset: number): void
}

const LF = 10
const CR = 13
/** So that what comes before the bytes that are known is taken for text. */
const TEXT = Uint8Array.of(120)

/**
 * - `units`: all is gathered until it makes a unit
 * - `chunk`: what comes goes on as it is, up to the end of its chunk
 * - `event`: up to the end of an event what comes goes on in chunks of our own
 */
type Mode = 'units' | 'chunk' | 'event'

/**
 * Units begin and end where chunks do. Where those of the peer fit, bytes go on as they came; an event that ends within a chunk, and what
 * follows it there, get chunks of our own.
 */
export class EventStream implements SseListener {
  readonly #options: StreamOptions
  readonly #sse = createSseSplitter(this)
  readonly #raw = new Gathered()
  readonly #payload = new Gathered()
  /** Framing that came behind the last byte of payload and its line end. */
  readonly #behind = new Gathered()
  #from = 0
  /** Behind the last byte gathered. */
  #to = 0
  #mode: Mode = 'units'
  /** What is gathered began within a chunk of the peer. */
  #split: boolean
  /** Data of a chunk came last: its line end belongs to it. */
  #inChunk = false
  #afterCr = false
  /** An event is complete, but for the line end of its chunk. */
  #whole = false
  /** From where on the span being read has not been gathered. */
  #at = 0
  /** What the splitter tells is old. */
  #deaf = false

  constructor(options: StreamOptions) {
    this.#options = options
    this.#split = options.framing === 'length'
  }

  /** Goes on in the middle. `tail`: the last bytes of the body that have passed, at most four. */
  resume(place: ChunkPlace | null, tail: Uint8Array): void {
    this.#deaf = true
    if (tail.length === 4) this.#sse.push(TEXT, 0, 1)
    this.#sse.push(tail, 0, tail.length)
    this.#deaf = false
    this.#inChunk = place === 'data' || place === 'behind'
    if (this.#options.framing !== 'chunked') this.#mode = this.#sse.open ? 'event' : 'units'
    else if (place !== 'between') this.#mode = 'chunk'
    else this.#mode = this.#sse.open ? 'event' : 'units'
  }

  /** Taken out now, what comes goes on as it is. */
  get aligned(): boolean {
    return this.#mode === 'chunk' || this.#plain || (this.#mode === 'units' && !this.#split)
  }

  get #plain(): boolean {
    return this.#options.framing === 'until-close'
  }

  payload(chunk: Uint8Array, from: number, to: number): void {
    if (this.#whole) this.#emit(true)
    this.#behind.take()
    this.#inChunk = this.#options.framing === 'chunked'
    this.#at = from
    this.#sse.push(chunk, from, to)
    if (this.#whole && this.#at < to) this.#emit(true)
    this.#gather(chunk, to)
    // without chunks nothing belongs to an event but itself
    if (this.#whole && !this.#inChunk) this.#emit(this.#options.framing === 'length')
    this.#bound()
  }

  event(chunk: Uint8Array, end: number): void {
    if (this.#deaf) return
    // its end was only told by what comes behind it
    if (this.#whole) this.#emit(true)
    this.#gather(chunk, end)
    this.#whole = true
  }

  framing(chunk: Uint8Array, from: number, to: number): void {
    let at = from
    while (this.#inChunk && at < to) {
      const byte = chunk[at]
      if (byte !== LF && (byte !== CR || this.#afterCr)) break
      this.#add(chunk, at, ++at)
      this.#afterCr = byte === CR
      if (byte === LF) this.#chunkOver()
    }
    if (at === to) return
    // no line end behind its data (a lenient peer)
    if (this.#inChunk) this.#chunkOver()
    this.#behind.add(chunk, at, to)
    this.#add(chunk, at, to)
    this.#bound()
  }

  /** The chunk being read has been read: what is not gathered goes on. */
  give(): void {
    if (this.#mode === 'units') return
    const { events } = this.#options
    if (this.#mode === 'chunk') {
      const raw = this.#raw.take()
      events.opaque(raw, this.#from)
      this.#payload.take()
    } else this.#ours()
  }

  /** The body is complete. */
  end(): void {
    if (this.#whole) this.#emit(this.#split)
    if (this.#mode === 'chunk') return this.give()
    const { framing } = this.#options
    const span = this.#raw.length
    const block = this.#payload.take()
    const behind = this.#behind.take()
    const raw = this.#raw.take()
    // an end that is only ours stands behind all that came
    if (span === 0) this.#from = this.#to
    const ours = framing !== 'until-close' && (this.#split || this.#mode === 'event')
    const written = ours ? Buffer.concat([asChunk(block), framing === 'length' ? LAST_CHUNK : behind]) : raw
    if (written.length > 0) this.#unit(written, block, null, [], ours ? span : undefined, true)
  }

  /** Nothing more comes that can be understood, and the body is not complete. */
  breakOff(): void {
    if (this.#whole) this.#emit(this.#split)
    const { events } = this.#options
    const span = this.#raw.length
    const payload = this.#payload.take()
    const behind = this.#behind.take()
    const raw = this.#raw.take()
    if (this.aligned) events.opaque(raw, this.#from)
    else events.opaque(Buffer.concat([asChunk(payload), behind]), this.#from, 'opaque', span)
  }

  /** What is held, as it came. */
  release(): Uint8Array {
    return this.#raw.take()
  }

  get from(): number {
    return this.#from
  }

  #add(chunk: Uint8Array, from: number, to: number): void {
    const { base } = this.#options.events
    if (this.#raw.length === 0) this.#from = base + from
    this.#to = base + to
    this.#raw.add(chunk, from, to)
  }

  #gather(chunk: Uint8Array, to: number): void {
    if (to <= this.#at) return
    this.#add(chunk, this.#at, to)
    this.#payload.add(chunk, this.#at, to)
    this.#at = to
  }

  /** The line end of a chunk has come. */
  #chunkOver(): void {
    this.#inChunk = this.#afterCr = false
    this.#behind.take()
    if (this.#mode === 'chunk') {
      this.give()
      this.#whole = false
      this.#mode = this.#sse.open ? 'event' : 'units'
      this.#split = false
    } else if (this.#whole) {
      this.#emit(this.#split)
      // the line end of a chunk whose bytes went on in one of ours
      this.#split = this.#raw.length > 0
    }
  }

  /** The event that has been gathered. `ours`: in a chunk of our own. */
  #emit(ours: boolean): void {
    this.#whole = false
    if (this.#mode === 'chunk') return
    if (this.#mode === 'event') {
      this.#ours()
      this.#mode = 'units'
      this.#split = this.#inChunk || this.#options.framing === 'length'
      return
    }
    const { talk, asked, events, framing } = this.#options
    const span = this.#raw.length
    const block = this.#payload.take()
    const raw = this.#raw.take()
    const own = ours && framing !== 'until-close'
    const { messages, data } = talk.event(asked, block, events.at)
    this.#unit(own ? asChunk(block) : raw, block, data, messages, own ? span : undefined, false)
    this.#split = this.#inChunk || framing === 'length'
  }

  /** What is gathered, in a chunk of our own; framing alone waits for what it frames. */
  #ours(): void {
    if (this.#payload.length === 0) return
    const span = this.#raw.length
    const payload = this.#payload.take()
    const raw = this.#raw.take()
    const plain = this.#options.framing === 'until-close'
    this.#options.events.opaque(plain ? raw : asChunk(payload), this.#from, 'opaque', plain ? undefined : span)
  }

  /** What has become too large goes on. */
  #bound(): void {
    if (this.#mode !== 'units' || this.#raw.length <= this.#options.maxBytes) return
    this.#options.tooLarge(this.#from)
    this.#mode = this.#split || this.#options.framing !== 'chunked' ? 'event' : 'chunk'
  }

  #unit(
    raw: Uint8Array,
    block: Uint8Array,
    data: Uint8Array | null,
    messages: ReturnType<ConnectionTalk['event']>['messages'],
    span: number | undefined,
    last: boolean,
  ): void {
    const { asked, head, events, framing } = this.#options
    const subject = events.subject({
      kind: last ? 'end' : 'event',
      size: span ?? raw.length,
      asked,
      head,
      stream: true,
      messages,
      content: data ?? block,
    })
    const chunked = framing !== 'until-close'
    const unit = new EventUnit({ subject, exchange: asked?.number ?? null, raw, block, data, chunked, last })
    events.unit(unit, raw, block, this.#from, span)
  }
}
