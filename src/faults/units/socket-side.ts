/** One direction of a WebSocket, in units. */
import type { PipeEvent } from '../../pipe/action.ts'
import { Gathered } from '../../wire/gathered.ts'
import { createMessageInflater, type MessageInflater } from '../../wire/websocket-deflate.ts'
import { masked, RSV1, type WebSocketHead } from '../../wire/websocket-head.ts'
import {
  createWebSocketSplitter,
  webSocketKind,
  type WebSocketListener,
  type WebSocketSplitter,
} from '../../wire/websocket.ts'
import { SharedContext } from './shared-context.ts'
import { type CompressionContext, SocketUnit } from './socket-unit.ts'
import type { Asked, ConnectionTalk } from './talk.ts'
import type { UnitEvents } from './unit-events.ts'

export interface SocketSideOptions {
  readonly events: UnitEvents
  readonly talk: ConnectionTalk
  readonly asked: Asked | null
  /** Compression was agreed on, and one message's context is the next one's; null for no compression, `unknown` in the middle of a socket. */
  readonly shared: boolean | 'unknown' | null
  readonly maxBytes: number
  tooLarge(offset: number): void
}

const CLOSE = 8
const TEXT = 1

interface DataFrame {
  readonly head: WebSocketHead
  readonly raw: Uint8Array
}

export class SocketSide implements WebSocketListener {
  readonly #options: SocketSideOptions
  #splitter: WebSocketSplitter = createWebSocketSplitter(this)
  readonly #inflater: MessageInflater | null
  /** What messages are compressed with. */
  readonly #agreed: CompressionContext
  /** Where they share it. */
  readonly context: SharedContext | null
  /** The frame under way. */
  readonly #raw = new Gathered()
  #from = 0
  #head: WebSocketHead | null = null
  /** Frames of the message under way, and where it began. */
  #frames: DataFrame[] = []
  #start = 0
  #size = 0
  /** Bytes of control frames that came between them, and have gone on. */
  #between = 0
  /** What comes goes on as it is: up to the end of a frame, of a message, or for good. */
  #through: 'no' | 'frame' | 'message' | 'all' = 'no'

  constructor(options: SocketSideOptions) {
    this.#options = options
    const { shared, maxBytes } = options
    this.#agreed = shared === null ? 'none' : shared === 'unknown' ? 'unknown' : shared ? 'shared' : 'own'
    this.#inflater = shared === null ? null : createMessageInflater(shared === true, { maxBytes })
    this.context = shared === true ? new SharedContext() : null
  }

  /** Begins where no border is known: all goes on as it comes. */
  lose(): void {
    this.#through = 'all'
  }

  /** Goes on in the middle; `open`: a message is under way. */
  resume(splitter: WebSocketSplitter, open: boolean): void {
    this.#splitter = splitter
    this.#through = open ? 'message' : splitter.state === 'boundary' ? 'no' : 'frame'
  }

  get aligned(): boolean {
    return this.#between === 0 && this.context?.busy !== true
  }

