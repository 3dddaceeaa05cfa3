/**
 * Which session an exchange belongs to.
 *
 * | evidence | session |
 * |---|---|
 * | `Mcp-Session-Id` on the request | of that id (and server) |
 * | `initialize` | a new one; the id on its response names it |
 * | path of an `endpoint` event | that of the stream which announced it (2024-11-05) |
 * | a socket or process that is a conversation by itself | its own, whatever is said |
 * | `_meta` of a stateless revision | by server, client address, `clientInfo` and credential; not certain |
 * | none of these | the connection's last one, else by server, address, agent and credential; not certain |
 */
import { learn, sameClient } from './conversation-facts.ts'
import { clientKey, endpointKey, endpointOf, idKey, looseKey } from './conversation-keys.ts'
import type { TalkBook } from './conversation-talks.ts'
import type { ConversationListener, Exchange } from './conversation-types.ts'
import type { Transport } from './frame.ts'
import type { ScannedMessage } from './jsonrpc.ts'
import { eraOf } from './mcp.ts'

/** Finds or makes the sessions of exchanges. */
export class Places<Frame, S, C> {
  readonly #listener: ConversationListener<Frame, S, C>
  readonly #talks: TalkBook<Frame, S, C>

  constructor(listener: ConversationListener<Frame, S, C>, talks: TalkBook<Frame, S, C>) {
    this.#listener = listener
    this.#talks = talks
  }

  /** By what the request head says, where it says any. */
  byHead(exchange: Exchange<Frame, S, C>, at: number): void {
    const { line, facts } = exchange
    if (facts.sessionId !== null) return this.#bySessionId(exchange, facts.sessionId, at)
    if (!this.#talks.withEndpoints) return
    const talk = this.#talks.find(endpointKey(line.party, facts.target))
    if (talk !== undefined) this.#talks.tie(exchange, talk, at)
  }

  /** By the `endpoint` event on it. */
  byEndpoint(exchange: Exchange<Frame, S, C>, uri: string, at: number): void {
    const { line, facts } = exchange
    exchange.alone = 'sse'
    const talk = this.#talks.begin(exchange, at, 'sse', 'stateful')
    talk.held = true
    const { path, sessionId } = endpointOf(uri, facts.target, line.party)
    const key = endpointKey({ ...line.party, prefix: '' }, path)
    talk.sessionId = sessionId
    const other = this.#talks.find(key)
    if (other !== undefined) {
      // two streams with one address to write to: what is written cannot be told apart
      for (const each of [talk, other]) each.certain = false
      this.#listener.session(other)
    }
    this.#talks.key(talk, key)
    this.#listener.session(talk)
  }

  /** By a message from the client. */
  byMessage(exchange: Exchange<Frame, S, C>, message: ScannedMessage, at: number): void {
    const revision = message.revision
    if (revision !== null && message.method !== 'initialize' && eraOf(revision) === 'stateless') {
      exchange.era = 'stateless'
      exchange.revision = revision
      const known = exchange.session
      if (known === null || known.era !== 'stateless') this.#stateless(exchange, message, at)
      return
    }
    if (message.method === 'initialize' && message.kind === 'request') {
      const talk = exchange.session ?? this.#talks.begin(exchange, at, 'http', 'stateful')
      exchange.began = true
      talk.client = message.client ?? talk.client
      talk.revision = revision ?? talk.revision
      exchange.revision = revision
      if (exchange.response !== null) this.name(exchange)
      this.#listener.session(talk)
    } else if (exchange.session === null) this.#guess(exchange, at)
    exchange.era = 'stateful'
  }

  /** A conversation by itself: the era is that of its newest message that tells one. */
  alone(exchange: Exchange<Frame, S, C>, transport: Transport, message: ScannedMessage, at: number): void {
    const talk = exchange.session ?? this.#talks.begin(exchange, at, transport, null)
    talk.held = true
    if (learn(talk, exchange, message)) this.#listener.session(talk)
  }

  /** What the response to `initialize` names the session; one that names none is found by its looks. */
  name(exchange: Exchange<Frame, S, C>): void {
    const talk = exchange.session
    if (talk === null || exchange.response === null || talk.sessionId !== null || talk.transport === 'sse') return
    const id = exchange.response.sessionId
    if (id === null) return this.#talks.key(talk, looseKey(exchange))
    talk.sessionId = id
    this.#talks.key(talk, idKey(talk.server, id))
    this.#listener.session(talk)
  }

  #bySessionId(exchange: Exchange<Frame, S, C>, id: string, at: number): void {
    const { line } = exchange
    const known = line.last?.sessionId === id ? line.last : this.#talks.find(idKey(line.party.server, id))
    if (known !== undefined && known.endedAt === null) return this.#talks.tie(exchange, known, at)
    const talk = this.#talks.begin(exchange, at, 'http', 'stateful')
    talk.sessionId = id
    talk.revision = exchange.facts.revision
    this.#talks.key(talk, idKey(talk.server, id))
    this.#listener.session(talk)
  }

  #stateless(exchange: Exchange<Frame, S, C>, message: ScannedMessage, at: number): void {
    const client = message.client
    const { last } = exchange.line
    const same = last?.era === 'stateless' && last.endedAt === null && sameClient(last.client, client)
    const key = clientKey(exchange, client)
    if (same && last.keys[0] === key) return this.#talks.tie(exchange, last, at)
    const known = this.#talks.find(key)
    if (known !== undefined) return this.#talks.tie(exchange, known, at)
    const talk = this.#talks.begin(exchange, at, 'http', 'stateless')
    talk.client = client
    talk.revision = message.revision
    talk.certain = false
    this.#talks.key(talk, key)
    this.#listener.session(talk)
  }

  /** Stateful traffic that names no session: of a server without sessions, or recorded from the middle on. */
  #guess(exchange: Exchange<Frame, S, C>, at: number): void {
    const { line, facts } = exchange
    const last = line.last
    if (last !== null && last.endedAt === null && last.era !== 'stateless' && last.sessionId === null) {
      return this.#talks.tie(exchange, last, at)
    }
    const key = looseKey(exchange)
    const known = this.#talks.find(key)
    if (known !== undefined && known.sessionId === null) {
      this.#talks.tie(exchange, known, at)
      if (!known.certain) return
      known.certain = false
      return this.#listener.session(known)
    }
    const talk = this.#talks.begin(exchange, at, 'http', 'stateful')
    talk.certain = false
    talk.revision = facts.revision
    this.#talks.key(talk, key)
    this.#listener.session(talk)
  }
}
