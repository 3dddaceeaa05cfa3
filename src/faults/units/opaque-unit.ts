import type { PlaceWithin, Unit } from '../unit.ts'
import { insideCharacter, payloadUpTo } from './chunks.ts'
import type { LiveSubject } from './subject.ts'
import type { UnitEvents } from './unit-events.ts'

const NOTHING = new Uint8Array(0)

/** Bytes of what we do not understand, as they came: there is nothing in them to be changed, but their connection can be slowed, and ended. */
class OpaqueUnit implements Unit {
  readonly subject: LiveSubject
  readonly exchange = null
  readonly json = null
  readonly asks = false
  readonly #raw: Uint8Array

  constructor(subject: LiveSubject, raw: Uint8Array) {
    this.subject = subject
    this.#raw = raw
  }

  get places(): Unit['places'] {
    const { length } = this.#raw
    return { midEvent: Math.max(1, length >> 1), midChar: insideCharacter(this.#raw), afterHeaders: 0 }
  }

  body(bytes: Uint8Array): Uint8Array {
    return bytes
  }

  upTo(place: PlaceWithin): Uint8Array | null {
    return payloadUpTo(this.#raw, place)
  }

  /** It needs nothing but a close to end properly. */
  terminator(closeCode?: number): Uint8Array | null {
    return closeCode === undefined ? NOTHING : null
  }

  withJson(): null {
    return null
  }

  withPayload(): null {
    return null
  }

  withHead(): null {
    return null
  }

  another(): null {
    return null
  }

  block(): null {
    return null
  }

  heartbeat(): null {
    return null
  }

  respond(): null {
    return null
  }

  answer(): null {
    return null
  }
}

/** What comes at once is one unit. */
export function opaqueUnit(events: UnitEvents, raw: Uint8Array, from: number): void {
  if (raw.length === 0) return
  const subject = events.subject({ kind: 'opaque', size: raw.length, asked: null, content: raw })
  events.unit(new OpaqueUnit(subject, raw), raw, raw, from)
}
