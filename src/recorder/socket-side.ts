/** Bytes of one direction of a WebSocket to frames with their addresses and instants, and to the messages in them. */
import type { EndingPlace } from '../wire/ending.ts'
import type { FrameKind } from '../wire/frame.ts'
import type { MessageInflater } from '../wire/websocket-deflate.ts'
import { masked, RSV1, type WebSocketHead } from '../wire/websocket-head.ts'
import { createWebSocketSplitter, webSocketKind, type WebSocketListener } from '../wire/websocket.ts'
import type { FrameSpan } from './frame-span.ts'
import { Payload } from './payload.ts'

/** Where payload of a message lies among the raw bytes, and the key it is masked with. */
export interface SocketRange {
  readonly offset: number
  readonly length: number
  readonly key: Uint8Array | null
}

/** One WebSocket frame. `payload`: unmasked, and inflated where that could be done; null where it could not, or is too large. */
export interface SocketSpan extends FrameSpan {
  readonly opcode: number
  /** Last frame of its message; true of control frames. */
  readonly fin: boolean
  readonly binary: boolean
  /** Which frame of its message this is, from 1 on. */
  readonly part: number
  readonly compressed: boolean
  /** With the last frame: all of the message, null where it could not be put together. */
  readonly message: Uint8Array | null
  /** Payload of the message so far, or of the control frame; empty where nothing is to be redacted. */
  readonly ranges: readonly SocketRange[]
}

/** A message that will not be completed: what of it has come. */
export type UnfinishedMessage = Pick<SocketSpan, 'payload' | 'inflated' | 'ranges'>

/** Who owns a socket side. */
export interface SocketHost {
  /** Where to say from which offset on raw bytes must not be stored, as messages are to be redacted; null where they are not. */
  readonly hold: { holdFrom: number } | null
  frame(span: SocketSpan): void
  /** Comes only with `hold`. */
  unfinished(message: UnfinishedMessage): void
}

const NOTHING = new Uint8Array(0)
/** A message in more frames than this is not put together. */
const MAX_PARTS = 65_536

export class SocketSide implements WebSocketListener {
  /** Set once compression was agreed on. */
  inflater: MessageInflater | null = null
  readonly #host: SocketHost
  readonly #splitter = createWebSocketSplitter(this)

  // the chunk that is being pushed
  #chunkOffset = 0
  #chunkReceived = 0
  #chunkSent = 0

  // the frame under way; #from is -1 when there is none
  #head: WebSocketHead | null = null
  #from = -1
  #to = 0
  #received = 0
  #sent = 0
  #lastReceived = 0
  #lastSent = 0
  readonly #payload = new Payload()
  #unreadable = false

  // the message under way, from its first frame to its last
  #open = false
  #part = 0
  #binary = false
  #compressed = false
  #lost = false
  readonly #message = new Payload()
  #ranges: SocketRange[] = []
  #sentUpTo = 0
  #sentUpToAt = 0

  constructor(host: SocketHost) {
    this.#host = host
  }

  /** Where the direction stands. */
  get place(): EndingPlace {
    return this.#open || this.#from !== -1 ? 'mid-message' : 'boundary'
  }

  /** Bytes `from` to `to` of a chunk whose first byte is at `offset`. */
  push(chunk: Uint8Array, from: number, to: number, offset: number, receivedAt: number, sentAt: number): void {
    this.#chunkOffset = offset
    this.#chunkReceived = receivedAt
    this.#chunkSent = sentAt
    if (sentAt !== 0) this.sent(offset + to, sentAt)
    this.#splitter.push(chunk, from, to)
    this.#payload.keep()
  }

