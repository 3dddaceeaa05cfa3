import type { Decision, Held } from '../pipe/decision.ts'
import type { ConnectionRecord, DecisionRecord, HeldRecord, SessionRecord } from '../store/records.ts'
import type { RecordingContext } from './context.ts'

/** The row of a decision; its frame is found by its address. */
export function decisionRecord(
  { direction, at, rule, revision, offset, length, scope, draw, fired, action, heldUs }: Decision,
  connection: ConnectionRecord | null,
  session: SessionRecord | null,
): DecisionRecord {
  return {
    id: 0,
    stored: false,
    dirty: false,
    connection,
    session,
    direction: direction === null ? null : direction === 'c2s' ? 0 : 1,
    offset,
    length,
    frame: null,
    at,
    rule,
    revision,
    scope,
    draw,
    fired,
    action,
    heldUs,
  }
}

/** Messages at breakpoints, from the moment they wait to the moment they do not. */
export class HeldMessages {
  readonly #context: RecordingContext
  readonly #waiting = new Map<string, HeldRecord>()

  constructor(context: RecordingContext) {
    this.#context = context
  }

  /** What is told of one on this connection. */
  told(message: Held, connection: ConnectionRecord): void {
    const key = `${message.connection} ${message.direction} ${message.offset}`
    const row = this.#waiting.get(key) ?? this.#born(message, connection)
    if (message.state !== 'held') {
      this.#waiting.delete(key)
      return this.#ended(row, message.state, message.at)
    }
    this.#waiting.set(key, row)
    this.#context.dirty.held(row)
  }

  /** Whatever waits on a connection that is over does not any more. */
  closed(connection: number, at: number): void {
    for (const [key, row] of this.#waiting) {
      if (row.number !== connection) continue
      this.#waiting.delete(key)
      this.#ended(row, 'lost', at)
    }
  }

  #ended(row: HeldRecord, state: HeldRecord['state'], at: number): void {
    row.state = state
    row.endedAt = at
    this.#context.dirty.held(row)
  }

  #born(message: Held, connection: ConnectionRecord): HeldRecord {
    const { at, rule, direction, offset, deadline, payload, connection: number, about } = message
    return {
      id: 0,
      stored: false,
      dirty: false,
      connection,
      number,
      direction: direction === 'c2s' ? 0 : 1,
      offset,
      at,
      rule,
      deadline,
      payload: this.#kept(payload),
      about: about === undefined ? null : JSON.stringify(about),
      state: 'held',
      endedAt: null,
    }
  }

  /** As bodies are: only where they are kept, and without secrets. */
  #kept(payload: string | null): string | null {
    const { depth, redactor } = this.#context
    if (payload === null || depth !== 'full') return null
    if (!redactor.everyBody) return payload
    const copy = Buffer.from(payload)
    redactor.body(copy, false, false)
    return copy.toString('utf8')
  }
}
