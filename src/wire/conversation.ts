/**
 * Which session an exchange belongs to, and which answer belongs to which request. Pure: fed with what was parsed, it tells its
 * listener what was born or changed. One for all traffic of a process; the recorder, the fault engine and the trace use it.
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
import { CallBook } from './conversation-calls.ts'
import type {
  Call,
  ConversationListener,
  ConversationOptions,
  Exchange,
  Line,
  Party,
  RequestFacts,
  ResponseFacts,
} from './conversation-types.ts'
import { learn, sameClient } from './conversation-facts.ts'
import { clientKey, endpointKey, endpointOf, idKey, looseKey } from './conversation-keys.ts'
import { loadInto, save, type OpenLine, type RestoredLine, type SavedConversation } from './conversation-saved.ts'
import { TalkBook } from './conversation-talks.ts'
import type { EndingBy } from './ending.ts'
import type { Direction, Transport } from './frame.ts'
import type { ScannedMessage } from './jsonrpc.ts'
import { eraOf } from './mcp.ts'

export type { OpenLine, RestoredLine, SavedConversation } from './conversation-saved.ts'
export type {
  Call,
  CallOutcome,
  ConversationListener,
  ConversationOptions,
  Exchange,
  Line,
  Party,
  RequestFacts,
  ResponseFacts,
  Session,
} from './conversation-types.ts'

const HOUR = 3_600_000_000

export class Conversations<Frame, S, C> {
  readonly #listener: ConversationListener<Frame, S, C>
  readonly #calls: CallBook<Frame, S, C>
  readonly #talks: TalkBook<Frame, S, C>

  constructor(
    listener: ConversationListener<Frame, S, C>,
    { idle = HOUR, maxSessions = 10_000, maxPending = 10_000 }: ConversationOptions = {},
  ) {
    this.#listener = listener
    this.#calls = new CallBook(listener, maxPending)
    this.#talks = new TalkBook(listener, this.#calls, idle, maxSessions)
  }

  line(party: Party): Line<Frame, S, C> {
    return { party, last: null }
  }

  /** A request head has come. */
  request(line: Line<Frame, S, C>, facts: RequestFacts, at: number): Exchange<Frame, S, C> {
    const exchange: Exchange<Frame, S, C> = {
      line,
      facts,
      session: null,
      era: null,
      revision: facts.revision,
      resumable: false,
      response: null,
      responseFrame: null,
      began: false,
      alone: null,
      calls: [],
    }
    if (facts.sessionId !== null) this.#bySessionId(exchange, facts.sessionId, at)
    else if (this.#talks.withEndpoints) {
      const talk = this.#talks.find(endpointKey(line.party, facts.target))
      if (talk !== undefined) this.#talks.tie(exchange, talk, at)
    }
    return exchange
  }

  /** The final response head has come. */
  responded(exchange: Exchange<Frame, S, C>, facts: ResponseFacts, frame: Frame): void {
    exchange.response = facts
    exchange.responseFrame = frame
    if (exchange.began) this.#name(exchange)
  }

  /** An event with an id: the stream may be resumed. */
  resumable(exchange: Exchange<Frame, S, C>): void {
    exchange.resumable = true
  }

  /**
   * The first event of a 2024-11-05 stream: where its session is to be written to, a reference as the server wrote it. The
   * session lives as long as the stream.
   */
  endpoint(exchange: Exchange<Frame, S, C>, uri: string, at: number): void {
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

  /**
   * The exchange is a conversation by itself from here on: a socket, a process. Its session begins with its first message, or at
   * once when it is `certain` to be one; `ended` ends it.
   */
  alone(exchange: Exchange<Frame, S, C>, transport: Transport, certain: boolean, at: number): void {
    exchange.alone = transport
    exchange.session = null
    if (certain) this.#talks.begin(exchange, at, transport, null).held = true
  }

  /** A message of the exchange. Gives the call it asks or answers, if any. */
  message(
    exchange: Exchange<Frame, S, C>,
    direction: Direction,
    message: ScannedMessage,
    frame: Frame,
    at: number,
  ): Call<Frame, C> | null {
    if (message.kind === 'invalid') return null
    if (exchange.alone !== null) this.#placeAlone(exchange, exchange.alone, message, at)
    else if (direction === 'c2s') this.#place(exchange, message, at)
    const talk = exchange.session
    if (talk !== null) talk.lastAt = at
    if (message.kind === 'request') return this.#calls.asked(exchange, direction, message, frame, at)
    if (message.kind === 'notification') {
      if (message.method === 'notifications/cancelled') this.#calls.cancelled(exchange, direction, message.requestId)
      return null
    }
    const call = this.#calls.answered(exchange, direction, message, frame, at)
    if (call !== null && call.method === 'initialize') this.#introduced(exchange, message)
    return call
  }

  /** The response is complete (`by` null), or the exchange was broken off by somebody. */
  ended(exchange: Exchange<Frame, S, C>, by: EndingBy | null, at: number): void {
    // a stream of 2024-11-05 that was properly ended was ended by its server
    if (exchange.alone !== null) return this.#endAlone(exchange, exchange.alone === 'sse' ? (by ?? 'server') : by, at)
    const { response } = exchange
    const ends =
      exchange.facts.verb === 'DELETE' && response !== null && response.status >= 200 && response.status < 300
    for (const call of exchange.calls) if (call.answeredAt === null) this.#calls.cut(exchange, call, by, at)
    if (ends && exchange.session !== null) this.#talks.over(exchange.session, at)
  }

  /** The open call that a notification of the exchange is about: progress of it, or its cancellation. To be asked before `message`. */
  about(exchange: Exchange<Frame, S, C>, direction: Direction, message: ScannedMessage): Call<Frame, C> | null {
    return this.#calls.about(exchange, direction, message)
  }

  /** All that is open, to be understood by another one: sessions, and what runs on these connections. */
  save(lines: Iterable<OpenLine<Frame, S, C>>): SavedConversation {
    return save(this.#talks.all, lines)
  }

  /**
   * Takes over what another one knew. Sessions that are known here already stay, and learn what they lack. `frame`: what stands
   * for the requests of its calls. `wanted`: connections that are watched here. Gives what was open on these.
   */
  load(
    saved: SavedConversation,
    frame: Frame,
    wanted: (connection: number) => boolean = () => true,
  ): Map<number, RestoredLine<Frame, S, C>> {
    return loadInto(this.#talks, saved, frame, wanted)
  }

  /** Sessions idle for too long, or too many, are over. To be called now and then. */
  sweep(now: number): void {
    this.#talks.sweep(now)
  }

  /** The recording ends: whatever is pending stays unanswered. */
  finish(at: number): void {
    this.#talks.finish(at)
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

  /** Finds or makes the session of a message from the client. */
  #place(exchange: Exchange<Frame, S, C>, message: ScannedMessage, at: number): void {
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
      if (exchange.response !== null) this.#name(exchange)
      this.#listener.session(talk)
    } else if (exchange.session === null) this.#guess(exchange, at)
    exchange.era = 'stateful'
  }

  /** The era is that of its newest message that tells one. */
  #placeAlone(exchange: Exchange<Frame, S, C>, transport: Transport, message: ScannedMessage, at: number): void {
    const talk = exchange.session ?? this.#talks.begin(exchange, at, transport, null)
    talk.held = true
    if (learn(talk, exchange, message)) this.#listener.session(talk)
  }

  /** Nothing comes any more on it, so nothing that is pending will be answered, in either direction. */
  #endAlone({ session: talk }: Exchange<Frame, S, C>, by: EndingBy | null, at: number): void {
    if (talk === null) return
    const cut = by === 'client' ? 'client-left' : by === 'server' ? 'server-closed' : by === 'fault' ? by : 'silent'
    this.#calls.giveUpAll(talk, cut)
    this.#talks.over(talk, at)
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

  /** What the response to `initialize` names the session; one that names none is found by its looks. */
  #name(exchange: Exchange<Frame, S, C>): void {
    const talk = exchange.session
    if (talk === null || exchange.response === null || talk.sessionId !== null || talk.transport === 'sse') return
    const id = exchange.response.sessionId
    if (id === null) return this.#talks.key(talk, looseKey(exchange))
    talk.sessionId = id
    this.#talks.key(talk, idKey(talk.server, id))
    this.#listener.session(talk)
  }

  #introduced(exchange: Exchange<Frame, S, C>, message: ScannedMessage): void {
    const talk = exchange.session
    if (talk === null || message.kind !== 'response') return
    talk.serverInfo = message.server ?? talk.serverInfo
    talk.revision = message.revision ?? talk.revision
    exchange.revision = talk.revision
    this.#listener.session(talk)
  }
}
