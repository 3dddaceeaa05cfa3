/** What one connection says, as the conversations of the process understand it. */
import { createHash } from 'node:crypto'
import type { SubjectMessage } from '../../filter/subject.ts'
import { Conversations, type Exchange as Conversed, type Line, type RestoredLine } from '../../wire/conversation.ts'
import type { EndingBy } from '../../wire/ending.ts'
import type { Direction, Transport } from '../../wire/frame.ts'
import type { Exchange, Http1Head } from '../../wire/http1.ts'
import { scanMessages, type ScannedMessage } from '../../wire/jsonrpc.ts'
import { parseStreamEvent } from '../../wire/stream-event.ts'
import type { HeadFacts } from './head-facts.ts'
import type { LiveConversations, WatchOptions } from './watch-types.ts'

type LiveExchange = Conversed<null, string, null>

/** Conversations to be shared by all watches of the process. Somebody is to `sweep` them now and then. */
export function createLiveConversations(): LiveConversations {
  let born = 0
  return new Conversations<null, string, null>({
    session: (session) => {
      session.tag ??= `live-${++born}`
    },
    call: () => undefined,
  })
}

/** A request, as it goes on: which it is, and what it belongs to. `exchange` null: asked before the watch began, and not learnt of. */
export interface Asked extends Exchange {
  /** Empty while it is not known. */
  method: string
  /** Counted from 0 on its connection. */
  readonly number: number
  target: string
  /** Null where it was asked before the watch began. */
  readonly head: Http1Head | null
  exchange: LiveExchange | null
  /** Events with a name or data that its stream has had. */
  events: number
  /** Its client waited for a `100 Continue`, and has got ours. */
  continued?: boolean
  /** It was let go without being understood: true until its answer is. */
  spared?: boolean
  /** What of it is to be understood should its answer be. */
  unheard?: Unheard | null
}

/** A request that was let go, in case. */
export interface Unheard {
  /** The one it was like. */
  readonly like: Asked
  readonly at: number
  /** Its body lies there; null: it is not to be heard. Valid as long as no answer is due before its own. */
  readonly bytes: Uint8Array | null
  readonly from: number
  readonly to: number
}

/** A session, and what was known of it. */
export interface KnownSession {
  readonly session: NonNullable<LiveExchange['session']>
  readonly sessionId: string | null
  readonly client: object | null
  readonly era: LiveExchange['era']
}

const NONE: readonly SubjectMessage[] = []
const NO_FACTS = { verb: '', target: '', sessionId: null, revision: null, identity: '', agent: '' } as const

export class ConnectionTalk {
  readonly #conversations: LiveConversations
  readonly #identity: (credential: string) => string
  #line: Line<null, string, null>
  #count = 0
  #credential: string | null = null
  #hashed = ''

  constructor({ conversations, info, identity = hashed }: WatchOptions) {
    this.#conversations = conversations
    this.#identity = identity
    this.#line = conversations.line(info)
  }

