/**
 * What a fault gets to see: traffic in *units*, each with its meaning, that can be left out, repeated, moved and rewritten without
 * breaking the framing around them.
 *
 * | transport | units |
 * |---|---|
 * | HTTP request, HTTP response that is no event stream | one: head and body together |
 * | HTTP response with an event stream | its head; each event; what closes the body |
 * | WebSocket | each message, ping, pong, close; the frames of a fragmented message together |
 * | stdio | each line |
 *
 * A unit's `frame.raw` is self-contained: of a chunked body it begins with its own chunk size and ends with that chunk's CRLF. Where
 * the peer's chunk borders are not those of events, the gate puts its own (recorded as ours, `framing`).
 */
import type { PipeEvent } from '../pipe/action.ts'
import type { Subject } from '../filter/subject.ts'

/** Changes of a head: names in any case; null removes. */
export type HeaderChanges = Readonly<Record<string, string | null>>

/** An event of an event stream, as to be written. */
export interface EventFields {
  readonly id?: string
  readonly event?: string
  readonly retry?: number
}

/** Where within a unit: half of its payload, inside a character of several bytes, or before its payload. */
export type PlaceWithin = 'mid-event' | 'mid-char' | 'after-headers'

/** What can be done with a unit. All bytes given are new; none of these sends anything. Null: cannot be done here (the doc says where), the fault then leaves the unit alone and reports `not applied`. */
export interface Unit {
  readonly subject: Subject
  /** Which HTTP exchange of its connection it belongs to, request and response alike, counted from 0 in the order of the requests; null without HTTP. */
  readonly exchange: number | null
  /** The JSON text it carries (body, data of an event, text of a message, line); null when there is none. */
  readonly json: string | null
  /** How the client speaks to us. Default: `http`. */
  readonly scheme?: 'http' | 'https'
  /** It opens an exchange of its own that can be answered: an HTTP request. */
  readonly asks: boolean
  /** Why it has to get there once, in its place and as it is: later ones cannot be read without it. Null or absent where it has not. */
  readonly fixed?: string | null
  /** The same unit carrying other JSON: `Content-Length`, `data:` lines, chunk size, mask follow, and in the stateless era the mirrored `Mcp-*` headers. Null when `json` is, and for what is `fixed`. `sync: false` leaves the mirrored headers. */
  withJson(json: string, options?: { readonly sync?: boolean }): Uint8Array | null
  /** The same unit with another payload: whole body, block of an event with its blank line, message text, line without its end. */
  withPayload(payload: Uint8Array): Uint8Array | null
  /** The same unit with a changed head. Null without a head. */
  withHead(changes: HeaderChanges): Uint8Array | null
  /** A further unit of the same kind and direction, carrying this JSON: an event, a message, a line. Null for a unit with a head. */
  another(json: string, fields?: EventFields): Uint8Array | null
  /** A further block as given (`: comment`, `retry: 0`, …; the blank line is added). Event streams only. */
  block(text: string): Uint8Array | null
  /** Raw bytes inside the body in the framing of the body: `bytes` as a chunk of their own. What `block` and `another` use. */
  body(bytes: Uint8Array): Uint8Array
  /** Something that keeps a waiting client alive and means nothing: a comment, a ping. Null on stdio and before a response. */
  heartbeat(): Uint8Array | null
  /** What properly ends the body or the socket behind it. Nothing where the unit is all of its body. Null when nothing can: a request, stdio. */
  terminator(closeCode?: number): Uint8Array | null
  /** A whole HTTP response to this request. Null unless `asks`. `Content-Length` is added; `Connection: close` is not. */
  respond(status: number, headers: HeaderChanges, body: string | Uint8Array): Uint8Array | null
  /** An answer to this JSON-RPC request in the words of its transport: an HTTP response with JSON, a message, a line. */
  answer(json: string, headers?: HeaderChanges): Uint8Array | null
  /** How many bytes of `frame.raw` to send to stop at a place within it: half of the payload; inside its first character of several bytes (null without one); behind the head (the whole head where there is one, else 0). */
  /** The same unit with its payload only up to such a place, in good framing: what follows is as if that were all of it. Null where nothing can frame it, or there is no such place. */
  upTo(place: PlaceWithin): Uint8Array | null
  readonly places: { readonly midEvent: number; readonly midChar: number | null; readonly afterHeaders: number }
}

/** An event as faults see it. `meaning` is absent where traffic is not understood, and for faults that need bytes only. */
export type FaultFrame = Extract<PipeEvent, { kind: 'frame' }> & { readonly meaning: Unit }

/** What bytes of `with…` are, for as long as somebody has them. */
const made = new WeakMap<Uint8Array, { readonly unit: Unit; readonly payload: Uint8Array }>()

/** Remembers what changed bytes are, so that rules behind the one that changed them change them further. For units alone. */
export function remember(bytes: Uint8Array, unit: Unit, payload: Uint8Array): Uint8Array {
  made.set(bytes, { unit, payload })
  return bytes
}

/** The unit with other bytes, to be passed in its place. What `with…` gave is read anew by rules behind this one; which of them it concerns is told by what was received. */
export function withRaw(event: FaultFrame, raw: Uint8Array): FaultFrame {
  const { unit = event.meaning, payload = event.frame.payload } = made.get(raw) ?? {}
  return {
    ...event,
    span: event.span ?? event.frame.raw.length,
    frame: { ...event.frame, raw, payload },
    meaning: unit,
  }
}
