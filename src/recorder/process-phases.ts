import type { ProcessRecord } from '../store/records.ts'
import type { Direction } from '../wire/frame.ts'
import type { FrameRecord } from '../store/records.ts'
import { MESSAGE_KIND } from './kinds.ts'

const HANDSHAKES = new Set(['initialize', 'server/discover'])

/**
 * How far the start of a server has come, told from what passes: the first byte of its output, the first answer to `initialize` or
 * `server/discover`, and `notifications/initialized`, which the stateless era does without.
 */
export class ProcessPhases {
  readonly #row: ProcessRecord
  #asked = 0
  #other = false

  constructor(row: ProcessRecord) {
    this.#row = row
  }

  /** True when nothing but `server/discover` was asked: the throw-away child by which a client finds out the era. */
  get probe(): boolean {
    return this.#asked > 0 && !this.#other
  }

  /** A chunk of its output has come. True when that is news. */
  output(at: number): boolean {
    if (this.#row.firstByteAt !== null) return false
    this.#row.firstByteAt = at
    return true
  }

  /** True when a phase has been reached by it. */
  frame(direction: Direction, { messages, receivedLastAt: at }: FrameRecord): boolean {
    const row = this.#row
    const [handshakeAt, readyAt] = [row.handshakeAt, row.readyAt]
    for (const { kind, method } of messages) {
      if (direction === 'c2s') {
        if (method === 'server/discover') this.#asked++
        else this.#other = true
        if (method === 'notifications/initialized') row.readyAt ??= at
      } else if (kind === MESSAGE_KIND.response && method !== null && HANDSHAKES.has(method)) {
        row.handshakeAt ??= at
        if (method === 'server/discover') row.readyAt ??= at
      }
    }
    return row.handshakeAt !== handshakeAt || row.readyAt !== readyAt
  }
}
