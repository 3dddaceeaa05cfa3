/**
 * Which session an exchange belongs to, and which answer belongs to which request. Pure: fed with what was parsed, it tells its
 * listener what was born or changed. One for all traffic of a process; the recorder, the fault engine and the trace use it.
 *
 * | evidence | session |
 * |---|---|
 * | `Mcp-Session-Id` on the request | of that id (and server) |
 * | `initialize` | a new one; the id on its response names it |
 * | path of an `endpoint` event | that of the stream which announced it (2024-11-05) |
 * | `_meta` of a stateless revision | by server, client address, `clientInfo` and credential; not certain |
 * | none of these | the connection's last one, else by server, address, agent and credential; not certain |
 */
import type { EndingBy } from './ending.ts'
import type { Direction, Era, Transport } from './frame.ts'
import type { ScannedMessage } from './jsonrpc.ts'
import { eraOf } from './mcp.ts'

/** What became of a call; exactly one. */
export type CallOutcome =
  | 'ok'
  | 'error'
  | 'tool-error'
  | 'cancelled'
  | 'client-left'
  | 'server-closed'
  | 'silent'
  | 'fault'
  | 'pending'

export interface Session<Tag> {
  /** The owner's. */
  tag: Tag | null
  readonly server: string
  readonly target: string
  transport: Transport
  era: Era | null
  revision: string | null
  client: { readonly name: string; readonly version: string } | null
  serverInfo: { readonly name: string; readonly version: string } | null
  sessionId: string | null
  certain: boolean
  readonly startedAt: number
  lastAt: number
  endedAt: number | null
}

export interface Call<Frame, Tag> {
  /** The owner's. */
  tag: Tag | null
  readonly direction: Direction
  /** JSON text of the id: `1` is not `"1"`. */
  readonly id: string
  readonly method: string
  readonly tool: string | null
  readonly request: Frame
  /** The frame of the answer; of the response head where HTTP failed without one. */
  response: Frame | null
  readonly requestedAt: number
  answeredAt: number | null
  outcome: CallOutcome
  /** JSON-RPC error code; the HTTP status where the exchange failed without a JSON-RPC answer. */
  code: number | null
}

/** What is told about a connection. */
export interface Party {
  readonly server: string
  readonly target: string
  readonly clientAddress: string
}

/** What a request head says. */
export interface RequestFacts {
  readonly verb: string
  readonly target: string
  readonly sessionId: string | null
  /** `MCP-Protocol-Version`. */
  readonly revision: string | null
  /** Keyed hash of the credential; the empty string when there is none. */
  readonly identity: string
  readonly agent: string
}

/** What a response head says. */
export interface ResponseFacts {
  readonly status: number
  readonly sessionId: string | null
  /** The body is an event stream. */
  readonly stream: boolean
}

export interface ConversationListener<Frame, SessionTag, CallTag> {
  /** Born, or a fact of it changed (`lastAt` alone is not told). */
  session(session: Session<SessionTag>): void
  /** Born (`before` is null), or changed. */
  call(call: Call<Frame, CallTag>, session: Session<SessionTag> | null, before: CallOutcome | null): void
}

export interface ConversationOptions {
  /** A session without traffic for so long is over. Default 1 h, in µs. */
  idle?: number
  /** Sessions remembered; beyond it the one idle longest is over. Default 10,000. */
  maxSessions?: number
  /** Unanswered calls remembered for each session and direction; beyond it the oldest is given up as silent. Default 10,000. */
  maxPending?: number
}

/** A session and what only the conversation needs of it. */
interface Talk<Frame, S, C> extends Session<S> {
  /** By direction of the request. */
  readonly pending: { readonly c2s: Map<string, Open<Frame, S, C>>; readonly s2c: Map<string, Open<Frame, S, C>> }
  /** Keys it is found by. */
  readonly keys: string[]
}

interface Open<Frame, S, C> extends Call<Frame, C> {
  readonly talk: Talk<Frame, S, C> | null
  /** What became of its stream, should nothing more come. */
  cut: CallOutcome | null
}

/** One connection, as far as the conversation goes. */
export interface Line<Frame, S, C> {
  readonly party: Party
  last: Talk<Frame, S, C> | null
}