  push(chunk: Uint8Array, from: number, to: number): void {
    if (this.#through === 'all') this.#add(chunk, from, to)
    else this.#splitter.push(chunk, from, to)
  }

  /** The chunk has been read: what does not wait for the rest of a unit goes on. */
  give(): void {
    if (this.#through === 'no') return
    this.#options.events.opaque(this.#raw.take(), this.#from)
  }

  /** What is held, as it came. */
  release(at: number): PipeEvent[] {
    const raw = Buffer.concat([...this.#frames.map((frame) => frame.raw), this.#raw.take()])
    const offset = this.#frames.length > 0 ? this.#start : this.#from
    const span = this.#between > 0 ? raw.length + this.#between : undefined
    this.#reset()
    if (raw.length === 0) return []
    const frame = { kind: 'opaque', raw, payload: raw } as const
    return [{ kind: 'frame', at, offset, frame, ...(span === undefined ? {} : { span }) }]
  }

  headSpan(chunk: Uint8Array, from: number, to: number): void {
    this.#add(chunk, from, to)
  }

  begin(head: WebSocketHead): void {
    this.#head = head
    if (this.#through !== 'no') return
    const isData = head.opcode < CLOSE
    // a new message, where the last one was never finished: that one goes as it is
    if (isData && head.opcode !== 0 && this.#frames.length > 0) this.#giveUp()
    if ((isData ? this.#size : 0) + head.bytes + head.length <= this.#options.maxBytes) return
    this.#options.tooLarge(this.#frames.length > 0 ? this.#start : this.#from)
    this.#giveUp()
    this.#inflater?.abandon()
    this.#inflater?.lose()
    this.#through = 'message'
  }

  payload(chunk: Uint8Array, from: number, to: number): void {
    this.#add(chunk, from, to)
  }

  end(): void {
    const head = this.#head
    if (this.#through !== 'no') return this.#passed(head)
    if (head === null) return
    const raw = this.#raw.take()
    if (head.opcode < CLOSE) this.#data(head, raw)
    else this.#control(head, raw)
  }

  /** A frame has gone on as it was; `head` null: it began before us. */
  #passed(head: WebSocketHead | null): void {
    const part = head !== null && head.opcode < CLOSE && !head.fin
    const control = head === null || head.opcode >= CLOSE
    if (part) this.#through = 'message'
    if (part || (control && this.#through === 'message')) return
    this.give()
    this.#through = 'no'
  }

  lost(): void {
    this.#giveUp()
    this.#through = 'all'
  }

  opaque(chunk: Uint8Array, from: number, to: number): void {
    this.#add(chunk, from, to)
  }

  #add(chunk: Uint8Array, from: number, to: number): void {
    if (this.#raw.length === 0) this.#from = this.#options.events.base + from
    this.#raw.add(chunk, from, to)
  }

  #data(head: WebSocketHead, raw: Uint8Array): void {
    if (this.#frames.length === 0) this.#start = this.#from
    this.#frames.push({ head, raw })
    this.#size += raw.length
    if (head.fin) this.#message()
  }

  /** Between the frames of a message it goes ahead of it: nobody is to wait for that. */
  #control(head: WebSocketHead, raw: Uint8Array): void {
    const { events } = this.#options
    const within = this.#frames.length > 0
    const offset = within ? this.#start : this.#from
    if (within) this.#between += raw.length
    const kind = webSocketKind(head.opcode)
    if (kind === 'opaque') return events.opaque(raw, offset, kind, within ? 0 : undefined)
    const payload = unmasked({ head, raw })
    this.#unit(kind, [{ head, raw }], raw, payload, false, { offset, span: within ? 0 : undefined })
  }

  #message(): void {
    const frames = this.#frames
    const { head } = frames[0]!
    const raw = frames.length === 1 ? frames[0]!.raw : Buffer.concat(frames.map((frame) => frame.raw))
    const span = this.#between > 0 ? raw.length + this.#between : undefined
    const compressed = this.#inflater !== null && (head.rsv & RSV1) !== 0
    const payload = compressed
      ? this.#inflated(frames)
      : frames.length === 1
        ? unmasked(frames[0]!)
        : Buffer.concat(frames.map(unmasked))
    this.#unit('message', frames, raw, payload, compressed, { offset: this.#start, span })
    this.#reset()
  }

  #inflated(frames: readonly DataFrame[]): Uint8Array | null {
    const inflater = this.#inflater!
    const given = frames.flatMap((frame) => inflater.push(unmasked(frame)))
    given.push(...inflater.endMessage())
    return inflater.failed ? null : Buffer.concat(given)
  }

  #unit(
    kind: ReturnType<typeof webSocketKind>,
    frames: readonly DataFrame[],
    raw: Uint8Array,
    payload: Uint8Array | null,
    compressed: boolean,
    { offset, span }: { readonly offset: number; readonly span: number | undefined },
  ): void {
    const { events, talk, asked } = this.#options
    const { head } = frames[0]!
    const { opcode, key } = head
    const speaks = opcode === TEXT && payload !== null
    const messages = speaks ? talk.messages(asked, events.direction, payload, events.at) : []
    const size = raw.length
    const subject = events.subject({ kind, size, asked, messages, content: payload, stream: false })
    const unit = new SocketUnit({
      direction: events.direction,
      subject,
      exchange: asked?.number ?? null,
      raw,
      opcode,
      key,
      payload,
      context: compressed ? this.#agreed : 'none',
      lead: head.bytes,
    })
    if (!compressed || this.context === null) return events.unit(unit, raw, payload ?? raw, offset, span)
    const plain = this.context.broken ? unit.plain : null
    if (plain !== null) return events.unit(unit.uncompressed(plain), plain, payload ?? plain, offset, span ?? size)
    this.context.came(offset, span ?? size, raw, unit)
    events.unit(unit, raw, payload ?? raw, offset, span)
  }

  /** The frames of the message so far go on as they are. */
  #giveUp(): void {
    const { events } = this.#options
    const raw = Buffer.concat(this.#frames.map((frame) => frame.raw))
    events.opaque(raw, this.#start, 'opaque', this.#between > 0 ? raw.length + this.#between : undefined)
    this.#reset()
  }

  #reset(): void {
    this.#frames = []
    this.#size = this.#between = 0
  }
}

function unmasked({ head, raw }: DataFrame): Uint8Array {
  const payload = raw.subarray(head.bytes)
  return head.key === null ? payload : masked(payload, head.key)
}
