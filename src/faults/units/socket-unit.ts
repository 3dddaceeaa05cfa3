import type { Direction } from '../../wire/frame.ts'
import { masked } from '../../wire/websocket-head.ts'
import { type PlaceWithin, remember, type Unit } from '../unit.ts'
import { insideCharacter, payloadUpTo } from './chunks.ts'
import type { LiveSubject } from './subject.ts'

const TEXT = 1
/** Opcode of a close frame. */
export const CLOSE = 8
const PING = 9
/** Masks what a client never sent: which key is all the same, and this one is nobody's secret. */
const KEY = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d)

/** One frame, all of a message (RFC 6455 §5.2). `key` null: not masked. */
export function socketFrame(opcode: number, payload: Uint8Array, key: Uint8Array | null): Buffer {
  const { length } = payload
  const head = Buffer.alloc(2 + (length < 126 ? 0 : length < 65_536 ? 2 : 8))
  head[0] = 0x80 | opcode
  head[1] = (key === null ? 0 : 0x80) | (length < 126 ? length : length < 65_536 ? 126 : 127)
  if (length >= 65_536) head.writeBigUInt64BE(BigInt(length), 2)
  else if (length >= 126) head.writeUInt16BE(length, 2)
  return Buffer.concat(key === null ? [head, payload] : [head, key, masked(payload, key)])
}

/** Of a close frame (RFC 6455 §5.5.1). Default 1000, a proper end. */
export const closePayload = (code = 1000): Uint8Array => Uint8Array.of(code >> 8, code & 255)

/** What a message is compressed with: nothing; by itself; with what came before it; or that is not known, for rules began in the middle. */
export type CompressionContext = 'none' | 'own' | 'shared' | 'unknown'

export interface SocketUnitParts {
  readonly direction: Direction
  readonly subject: LiveSubject
  readonly exchange: number | null
  readonly raw: Uint8Array
  readonly opcode: number
  readonly key: Uint8Array | null
  /** Unmasked and inflated; null where it cannot be read. */
  readonly payload: Uint8Array | null
  readonly context: CompressionContext
  /** Bytes of its first header. */
  readonly lead: number
}

/** A message of a WebSocket, all its frames together, or a control frame. */
export class SocketUnit implements Unit {
  readonly subject: LiveSubject
  readonly exchange: number | null
  readonly asks = false
  readonly #parts: SocketUnitParts
  #json: string | null | undefined

  constructor(parts: SocketUnitParts) {
    this.subject = parts.subject
    this.exchange = parts.exchange
    this.#parts = parts
  }

  get fixed(): string | null {
    const { context, payload } = this.#parts
    if (context === 'unknown') return 'compressed with what came before the rule'
    return context === 'shared' && payload === null ? 'compressed, and cannot be read' : null
  }

  /** All of a message that is compressed with what came before it, in one frame and uncompressed; else null. */
  get plain(): Uint8Array | null {
    const { context, opcode, payload, key } = this.#parts
    return context === 'shared' && payload !== null ? socketFrame(opcode, payload, key) : null
  }

  /** The same, as that. */
  uncompressed(raw: Uint8Array): SocketUnit {
    const { payload } = this.#parts
    return new SocketUnit({ ...this.#parts, raw, lead: raw.length - (payload?.length ?? 0), context: 'none' })
  }

  get json(): string | null {
    const { opcode, payload } = this.#parts
    return (this.#json ??= opcode !== TEXT || payload === null ? null : decoder.decode(payload))
  }

  withJson(json: string): Uint8Array | null {
    return this.json === null ? null : this.withPayload(Buffer.from(json))
  }

  withPayload(payload: Uint8Array): Uint8Array | null {
    const { opcode, key } = this.#parts
    if (this.fixed !== null) return null
    const raw = socketFrame(opcode, payload, key)
    const lead = raw.length - payload.length
    return remember(raw, new SocketUnit({ ...this.#parts, raw, payload, lead, context: 'none' }), payload)
  }

  withHead(): null {
    return null
  }

  another(json: string): Uint8Array {
    return this.#frame(TEXT, Buffer.from(json))
  }

  block(): null {
    return null
  }

  /** As a message of its own. */
  body(bytes: Uint8Array): Uint8Array {
    return this.#frame(TEXT, bytes)
  }

  heartbeat(): Uint8Array {
    return this.#frame(PING, NOTHING)
  }

  terminator(closeCode?: number): Uint8Array {
    return this.#frame(CLOSE, closePayload(closeCode))
  }

  upTo(place: PlaceWithin): Uint8Array | null {
    if (place === 'after-headers') return NOTHING
    const { payload } = this.#parts
    const part = payload === null ? null : payloadUpTo(payload, place)
    return part === null ? null : this.withPayload(part)
  }

  respond(): null {
    return null
  }

  /** Goes the other way. */
  answer(json: string): Uint8Array {
    return socketFrame(TEXT, Buffer.from(json), this.#parts.direction === 's2c' ? KEY : null)
  }

  get places(): Unit['places'] {
    const { raw, lead, payload, context } = this.#parts
    const inside = context !== 'none' || payload === null ? null : insideCharacter(payload)
    const end = raw.length - lead
    return {
      midEvent: lead + (end >> 1),
      midChar: inside === null || inside >= end ? null : lead + inside,
      afterHeaders: 0,
    }
  }

  #frame(opcode: number, payload: Uint8Array): Uint8Array {
    const { direction, key } = this.#parts
    return socketFrame(opcode, payload, direction === 'c2s' ? (key ?? KEY) : null)
  }
}

const NOTHING = new Uint8Array(0)
const decoder = new TextDecoder()
