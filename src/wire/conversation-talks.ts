/** The sessions there are: how they begin, what they are found by, and when they are over. */
import type { CallBook } from './conversation-calls.ts'
import { isEndpointKey } from './conversation-keys.ts'
import type { ConversationListener, Exchange, Session, Talk } from './conversation-types.ts'
import type { Era, Transport } from './frame.ts'

export class TalkBook<Frame, S, C> {
  readonly #listener: ConversationListener<Frame, S, C>
  readonly #calls: CallBook<Frame, S, C>
  readonly #idle: number
  readonly #maxSessions: number
  readonly #byKey = new Map<string, Talk<Frame, S, C>>()
  readonly #talks = new Set<Talk<Frame, S, C>>()
  #endpoints = 0

  /** `idle` in µs; `maxSessions`: as in `ConversationOptions`. */
  constructor(
    listener: ConversationListener<Frame, S, C>,
    calls: CallBook<Frame, S, C>,
    idle: number,
    maxSessions: number,
  ) {
    this.#listener = listener
    this.#calls = calls
    this.#idle = idle
    this.#maxSessions = maxSessions
  }

  /** Whether any session is found by the path it is written to. */
  get withEndpoints(): boolean {
    return this.#endpoints > 0
  }

  find(key: string): Talk<Frame, S, C> | undefined {
    return this.#byKey.get(key)
  }

  /** Those that are not over. */
  get all(): Iterable<Talk<Frame, S, C>> {
    return this.#talks
  }

  /** One that began elsewhere. */
  restore(session: Session<S>, keys: readonly string[], held: boolean): Talk<Frame, S, C> {
    const talk: Talk<Frame, S, C> = { ...session, pending: { c2s: new Map(), s2c: new Map() }, keys: [], held }
    this.#talks.add(talk)
    for (const key of keys) this.key(talk, key)
    this.#listener.session(talk)
    return talk
  }

  /** A new one, which the exchange belongs to. */
  begin(exchange: Exchange<Frame, S, C>, at: number, transport: Transport, era: Era | null): Talk<Frame, S, C> {
    const { server, target } = exchange.line.party
    const talk: Talk<Frame, S, C> = {
      tag: null,
      server,
      target,
      transport,
      era,
      revision: null,
      client: null,
      serverInfo: null,
      sessionId: null,
      certain: true,
      startedAt: at,
      lastAt: at,
      endedAt: null,
      pending: { c2s: new Map(), s2c: new Map() },
      keys: [],
      held: false,
    }
    this.#talks.add(talk)
    this.tie(exchange, talk, at)
    this.#listener.session(talk)
    return talk
  }

  /** The exchange belongs to it. */
  tie(exchange: Exchange<Frame, S, C>, talk: Talk<Frame, S, C>, at: number): void {
    exchange.session = talk
    exchange.era ??= talk.era
    exchange.line.last = talk
    talk.lastAt = at
  }

  /** It is found by this key from now on, until it is over; who was found by it before is not any more. */
  key(talk: Talk<Frame, S, C>, key: string): void {
    talk.keys.push(key)
    this.#byKey.set(key, talk)
    if (isEndpointKey(key)) this.#endpoints++
  }

  over(talk: Talk<Frame, S, C>, at: number): void {
    if (!this.#talks.delete(talk)) return
    for (const key of talk.keys) {
      if (this.#byKey.get(key) === talk) this.#byKey.delete(key)
      if (isEndpointKey(key)) this.#endpoints--
    }
    this.#calls.giveUpAll(talk)
    talk.endedAt = at
    this.#listener.session(talk)
  }

  /** Those idle for too long, or too many, are over. */
  sweep(now: number): void {
    for (const talk of this.#talks) if (!talk.held && now - talk.lastAt > this.#idle) this.over(talk, talk.lastAt)
    const excess = this.#talks.size - this.#maxSessions
    if (excess <= 0) return
    const oldest = [...this.#talks].sort((a, b) => a.lastAt - b.lastAt).slice(0, excess)
    for (const talk of oldest) this.over(talk, talk.lastAt)
  }

  /** All are over. */
  finish(at: number): void {
    for (const talk of this.#talks) this.over(talk, at)
  }
}
