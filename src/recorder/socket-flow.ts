import { type EndingBy } from '../wire/ending.ts'
import type { Direction } from '../wire/frame.ts'
import { closeText, parseClose } from '../wire/websocket-close.ts'
import type { FrameRecord } from '../store/records.ts'
import type { RecordingContext } from './context.ts'
import type { Flow } from './flow.ts'
import type { Half } from './half.ts'
import { MESSAGE_KIND } from './kinds.ts'
import type { SocketSpan } from './socket-side.ts'

const LABEL = 200

/** What a WebSocket adds to its flow: frames and messages of both directions, and how it was closed. */
export class SocketFlow {
  readonly #context: RecordingContext
  readonly #flow: Flow
  /** Who ended first, by a close frame or without. */
  #by: EndingBy | null = null
  #over = false

  constructor(context: RecordingContext, flow: Flow) {
    this.#context = context
    this.#flow = flow
  }

  /** Bytes are kept; where they are not, lists and endings must not show them either. */
  get #full(): boolean {
    return this.#context.depth === 'full'
  }

  frame(half: Half, direction: Direction, span: SocketSpan): void {
    const frame = this.#flow.frame(direction, span, null)
    half.outgoing.framed(frame)
    if (span.kind !== 'message') return this.#control(half, direction, span, frame)
    const { complete, fin, message } = span
    if (!complete || !fin) {
      frame.label = partLabel(span)
      if (span.inflated && !this.#context.redactor.everyBody) this.#keep(frame, span.payload)
      return
    }
    if (message !== null && half.cut) this.#flow.unheard(frame, message)
    else if (message !== null) this.#flow.body(direction, frame, message)
    half.outgoing.read(frame)
    const kept = half.redactMasked(message, span.compressed, span.ranges)
    if (span.compressed || span.part > 1) {
      this.#keep(frame, kept)
      frame.size = kept?.length ?? frame.size
    }
    const { messages } = frame
    if (messages.every(({ kind }) => kind === MESSAGE_KIND.invalid)) frame.label = messageLabel(span, kept, this.#full)
  }

  /** A direction ended without a close frame, or behind it. */
  ended(by: EndingBy, at: number): void {
    this.#by ??= by
    const { row, exchange } = this.#flow
    if (this.#over || row.c2sEnding === null || row.s2cEnding === null) return
    this.#over = true
    row.endedAt ??= at
    this.#flow.changed()
    if (exchange !== null) this.#context.conversations.ended(exchange, this.#by, at)
  }

  #control(half: Half, direction: Direction, span: SocketSpan, frame: FrameRecord): void {
    if (span.kind === 'opaque') {
      frame.label = span.opcode > 2 ? `reserved opcode ${span.opcode}` : null
      return
    }
    const payload = half.redactMasked(span.payload, false, span.ranges)
    if (payload === null || !span.complete) return
    if (span.kind === 'close') this.#closed(direction, payload, frame)
    else if (payload.length > 0 && this.#full) frame.label = textLabel(payload)
  }

  #closed(direction: Direction, payload: Uint8Array, frame: FrameRecord): void {
    const close = parseClose(this.#full ? payload : payload.subarray(0, 2))
    frame.label = closeText(close).slice(0, LABEL)
    const { row } = this.#flow
    const ending = direction === 'c2s' ? 'c2sEnding' : 's2cEnding'
    this.#by ??= direction === 'c2s' ? 'client' : 'server'
    const detail = close.reason === '' ? {} : { detail: close.reason }
    const json = JSON.stringify({ how: `ws:${close.code}`, by: this.#by, at: 'boundary', ...detail })
    if (row[ending] === null) this.#flow.brokeOff(direction, json, frame.receivedLastAt)
    row[ending] ??= json
    this.#flow.changed()
    this.ended(this.#by, frame.receivedLastAt)
  }

  #keep(frame: FrameRecord, bytes: Uint8Array | null): void {
    if (bytes !== null && this.#full) this.#context.dirty.batch.payloads.push({ frame, bytes: new Uint8Array(bytes) })
  }
}

const partLabel = ({ part, binary, complete }: SocketSpan): string =>
  `part ${part} of a ${binary ? 'binary' : 'text'} message${complete ? '' : ', cut off'}`

function messageLabel({ binary, compressed }: SocketSpan, payload: Uint8Array | null, full: boolean): string {
  if (payload === null) return compressed ? 'compressed, cannot be read' : 'too large to be read'
  return binary ? 'binary' : full ? textLabel(payload) : 'text'
}

function textLabel(payload: Uint8Array): string {
  const text = new TextDecoder().decode(payload.subarray(0, 4 * LABEL))
  return text.replaceAll(/\s+/g, ' ').slice(0, LABEL)
}
