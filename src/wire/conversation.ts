/**
 * Which session an exchange belongs to, and which answer belongs to which request. Pure: fed with what was parsed, it tells its
 * listener what was born or changed. One for all traffic of a process; the recorder, the fault engine and the trace use it. By
 * what evidence a session is found: `conversation-places.ts`.
 */
import { CallBook } from './conversation-calls.ts'
import type {
  Call,
  CallOutcome,
  ConversationListener,
  ConversationOptions,
  Exchange,
  Line,
  Party,
  RequestFacts,
  ResponseFacts,
} from './conversation-types.ts'
import { Places } from './conversation-places.ts'
import { loadInto, save, type OpenLine, type RestoredLine, type SavedConversation } from './conversation-saved.ts'
import { TalkBook } from './conversation-talks.ts'
import type { EndingBy } from './ending.ts'
import type { Direction, Transport } from './frame.ts'
import type { ScannedMessage } from './jsonrpc.ts'

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
  readonly #places: Places<Frame, S, C>

  constructor(
    listener: ConversationListener<Frame, S, C>,
    { idle = HOUR, maxSessions = 10_000, maxPending = 10_000 }: ConversationOptions = {},
  ) {
    this.#listener = listener
    this.#calls = new CallBook(listener, maxPending)
    this.#talks = new TalkBook(listener, this.#calls, idle, maxSessions)
    this.#places = new Places(listener, this.#talks)
  }

  line(party: Party): Line<Frame, S, C> {
    return { party, last: null }
  }

  /** A request head has come. */
  request(line: Line<Frame, S, C>, facts: RequestFacts, at: number): Exchange<Frame, S, C> {
    const exchange = exchangeOf<Frame, S, C>(line, facts)
    this.#places.byHead(exchange, at)
    return exchange
  }

  /** A request that came `at` then and was like one before, whose session it is of; told late, it moves nothing else. */
  again({ line, facts, session, era }: Exchange<Frame, S, C>, at: number): Exchange<Frame, S, C> {
    const exchange = session === null ? this.request(line, facts, at) : exchangeOf<Frame, S, C>(line, facts)
    exchange.session ??= session
    exchange.era = era
    return exchange
  }

  /** The final response head has come. */
  responded(exchange: Exchange<Frame, S, C>, facts: ResponseFacts, frame: Frame): void {
    exchange.response = facts
    // the answer of a call only where there is no other: a stream has it for hours
    exchange.responseFrame = facts.status >= 400 ? frame : null
    if (exchange.began) this.#places.name(exchange)
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
    this.#places.byEndpoint(exchange, uri, at)
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
    if (exchange.alone !== null) this.#places.alone(exchange, exchange.alone, message, at)
    else if (direction === 'c2s') this.#places.byMessage(exchange, message, at)
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

  /** What became of a call is another thing than its messages tell: they did not all arrive. */
  setOutcome(call: Call<Frame, C>, outcome: CallOutcome): void {
    this.#calls.set(call, outcome)
  }

  /** A fault kept the call, or its answer, from who it was for; an answer that comes later still counts. */
  lost(call: Call<Frame, C>): void {
    this.#calls.lost(call)
  }

  /** A fault made an answer up, a message or none: gives the call of the exchange that it answers, if any. */
  answeredByFault(
    exchange: Exchange<Frame, S, C>,
    message: Pick<ScannedMessage, 'kind' | 'rpcId' | 'code'> | null,
    as: { readonly frame: Frame; readonly at: number; readonly status: number | null },
  ): Call<Frame, C> | null {
    return this.#calls.answeredByFault(exchange, message, as)
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

  /** Nothing comes any more on it, so nothing that is pending will be answered, in either direction. */
  #endAlone({ session: talk }: Exchange<Frame, S, C>, by: EndingBy | null, at: number): void {
    if (talk === null) return
    const cut = by === 'client' ? 'client-left' : by === 'server' ? 'server-closed' : by === 'fault' ? by : 'silent'
    this.#calls.giveUpAll(talk, cut)
    this.#talks.over(talk, at)
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

function exchangeOf<Frame, S, C>(line: Line<Frame, S, C>, facts: RequestFacts): Exchange<Frame, S, C> {
  return {
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
}
