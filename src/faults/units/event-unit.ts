import { type EventFields, type PlaceWithin, remember, type Unit } from '../unit.ts'
import { eventData } from '../../wire/sse.ts'
import { asChunk, indexInChunks, insideCharacter, LAST_CHUNK, payloadUpTo } from './chunks.ts'
import { blockOf, eventOf, withData } from './event-text.ts'
import type { LiveSubject } from './subject.ts'

export interface EventUnitParts {
  readonly subject: LiveSubject
  readonly exchange: number | null
  readonly raw: Uint8Array
  /** The block with its blank line; of what closes the body, an unfinished one. */
  readonly block: Uint8Array
  /** The data of a message. */
  readonly data: Uint8Array | null
  readonly chunked: boolean
  /** It closes the body. */
  readonly last: boolean
}

/** A block of an event stream, or what closes its body. */
export class EventUnit implements Unit {
  readonly subject: LiveSubject
  readonly exchange: number | null
  readonly asks = false
  readonly #parts: EventUnitParts
  #json: string | null | undefined

  constructor(parts: EventUnitParts) {
    this.subject = parts.subject
    this.exchange = parts.exchange
    this.#parts = parts
  }

  get json(): string | null {
    const { data } = this.#parts
    return (this.#json ??= data === null ? null : decoder.decode(data))
  }

  withJson(json: string): Uint8Array | null {
    return this.json === null ? null : this.#changed(withData(this.#parts.block, json), Buffer.from(json))
  }

  withPayload(payload: Uint8Array): Uint8Array | null {
    return this.#changed(payload, this.#parts.data === null ? null : eventData(payload))
  }

  withHead(): null {
    return null
  }

  another(json: string, fields: EventFields = {}): Uint8Array {
    return this.body(eventOf(json, fields))
  }

  block(text: string): Uint8Array {
    return this.body(blockOf(text))
  }

  body(bytes: Uint8Array): Uint8Array {
    return this.#parts.chunked ? asChunk(bytes) : bytes
  }

  heartbeat(): Uint8Array {
    return this.block(':')
  }

  terminator(): Uint8Array {
    return this.#parts.chunked ? LAST_CHUNK : NOTHING
  }

  upTo(place: PlaceWithin): Uint8Array | null {
    const part = payloadUpTo(this.#parts.block, place)
    return part === null ? null : this.body(part)
  }

  respond(): null {
    return null
  }

  answer(): null {
    return null
  }

  #changed(block: Uint8Array, data: Uint8Array | null): Uint8Array {
    const { chunked, last } = this.#parts
    const raw = last && chunked ? Buffer.concat([asChunk(block), LAST_CHUNK]) : this.body(block)
    return remember(raw, new EventUnit({ ...this.#parts, raw, block, data }), block)
  }

  get places(): Unit['places'] {
    const { raw, block, chunked } = this.#parts
    const place = (index: number): number => (chunked ? indexInChunks(raw, 0, index) : index)
    const inside = insideCharacter(block)
    return {
      midEvent: block.length === 0 ? 0 : place(Math.max(1, block.length >> 1)),
      midChar: inside === null ? null : place(inside),
      afterHeaders: 0,
    }
  }
}

const NOTHING = new Uint8Array(0)
const decoder = new TextDecoder()