/** One request and its response. */
export interface Exchange<Frame, S, C> {
  readonly line: Line<Frame, S, C>
  readonly facts: RequestFacts
  session: Talk<Frame, S, C> | null
  era: Era | null
  revision: string | null
  /** An event of its stream had an id: it may go on elsewhere. */
  resumable: boolean
  response: ResponseFacts | null
  responseFrame: Frame | null
  /** Its `initialize` made the session. */
  began: boolean
  readonly calls: Open<Frame, S, C>[]
}

const HOUR = 3_600_000_000
const KEEPS_ANSWER = new Set<CallOutcome>(['cancelled', 'fault'])

export class Conversations<Frame, S, C> {
  readonly #listener: ConversationListener<Frame, S, C>
  readonly #idle: number
  readonly #maxSessions: number
  readonly #maxPending: number
  readonly #byKey = new Map<string, Talk<Frame, S, C>>()
  readonly #talks = new Set<Talk<Frame, S, C>>()
  #endpoints = 0

  constructor(
    listener: ConversationListener<Frame, S, C>,
    { idle = HOUR, maxSessions = 10_000, maxPending = 10_000 }: ConversationOptions = {},
  ) {
    this.#listener = listener
    this.#idle = idle
    this.#maxSessions = maxSessions
    this.#maxPending = maxPending
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
      calls: [],
    }
    if (facts.sessionId !== null) this.#bySessionId(exchange, facts.sessionId, at)
    else if (this.#endpoints > 0) {
      const talk = this.#byKey.get(`endpoint ${line.party.server} ${facts.target}`)
      if (talk !== undefined) this.#tie(exchange, talk, at)
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

  /** The first event of a 2024-11-05 stream: where its session is to be written to. */
  endpoint(exchange: Exchange<Frame, S, C>, uri: string, at: number): void {
    const talk = this.#begin(exchange, at, 'sse', 'stateful')
    const path = uri.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '')
    this.#key(talk, `endpoint ${talk.server} ${path}`)
    this.#endpoints++
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
    if (direction === 'c2s') this.#place(exchange, message, at)
    const talk = exchange.session
    if (talk !== null) talk.lastAt = at
    if (message.kind === 'request') return this.#asked(exchange, direction, message, frame, at)
    if (message.kind === 'notification') {
      if (message.method === 'notifications/cancelled') this.#cancelled(exchange, direction, message.requestId)
      return null
    }
    return this.#answered(exchange, direction, message, frame, at)
  }

  /** The response is complete (`by` null), or the exchange was broken off by somebody. */
  ended(exchange: Exchange<Frame, S, C>, by: EndingBy | null, at: number): void {
    const { response } = exchange
    const ends =
      exchange.facts.verb === 'DELETE' && response !== null && response.status >= 200 && response.status < 300
    for (const call of exchange.calls) if (call.answeredAt === null) this.#cut(exchange, call, by, at)
    if (ends && exchange.session !== null) this.#over(exchange.session, at)
  }

  /** Sessions idle for too long, or too many, are over. To be called now and then. */
  sweep(now: number): void {
    for (const talk of this.#talks) if (now - talk.lastAt > this.#idle) this.#over(talk, talk.lastAt)
    const excess = this.#talks.size - this.#maxSessions
    if (excess <= 0) return
    const oldest = [...this.#talks].sort((a, b) => a.lastAt - b.lastAt).slice(0, excess)
    for (const talk of oldest) this.#over(talk, talk.lastAt)
  }

  /** The recording ends: whatever is pending stays unanswered. */
  finish(at: number): void {
    for (const talk of this.#talks) this.#over(talk, at)
  }

  #bySessionId(exchange: Exchange<Frame, S, C>, id: string, at: number): void {
    const { line } = exchange
    const known = line.last?.sessionId === id ? line.last : this.#byKey.get(`id ${line.party.server} ${id}`)
    if (known !== undefined && known.endedAt === null) return this.#tie(exchange, known, at)
    const talk = this.#begin(exchange, at, 'http', 'stateful')
    talk.sessionId = id
    talk.revision = exchange.facts.revision
    this.#key(talk, `id ${talk.server} ${id}`)
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
      const talk = exchange.session ?? this.#begin(exchange, at, 'http', 'stateful')
      exchange.began = true
      talk.client = message.client ?? talk.client
      talk.revision = revision ?? talk.revision
      exchange.revision = revision
      if (exchange.response !== null) this.#name(exchange)
      this.#listener.session(talk)
    } else if (exchange.session === null) this.#guess(exchange, at)
    exchange.era = 'stateful'
  }

  #stateless(exchange: Exchange<Frame, S, C>, message: ScannedMessage, at: number): void {
    const { line, facts } = exchange
    const client = message.client
    const last = line.last
    const identity = facts.identity
    const same = last?.era === 'stateless' && last.endedAt === null && sameClient(last.client, client)
    const { server, clientAddress } = line.party
    const key = `client ${server} ${clientAddress} ${client?.name ?? ''} ${client?.version ?? ''} ${identity}`
    if (same && last.keys[0] === key) return this.#tie(exchange, last, at)
    const known = this.#byKey.get(key)
    if (known !== undefined) return this.#tie(exchange, known, at)
    const talk = this.#begin(exchange, at, 'http', 'stateless')
    talk.client = client
    talk.revision = message.revision
    talk.certain = false
    this.#key(talk, key)
    this.#listener.session(talk)
  }