  /** A request head. */
  request(head: Http1Head, said: HeadFacts, upgrade: boolean, at: number): Asked {
    const { sessionId, revision, credential, agent } = said
    const identity = credential === undefined ? '' : this.#identityOf(credential)
    const { method, target } = head
    const facts = { verb: method, target, sessionId, revision, identity, agent }
    const exchange = this.#conversations.request(this.#line, facts, at)
    return { method, upgrade, number: this.#count++, target, head, exchange, events: 0 }
  }

  /** The session of a request, where others with the same head are of it too; null: it has none. Undefined: others may be of another. */
  known({ exchange }: Asked): KnownSession | null | undefined {
    if (exchange === null || exchange.alone !== null || exchange.began) return undefined
    const { session, facts } = exchange
    if (session === null) return null
    if (session.transport !== 'http') return undefined
    const { sessionId, client, era } = session
    const isSure = session === this.#line.last && sessionId === facts.sessionId && era !== 'stateless'
    return isSure && exchange.era !== 'stateless' ? { session, sessionId, client, era } : undefined
  }

  /** The session is that of the connection, and nothing has become known of it since. */
  isStill(known: KnownSession | null): boolean {
    if (known === null) return true
    const { session } = known
    return (
      session === this.#line.last &&
      session.endedAt === null &&
      session.sessionId === known.sessionId &&
      session.client === known.client &&
      session.era === known.era
    )
  }

  /** A request like one before, that is not looked into; what belongs to it is made out when its answer is. */
  again(like: Asked, known: KnownSession | null, unheard: Unheard): Asked {
    if (known !== null) known.session.lastAt = unheard.at
    const { method, target, head } = like
    const number = this.#count++
    return { method, upgrade: false, number, target, head, exchange: null, events: 0, spared: true, unheard }
  }

  /** What a request said that was not looked into, now that its answer is. */
  late(asked: Asked, at: number): readonly SubjectMessage[] {
    const { unheard } = asked
    asked.spared = false
    asked.unheard = null
    if (unheard == null) return NONE
    const { like, bytes, from, to } = unheard
    asked.exchange = like.exchange === null ? null : this.#conversations.again(like.exchange, unheard.at)
    return bytes === null ? NONE : this.messages(asked, 'c2s', bytes.subarray(from, to), at)
  }

  /** A request that was sent before the watch began. */
  unknown(method: string, upgrade: boolean): Asked {
    return { method, upgrade, number: this.#count++, target: '', head: null, exchange: null, events: 0 }
  }

  /** A connection that is one conversation by itself from its first byte on. */
  alone(transport: Transport, at: number): Asked {
    const exchange = this.#conversations.request(this.#line, NO_FACTS, at)
    this.#conversations.alone(exchange, transport, true, at)
    return { ...this.unknown('', false), exchange }
  }

  /** What was open when the watch began; `asked`: the same, oldest first, as far as it is open still. */
  learn({ line, exchanges }: RestoredLine<null, string, null>, asked: readonly Asked[]): void {
    if (line !== this.#line) line.last = this.#line.last ?? line.last
    this.#line = line
    // those at the beginning may have been answered meanwhile
    const gone = Math.max(0, exchanges.length - asked.length)
    for (const [at, exchange] of exchanges.slice(gone).entries()) {
      const each = asked[at]
      if (each === undefined || each.exchange !== null) continue
      each.exchange = exchange
      each.target = exchange.facts.target
      each.method ||= exchange.facts.verb
    }
  }

  /** A final response head. */
  responded({ exchange }: Asked, status: number, sessionId: string | null, stream: boolean): void {
    if (exchange !== null) this.#conversations.responded(exchange, { status, sessionId, stream }, null)
  }

  /** An event may have had an id. */
  resumable({ exchange }: Asked): void {
    if (exchange !== null) this.#conversations.resumable(exchange)
  }

  /** The exchange is a WebSocket from here on. */
  becomeSocket({ exchange }: Asked, head: Http1Head, at: number): void {
    const certain = head.field('sec-websocket-protocol')?.startsWith('mcp') ?? false
    if (exchange !== null) this.#conversations.alone(exchange, 'websocket', certain, at)
  }

  /** A block of an event stream; gives what it says, and the text of its data where that is a message. */
  event(
    asked: Asked | null,
    block: Uint8Array,
    at: number,
  ): { readonly messages: readonly SubjectMessage[]; readonly data: Uint8Array | null } {
    const { name, hasId, data } = parseStreamEvent(block)
    const exchange = asked?.exchange ?? null
    if (exchange !== null && hasId) this.#conversations.resumable(exchange)
    const first = asked?.events === 0
    if (asked !== null && (data !== null || name !== null)) asked.events++
    if (exchange !== null && first && name === 'endpoint' && data !== null && exchange.facts.verb === 'GET') {
      this.#conversations.endpoint(exchange, Buffer.from(data).toString('utf8'), at)
    }
    if (data === null || data.length === 0 || (name !== null && name !== 'message'))
      return { messages: NONE, data: null }
    return { messages: this.messages(asked, 's2c', data, at), data }
  }

  /** Messages of a body, an event, a message of a socket, a line. */
  messages(asked: Asked | null, direction: Direction, payload: Uint8Array, at: number): readonly SubjectMessage[] {
    const scanned = scanMessages(payload)
    if (scanned.length === 0) return NONE
    const exchange = asked?.exchange ?? null
    // JSON of something else than MCP is no bad message
    const known = exchange !== null && exchange.session !== null
    if (!known && scanned.every(({ kind }) => kind === 'invalid')) return NONE
    return scanned.map((message) => this.#message(exchange, direction, message, at))
  }

  /** The response is complete (`by` null), or was broken off. */
  ended({ exchange }: Asked, by: EndingBy | null, at: number): void {
    if (exchange !== null) this.#conversations.ended(exchange, by, at)
  }

  /** Most requests of a connection have the credential of the one before. */
  #identityOf(credential: string): string {
    if (credential !== this.#credential) {
      this.#credential = credential
      this.#hashed = this.#identity(credential)
    }
    return this.#hashed
  }

  #message(exchange: LiveExchange | null, direction: Direction, message: ScannedMessage, at: number): SubjectMessage {
    const { kind, method, tool, uri, rpcId: id, code } = message
    if (exchange === null) return { kind, method, tool, uri, id, code }
    const about = kind === 'notification' ? this.#conversations.about(exchange, direction, message) : null
    const call = this.#conversations.message(exchange, direction, message, null, at) ?? about
    return { kind, method: method ?? call?.method ?? null, tool: tool ?? call?.tool ?? null, uri, id, code }
  }
}

const hashed = (credential: string): string => createHash('sha256').update(credential, 'latin1').digest('hex')