  /** All bytes up to `upTo` have left. */
  sent(upTo: number, at: number): void {
    this.#sentUpTo = upTo
    this.#sentUpToAt = at
    if (this.#from !== -1 && this.#sent === 0 && this.#from < upTo) this.#sent = at
  }

  /** Nothing more comes: gives half a frame as it is. */
  abandon(): void {
    if (this.#from !== -1) this.#close(this.#head === null ? 'opaque' : webSocketKind(this.#head.opcode), false)
    this.#endMessage(false)
    this.inflater?.close()
    this.inflater = null
  }

  headSpan(_chunk: Uint8Array, from: number, to: number): void {
    if (this.#from === -1) this.#begin(from)
    this.#touch(to)
  }

  begin(head: WebSocketHead): void {
    this.#head = head
    if (head.opcode > 2) return
    if (head.opcode !== 0 || !this.#open) this.#startMessage(head)
    this.#part++
    this.#lost ||= this.#part > MAX_PARTS
  }

  payload(chunk: Uint8Array, from: number, to: number, at: number): void {
    this.#touch(to)
    const { key, opcode } = this.#head!
    if (webSocketKind(opcode) === 'opaque') return
    const bytes = chunk.subarray(from, to)
    const plain = key === null ? bytes : masked(bytes, key, at)
    if (opcode > 2 || !this.#compressed) this.#payload.add(plain)
    else for (const out of this.inflater!.push(plain)) this.#payload.add(out)
  }

  end(): void {
    const head = this.#head!
    if (head.opcode <= 2 && this.#compressed) {
      if (head.fin) for (const out of this.inflater!.endMessage()) this.#payload.add(out)
      this.#unreadable = this.inflater!.failed
    }
    this.#close(webSocketKind(head.opcode), true)
  }

  lost(): void {
    this.#head = null
  }

  opaque(_chunk: Uint8Array, from: number, to: number): void {
    if (this.#from === -1) this.#begin(from)
    this.#touch(to)
    this.#close('opaque', true)
  }

  #begin(from: number): void {
    this.#from = this.#chunkOffset + from
    this.#received = this.#chunkReceived
    this.#sent = this.#chunkSent
    const { hold } = this.#host
    if (hold?.holdFrom === Infinity) hold.holdFrom = this.#from
  }

  #touch(to: number): void {
    this.#to = this.#chunkOffset + to
    this.#lastReceived = this.#chunkReceived
    this.#lastSent = this.#chunkSent
  }

  #startMessage(head: WebSocketHead): void {
    if (this.#open) this.#endMessage(false)
    this.#open = true
    this.#binary = head.opcode === 2
    this.#compressed = this.inflater !== null && (head.rsv & RSV1) !== 0
  }

  #endMessage(finished: boolean): void {
    const { hold } = this.#host
    if (!finished && this.#open && hold !== null) {
      const payload = this.#lost ? null : this.#message.whole()
      this.#host.unfinished({ payload, inflated: this.#compressed, ranges: this.#ranges })
    }
    if (!finished && this.#compressed) this.inflater?.abandon()
    this.#open = this.#lost = this.#compressed = false
    this.#part = 0
    this.#message.reset()
    this.#ranges = []
    if (hold !== null) hold.holdFrom = Infinity
  }

  #close(kind: FrameKind, complete: boolean): void {
    const head = this.#head
    const isPart = kind === 'message'
    const fin = !isPart || head!.fin
    const payload = this.#taken(kind)
    const ranges = isPart ? this.#ranges : []
    const lead = kind === 'opaque' || head === null ? 0 : head.bytes
    const [offset, length] = [this.#from, this.#to - this.#from]
    if (lead > 0 && !this.#lost && this.#host.hold !== null)
      ranges.push({ offset: offset + lead, length: length - lead, key: head!.key })
    const message = isPart ? this.#joined(payload, fin && complete) : null
    const inflated = isPart && this.#compressed && payload !== null
    const sentLastAt = this.#lastSent === 0 && this.#to <= this.#sentUpTo ? this.#sentUpToAt : this.#lastSent
    this.#payload.reset()
    this.#from = -1
    this.#head = null
    this.#unreadable = false
    this.#host.frame({
      kind,
      offset,
      length,
      lead,
      trail: 0,
      pieces: null,
      size: inflated ? payload.length : length - lead,
      receivedAt: this.#received,
      receivedLastAt: this.#lastReceived,
      sentAt: this.#sent,
      sentLastAt,
      payload,
      inflated,
      complete,
      opcode: head?.opcode ?? 0,
      fin,
      message,
      ranges,
      binary: this.#binary,
      part: isPart ? this.#part : 1,
      compressed: isPart && this.#compressed,
    })
    if (isPart && fin && complete) this.#endMessage(true)
    else if (!this.#open && this.#host.hold !== null) this.#host.hold.holdFrom = Infinity
  }

  /** What the frame carries; null where that is too much or could not be read. */
  #taken(kind: FrameKind): Uint8Array | null {
    if (kind === 'opaque' || this.#unreadable) return null
    return this.#payload.size === 0 ? NOTHING : this.#payload.whole()
  }

  /** Puts the message together; gives it with its last frame. */
  #joined(payload: Uint8Array | null, last: boolean): Uint8Array | null {
    if (last && this.#part === 1) return payload
    if (payload === null) this.#lost = true
    else if (!this.#lost) {
      this.#message.add(payload)
      this.#message.keep()
    }
    if (!last || this.#lost) return null
    return this.#message.size === 0 ? NOTHING : this.#message.whole()
  }
}
