/** Which answer belongs to which request, and what becomes of those without one. */
import type { Call, CallOutcome, ConversationListener, Exchange, Open, Talk } from './conversation-types.ts'
import type { EndingBy } from './ending.ts'
import type { Direction } from './frame.ts'
import type { ScannedMessage } from './jsonrpc.ts'

/** An answer that still comes is kept, but does not change what became of the call. One that a fault had kept away does. */
const KEEPS_ANSWER = new Set<CallOutcome>(['cancelled'])

export class CallBook<Frame, S, C> {
  readonly #listener: ConversationListener<Frame, S, C>
  readonly #maxPending: number

  constructor(listener: ConversationListener<Frame, S, C>, maxPending: number) {
    this.#listener = listener
    this.#maxPending = maxPending
  }

  /** A request. */
  asked(
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
      token: message.token,
      request,
      response: null,
      requestedAt: at,
      answeredAt: null,
      outcome: 'pending',
      code: null,
      cut: null,
    }
    // those of the server are answered on other exchanges, and a GET stream may carry any number of them
    if (direction === 'c2s' && exchange.alone === null) exchange.calls.push(call)
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

  /** An answer: gives the call it settles, if any. */
  answered(
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
    if (KEEPS_ANSWER.has(call.outcome)) this.#listener.call(call, call.talk, call.outcome)
    else this.#settle(call, message.kind === 'error' ? 'error' : message.isError ? 'tool-error' : 'ok')
    return call
  }

  /**
   * Its answer was made up by a fault: gives the call, which is settled by that. `message` null: one that is no message, for the only
   * call of its exchange.
   */
  answeredByFault(
    exchange: Exchange<Frame, S, C>,
    message: Pick<ScannedMessage, 'kind' | 'rpcId' | 'code'> | null,
    { frame, at, status }: { readonly frame: Frame; readonly at: number; readonly status: number | null },
  ): Call<Frame, C> | null {
    const open = exchange.calls.filter(({ answeredAt }) => answeredAt === null)
    const call = message !== null ? this.#find(exchange, 'c2s', message) : open.length === 1 ? open[0]! : null
    if (call === null) return null
    call.talk?.pending.c2s.delete(call.id)
    call.answeredAt = at
    call.response = frame
    call.code = message === null ? status : message.code
    this.#settle(call, 'fault')
    return call
  }

  /** A fault kept it from who asked, its answer with it: that may come again. */
  lost(call: Call<Frame, C>): void {
    const open = call as Open<Frame, S, C>
    const pending = open.talk?.pending[open.direction]
    if (pending !== undefined && !pending.has(open.id)) pending.set(open.id, open)
    this.set(open, 'fault')
  }

  /** On its own exchange first: two clients that cannot be told apart may use the same ids at the same time. */
  #find(
    exchange: Exchange<Frame, S, C>,
    asked: Direction,
    message: Pick<ScannedMessage, 'kind' | 'rpcId'>,
  ): Open<Frame, S, C> | null {
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

  /** The open call that a notification is about: progress of it, or its cancellation. */
  about(exchange: Exchange<Frame, S, C>, direction: Direction, message: ScannedMessage): Open<Frame, S, C> | null {
    const { session, calls } = exchange
    if (message.method === 'notifications/cancelled') {
      return message.requestId === null ? null : (session?.pending[direction].get(message.requestId) ?? null)
    }
    if (message.method !== 'notifications/progress' || message.token === null) return null
    const asked: Direction = direction === 'c2s' ? 's2c' : 'c2s'
    for (const call of calls) {
      if (call.direction === asked && call.token === message.token && call.answeredAt === null) return call
    }
    for (const call of session?.pending[asked].values() ?? []) if (call.token === message.token) return call
    return null
  }

  /** `notifications/cancelled` of who asked. */
  cancelled(exchange: Exchange<Frame, S, C>, direction: Direction, id: string | null): void {
    const call = id === null ? undefined : exchange.session?.pending[direction].get(id)
    if (call !== undefined && call.answeredAt === null && call.outcome !== 'cancelled') this.#settle(call, 'cancelled')
  }

  /** The exchange of a call is over, and no answer came on it. */
  cut(exchange: Exchange<Frame, S, C>, call: Open<Frame, S, C>, by: EndingBy | null, at: number): void {
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

  /** What became of it is another thing than the messages tell. */
  set(call: Call<Frame, C>, outcome: CallOutcome): void {
    if (call.outcome !== outcome) this.#settle(call as Open<Frame, S, C>, outcome)
  }

  /** The session is over: what is pending stays unanswered, for this reason where its stream has not told another. */
  giveUpAll(talk: Talk<Frame, S, C>, outcome: CallOutcome = 'silent'): void {
    for (const pending of [talk.pending.c2s, talk.pending.s2c]) {
      for (const call of pending.values()) if (call.outcome === 'pending') this.#settle(call, call.cut ?? outcome)
      pending.clear()
    }
  }
}
