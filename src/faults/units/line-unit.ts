import { remember, type Unit } from '../unit.ts'
import { insideCharacter } from './chunks.ts'
import type { LiveSubject } from './subject.ts'

const decoder = new TextDecoder()

/** A line of stdio. `text`: without its end. */
export class LineUnit implements Unit {
  readonly subject: LiveSubject
  readonly exchange = null
  readonly asks = false
  readonly #raw: Uint8Array
  readonly #text: Uint8Array
  #json: string | null | undefined

  constructor(subject: LiveSubject, raw: Uint8Array, text: Uint8Array) {
    this.subject = subject
    this.#raw = raw
    this.#text = text
  }

  /** Null for a line that carries no message. */
  get json(): string | null {
    return (this.#json ??= this.subject.messages.length === 0 ? null : decoder.decode(this.#text))
  }

  withJson(json: string): Uint8Array | null {
    return this.json === null ? null : this.withPayload(Buffer.from(json))
  }

  withPayload(payload: Uint8Array): Uint8Array {
    const raw = Buffer.concat([payload, this.#raw.subarray(this.#text.length)])
    return remember(raw, new LineUnit(this.subject, raw, payload), payload)
  }

  withHead(): null {
    return null
  }

  another(json: string): Uint8Array {
    return Buffer.from(`${json}\n`)
  }

  block(): null {
    return null
  }

  body(bytes: Uint8Array): Uint8Array {
    return bytes
  }

  heartbeat(): null {
    return null
  }

  terminator(): null {
    return null
  }

  /** A line ends a message, so half of one is none. */
  upTo(): null {
    return null
  }

  respond(): null {
    return null
  }

  answer(json: string): Uint8Array {
    return this.another(json)
  }

  get places(): Unit['places'] {
    const { length } = this.#text
    return { midEvent: length >> 1, midChar: insideCharacter(this.#text), afterHeaders: 0 }
  }
}