  /** Stateful traffic that names no session: of a server without sessions, or recorded from the middle on. */
  #guess(exchange: Exchange<Frame, S, C>, at: number): void {
    const { line, facts } = exchange
    const last = line.last
    if (last !== null && last.endedAt === null && last.era !== 'stateless' && last.sessionId === null) {
      return this.#tie(exchange, last, at)
    }
    const key = this.#looseKey(exchange)
    const known = this.#byKey.get(key)
    if (known !== undefined && known.sessionId === null) {
      this.#tie(exchange, known, at)
      if (!known.certain) return
      known.certain = false
      return this.#listener.session(known)
    }
    const talk = this.#begin(exchange, at, 'http', 'stateful')
    talk.certain = false
    talk.revision = facts.revision
    this.#key(talk, key)
    this.#listener.session(talk)
  }

  #looseKey({ line: { party }, facts }: Exchange<Frame, S, C>): string {
    return `loose ${party.server} ${party.clientAddress} ${facts.agent} ${facts.identity}`
  }

  /** What the response to `initialize` names the session; one that names none is found by its looks. */
  #name(exchange: Exchange<Frame, S, C>): void {
    const talk = exchange.session
    if (talk === null || exchange.response === null || talk.sessionId !== null) return
    const id = exchange.response.sessionId
    if (id === null) return this.#key(talk, this.#looseKey(exchange))
    talk.sessionId = id
    this.#key(talk, `id ${talk.server} ${id}`)
    this.#listener.session(talk)
  }

  #begin(exchange: Exchange<Frame, S, C>, at: number, transport: Transport, era: Era): Talk<Frame, S, C> {
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
    }
    this.#talks.add(talk)
    this.#tie(exchange, talk, at)
    this.#listener.session(talk)
    return talk
  }

  #tie(exchange: Exchange<Frame, S, C>, talk: Talk<Frame, S, C>, at: number): void {
    exchange.session = talk
    exchange.era ??= talk.era
    exchange.line.last = talk
    talk.lastAt = at
  }

  #key(talk: Talk<Frame, S, C>, key: string): void {
    talk.keys.push(key)
    this.#byKey.set(key, talk)
  }

  #asked(
    exchange: Exchange<Frame, S, C>,
    direction: Direction,
    message: ScannedMessage,
    request: Frame,
    at: number,
  ): Call<Frame, C> {
    const talk = exchange.session
    const id = message.rpcId ?? 'null'
    const call: Open<Frame, S, C> = {
      tag: null,
      talk,
      direction,
      id,
      method: message.method ?? '',
      tool: message.tool,
      request,
      response: null,
      requestedAt: at,
      answeredAt: null,
      outcome: 'pending',
      code: null,
      cut: null,
    }
    // those of the server are answered on other exchanges, and a GET stream may carry any number of them
    if (direction === 'c2s') exchange.calls.push(call)
    if (talk !== null) {
      const pending = talk.pending[direction]
      pending.set(id, call)
      if (pending.size > this.#maxPending) this.#giveUp(pending)
    }
    this.#listener.call(call, talk, null)
    return call
  }

  #giveUp(pending: Map<string, Open<Frame, S, C>>): void {
    const [id, call] = pending.entries().next().value!
    pending.delete(id)
    if (call.outcome === 'pending') this.#settle(call, call.cut ?? 'silent')
  }

  #answered(
    exchange: Exchange<Frame, S, C>,
    direction: Direction,
    message: ScannedMessage,
    frame: Frame,
    at: number,
  ): Call<Frame, C> | null {
    const asked: Direction = direction === 'c2s' ? 's2c' : 'c2s'
    const call = this.#find(exchange, asked, message)
    if (call === null) return null
    const pending = call.talk?.pending[asked]
    if (pending?.get(call.id) === call) pending.delete(call.id)
    call.answeredAt = at
    call.response = frame
    call.code = message.code
    if (call.method === 'initialize') this.#introduced(exchange, message)
    if (KEEPS_ANSWER.has(call.outcome)) this.#listener.call(call, call.talk, call.outcome)
    else this.#settle(call, message.kind === 'error' ? 'error' : message.isError ? 'tool-error' : 'ok')
    return call
  }

  /** On its own exchange first: two clients that cannot be told apart may use the same ids at the same time. */
  #find(exchange: Exchange<Frame, S, C>, asked: Direction, message: ScannedMessage): Open<Frame, S, C> | null {
    const { calls } = exchange
    const id = message.rpcId
    let open: Open<Frame, S, C> | null = null
    let count = 0
    for (const call of calls) {
      if (call.direction !== asked || call.answeredAt !== null) continue
      if (call.id === id) return call
      open = call
      count++
    }
    if (id !== null && id !== 'null') return exchange.session?.pending[asked].get(id) ?? null
    // An error without id answers what could not be read: the only one it can mean is the request it came back on.
    return message.kind === 'error' && count === 1 ? open : null
  }

  #introduced(exchange: Exchange<Frame, S, C>, message: ScannedMessage): void {
    const talk = exchange.session
    if (talk === null || message.kind !== 'response') return
    talk.serverInfo = message.server ?? talk.serverInfo
    talk.revision = message.revision ?? talk.revision
    exchange.revision = talk.revision
    this.#listener.session(talk)
  }

  #cancelled(exchange: Exchange<Frame, S, C>, direction: Direction, id: string | null): void {
    const call = id === null ? undefined : exchange.session?.pending[direction].get(id)
    if (call !== undefined && call.answeredAt === null && call.outcome !== 'cancelled') this.#settle(call, 'cancelled')
  }

  /** The exchange of a call is over, and no answer came on it. */
  #cut(exchange: Exchange<Frame, S, C>, call: Open<Frame, S, C>, by: EndingBy | null, at: number): void {
    if (call.direction !== 'c2s' || call.outcome !== 'pending') return
    const { response } = exchange
    if (response !== null && response.status >= 400) {
      call.code = response.status
      call.response = exchange.responseFrame
      call.answeredAt = at
      return this.#settle(call, 'error')
    }
    if (by === 'fault') return this.#settle(call, 'fault')
    if (by === 'client' && exchange.era === 'stateless') return this.#settle(call, 'cancelled')
    if (by === 'proxy') return
    // Accepted (202), or a body without the answer: it may come on another stream.
    if (by === null && response !== null && !response.stream) return
    const cut: CallOutcome = by === 'client' ? 'client-left' : 'server-closed'
    if (exchange.resumable && exchange.era !== 'stateless') call.cut = cut
    else this.#settle(call, cut)
  }

  #settle(call: Open<Frame, S, C>, outcome: CallOutcome): void {
    const before = call.outcome
    call.outcome = outcome
    this.#listener.call(call, call.talk, before)
  }

  #over(talk: Talk<Frame, S, C>, at: number): void {
    if (!this.#talks.delete(talk)) return
    for (const key of talk.keys) {
      if (this.#byKey.get(key) === talk) this.#byKey.delete(key)
      if (key.startsWith('endpoint ')) this.#endpoints--
    }
    for (const pending of [talk.pending.c2s, talk.pending.s2c]) {
      for (const call of pending.values()) if (call.outcome === 'pending') this.#settle(call, call.cut ?? 'silent')
      pending.clear()
    }
    talk.endedAt = at
    this.#listener.session(talk)
  }
}

function sameClient(a: { name: string; version: string } | null, b: { name: string; version: string } | null): boolean {
  return a === b || (a !== null && b !== null && a.name === b.name && a.version === b.version)
}
