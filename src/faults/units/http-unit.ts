import type { Direction } from '../../wire/frame.ts'
import type { BodyFraming, Http1Head } from '../../wire/http1.ts'
import { type EventFields, type HeaderChanges, type PlaceWithin, remember, type Unit } from '../unit.ts'
import { asChunk, indexInChunks, insideCharacter, LAST_CHUNK, payloadUpTo } from './chunks.ts'
import { blockOf, eventOf } from './event-text.ts'
import { changeHead, responseTo } from './head-changes.ts'
import { mirroredHeaders } from './mirrored.ts'
import { CLOSE, closePayload, socketFrame } from './socket-unit.ts'
import type { LiveSubject } from './subject.ts'
import type { Asked } from './talk.ts'

export interface HttpUnitParts {
  readonly direction: Direction
  readonly subject: LiveSubject
  readonly asked: Asked | null
  /** As received. */
  readonly raw: Uint8Array
  /** As it is now, where rules have changed it. */
  readonly changed?: Uint8Array
  /** As it came. */
  readonly head: Http1Head
  /** Bytes that are the head. */
  readonly headBytes: number
  /** Of the body, once chunk framing is taken away; as it came where it is coded. */
  readonly payload: Uint8Array
  /** Its JSON in the clear; null where it has none, or it cannot be read. */
  readonly json: Uint8Array | null
  readonly coded: boolean
  /** Of the body behind it, where that is an event stream; else what the head says. */
  readonly framing: BodyFraming
  /** Only the head, where its body is an event stream, whose events are units of their own, or a coded one. */
  readonly part: 'all' | 'stream' | 'coded'
}

/** An HTTP message: head and body, or the head before an event stream. */
export class HttpUnit implements Unit {
  readonly subject: LiveSubject
  /** The request it is, or answers. */
  readonly asked: Asked | null
  readonly raw: Uint8Array
  readonly #parts: HttpUnitParts
  #json: string | null | undefined

  constructor(parts: HttpUnitParts) {
    this.subject = parts.subject
    this.asked = parts.asked
    this.raw = parts.raw
    this.#parts = parts
  }

  get exchange(): number | null {
    return this.asked?.number ?? null
  }

  get head(): Http1Head {
    return this.#parts.head
  }

  get json(): string | null {
    const { json } = this.#parts
    return (this.#json ??= json === null ? null : decoder.decode(json))
  }

  get scheme(): 'http' | 'https' {
    return this.subject.secure ? 'https' : 'http'
  }

  get asks(): boolean {
    return this.#parts.direction === 'c2s'
  }

  withJson(json: string, { sync = true }: { readonly sync?: boolean } = {}): Uint8Array | null {
    const before = this.json
    if (before === null) return null
    const mirrored = sync && this.asks ? mirroredHeaders(this.head, before, json) : {}
    return this.#withBody(
      Buffer.from(json),
      this.#parts.coded ? { ...mirrored, 'Content-Encoding': null } : mirrored,
      true,
    )
  }

  withPayload(payload: Uint8Array): Uint8Array | null {
    return this.#withBody(payload, {}, this.json !== null && !this.#parts.coded)
  }

  withHead(changes: HeaderChanges): Uint8Array {
    const { headBytes, payload } = this.#parts
    const head = changeHead(this.#now.subarray(0, headBytes), changes)
    const changed = Buffer.concat([head, this.#now.subarray(headBytes)])
    return remember(changed, new HttpUnit({ ...this.#parts, changed, headBytes: head.length }), payload)
  }

  another(json: string, fields: EventFields = {}): Uint8Array | null {
    return this.#parts.part === 'stream' ? this.body(eventOf(json, fields)) : null
  }

  block(text: string): Uint8Array | null {
    return this.#parts.part === 'stream' ? this.body(blockOf(text)) : null
  }

  body(bytes: Uint8Array): Uint8Array {
    return this.#parts.framing === 'chunked' ? asChunk(bytes) : bytes
  }

  heartbeat(): Uint8Array | null {
    return this.block(':')
  }

  terminator(closeCode?: number): Uint8Array | null {
    const { framing, part, subject } = this.#parts
    if (this.asks) return null
    if (subject.status === 101 && subject.header('upgrade')?.toLowerCase() === 'websocket')
      return socketFrame(CLOSE, closePayload(closeCode), null)
    if (part === 'all' || framing === 'until-close') return NOTHING
    return framing === 'chunked' ? LAST_CHUNK : null
  }

  upTo(place: PlaceWithin): Uint8Array | null {
    const { payload, part, coded } = this.#parts
    if (part !== 'all' || this.subject.status === 101) return place === 'after-headers' ? this.raw : null
    const left = coded && place === 'mid-char' ? null : payloadUpTo(payload, place)
    return left === null ? null : this.withPayload(left)
  }

  respond(status: number, headers: HeaderChanges, body: string | Uint8Array): Uint8Array | null {
    return this.asks ? responseTo(this.head.method, status, headers, body) : null
  }

  answer(json: string, headers: HeaderChanges = {}): Uint8Array | null {
    return this.respond(200, { 'Content-Type': 'application/json', ...headers }, json)
  }

  get places(): Unit['places'] {
    const { payload, framing, coded, headBytes: afterHeaders } = this.#parts
    const place = (index: number): number =>
      framing === 'chunked' ? indexInChunks(this.#now, afterHeaders, index) : afterHeaders + index
    const inside = coded ? null : insideCharacter(payload)
    return {
      midEvent: payload.length === 0 ? afterHeaders : place(Math.max(1, payload.length >> 1)),
      midChar: inside === null ? null : place(inside),
      afterHeaders,
    }
  }

  #withBody(body: Uint8Array, changes: HeaderChanges, json: boolean): Uint8Array | null {
    const { framing, part, headBytes } = this.#parts
    const sized = framing === 'length' || (framing === 'none' && this.asks)
    if (part !== 'all' || (!sized && framing !== 'chunked' && framing !== 'until-close')) return null
    const all = sized ? { ...changes, 'Content-Length': String(body.length) } : changes
    const head = changeHead(this.#now.subarray(0, headBytes), all)
    const changed = Buffer.concat(framing === 'chunked' ? [head, asChunk(body), LAST_CHUNK] : [head, body])
    const known = { changed, headBytes: head.length, payload: body, json: json ? body : null }
    return remember(changed, new HttpUnit({ ...this.#parts, ...known, coded: this.#parts.coded && !json }), body)
  }

  get #now(): Uint8Array {
    return this.#parts.changed ?? this.raw
  }
}

const NOTHING = new Uint8Array(0)
const decoder = new TextDecoder()
