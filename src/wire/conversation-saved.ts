/** A conversation put down so that it can be posted to another thread, and taken up there. */
import type { TalkBook } from './conversation-talks.ts'
import type { Call, Exchange, Line, Open, Party, RequestFacts, Session, Talk } from './conversation-types.ts'

type SavedCall = Pick<Call<never, never>, 'direction' | 'id' | 'method' | 'tool' | 'token' | 'requestedAt'>

interface SavedSession extends Omit<Session<never>, 'tag'> {
  readonly keys: readonly string[]
  readonly held: boolean
  readonly pending: readonly SavedCall[]
}

interface SavedExchange extends Pick<
  Exchange<never, never, never>,
  'era' | 'revision' | 'resumable' | 'response' | 'began' | 'alone'
> {
  readonly facts: RequestFacts
  /** Index in `sessions`. */
  readonly session: number | null
  readonly calls: readonly SavedCall[]
}

/** What was open at one place of the traffic; can be structured-cloned. */
export interface SavedConversation {
  readonly sessions: readonly SavedSession[]
  readonly lines: readonly {
    readonly connection: number
    readonly party: Party
    /** Index in `sessions`. */
    readonly last: number | null
    readonly exchanges: readonly SavedExchange[]
  }[]
}

/** A connection and its open exchanges, oldest first; the one being answered among them. */
export interface OpenLine<Frame, S, C> {
  readonly connection: number
  readonly line: Line<Frame, S, C>
  readonly exchanges: readonly Exchange<Frame, S, C>[]
}

/** The same, taken up. */
export interface RestoredLine<Frame, S, C> {
  readonly line: Line<Frame, S, C>
  readonly exchanges: readonly Exchange<Frame, S, C>[]
}

export function save<Frame, S, C>(
  talks: Iterable<Talk<Frame, S, C>>,
  lines: Iterable<OpenLine<Frame, S, C>>,
): SavedConversation {
  const places = new Map<Talk<Frame, S, C>, number>()
  const sessions = Array.from(talks, (talk, at) => {
    places.set(talk, at)
    return savedSession(talk)
  })
  const placeOf = (talk: Talk<Frame, S, C> | null): number | null => (talk === null ? null : (places.get(talk) ?? null))
  return {
    sessions,
    lines: Array.from(lines, ({ connection, line, exchanges }) => ({
      connection,
      party: partyOf(line.party),
      last: placeOf(line.last),
      exchanges: exchanges.map((exchange) => {
        const { facts, era, revision, resumable, response, began, alone } = exchange
        const calls = exchange.calls.filter(({ answeredAt }) => answeredAt === null).map(savedCall)
        return { facts, era, revision, resumable, response, began, alone, session: placeOf(exchange.session), calls }
      }),
    })),
  }
}

export function loadInto<Frame, S, C>(
  talks: TalkBook<Frame, S, C>,
  saved: SavedConversation,
  frame: Frame,
  wanted: (connection: number) => boolean,
): Map<number, RestoredLine<Frame, S, C>> {
  const lines = saved.lines.filter(({ connection }) => wanted(connection))
  const used = new Set(lines.flatMap(({ last, exchanges }) => [last, ...exchanges.map(({ session }) => session)]))
  // a session without a key is its connection's alone
  const restored = saved.sessions.map((session, at) =>
    session.keys.length > 0 || used.has(at) ? takeUp(talks, session, frame) : null,
  )
  const talkAt = (at: number | null): Talk<Frame, S, C> | null => (at === null ? null : (restored[at] ?? null))
  return new Map(
    lines.map(({ connection, party, last, exchanges }) => {
      const line: Line<Frame, S, C> = { party, last: talkAt(last) }
      const open = exchanges.map((exchange): Exchange<Frame, S, C> => {
        const session = talkAt(exchange.session)
        const calls = exchange.calls.map((call) => known(session, call) ?? openCall(call, session, frame))
        return { ...exchange, line, session, responseFrame: null, calls }
      })
      return [connection, { line, exchanges: open }]
    }),
  )
}

function takeUp<Frame, S, C>(talks: TalkBook<Frame, S, C>, saved: SavedSession, frame: Frame): Talk<Frame, S, C> {
  const { keys, held, pending, ...session } = saved
  let talk = keys.map((key) => talks.find(key)).find((found) => found !== undefined)
  if (talk === undefined) talk = talks.restore({ ...session, tag: null }, keys, held)
  else {
    talk.era ??= session.era
    talk.revision ??= session.revision
    talk.client ??= session.client
    talk.serverInfo ??= session.serverInfo
  }
  for (const call of pending) {
    const calls = talk.pending[call.direction]
    if (!calls.has(call.id)) calls.set(call.id, openCall(call, talk, frame))
  }
  return talk
}

function known<Frame, S, C>(talk: Talk<Frame, S, C> | null, call: SavedCall): Open<Frame, S, C> | undefined {
  const found = talk?.pending[call.direction].get(call.id)
  return found?.method === call.method && found.requestedAt === call.requestedAt ? found : undefined
}

function openCall<Frame, S, C>(call: SavedCall, talk: Talk<Frame, S, C> | null, request: Frame): Open<Frame, S, C> {
  return {
    ...call,
    tag: null,
    talk,
    request,
    response: null,
    answeredAt: null,
    outcome: 'pending',
    code: null,
    cut: null,
  }
}

function savedSession<Frame, S, C>(talk: Talk<Frame, S, C>): SavedSession {
  const { tag: _, pending, keys, ...session } = talk
  const calls = [...pending.c2s.values(), ...pending.s2c.values()].map(savedCall)
  return { ...session, keys: [...keys], pending: calls }
}

function savedCall({ direction, id, method, tool, token, requestedAt }: SavedCall): SavedCall {
  return { direction, id, method, tool, token, requestedAt }
}

function partyOf({ server, target, clientAddress, prefix }: Party): Party {
  return { server, target, clientAddress, ...(prefix === undefined ? {} : { prefix }) }
}
