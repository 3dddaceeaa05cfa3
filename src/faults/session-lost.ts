import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault, FaultAction } from './fault.ts'
import { challenge, errorBody, requestId, respondWith } from './http-error.ts'
import type { FaultFrame } from './unit.ts'

const FORMS = ['404', '400', '401', '410', '503', '200/-32600', '200/-32602', '-32000'] as const

export interface SessionLostOptions {
  readonly as: (typeof FORMS)[number]
  readonly streams: 'keep' | 'fin' | 'rst'
  readonly 'spare-new': boolean
}

/** The server forgets a live session, from then on, until the client begins a new one. A session begun in answer to that is spared. */
export const sessionLost: Fault<SessionLostOptions> = {
  type: 'session-lost',
  level: 2,
  summary: 'forgets a live session until the client initializes again',
  needs: 'units',
  applies: ['http', 'sse'],
  narrow: 'era:stateful (header:mcp-session-id or transport:sse or stream:get)',
  direction: 'both',
  per: 'session',
  ends: true,
  options: z.strictObject({
    as: z
      .enum(FORMS)
      .default('404')
      .describe(
        'What its requests get: a status, or 200 or 400 with a JSON-RPC error of that code. The specification asks for 404',
      ),
    streams: z
      .enum(['keep', 'fin', 'rst'])
      .default('fin')
      .describe('What becomes of its open event streams, at their next event'),
    'spare-new': z
      .boolean()
      .default(false)
      .describe('Only sessions that were there before the rule acts, as after a restart of the server'),
  }),
  explain: ({ as, 'spare-new': spareNew }) =>
    `forgets ${spareNew ? 'every session begun before' : 'the session'}: its requests get ${as.includes('-') ? `error ${as}` : as} until it initializes again`,
  stage: ({ as, streams, 'spare-new': spareNew }, { shared }) => {
    let spared = false
    return (event) => {
      if (event.kind === 'start') {
        spared = spareNew ? isNew(event.unit) : isSpared(shared, event.unit)
        return []
      }
      if (event.kind !== 'frame' || spared) return event.kind === 'tick' ? [] : [pass(event)]
      const { meaning, direction } = event
      if (meaning.subject.messages.some(({ method }) => method === 'initialize')) return [pass(event)]
      if (direction === 's2c') {
        if (meaning.subject.stream === null || streams === 'keep') return [pass(event)]
        return [{ do: 'cut', how: streams, side: 'both' }]
      }
      return forgotten(as, event) ?? [pass(event)]
    }
  },
}

/** The first that is seen of a session is the answer that gives it its id: of an older one it is a request, or an event. */
function isNew(unit: FaultFrame | null): boolean {
  if (unit === null) return false
  const { direction, kind, verb } = unit.meaning.subject
  return direction === 's2c' && (kind === 'head' || kind === 'body') && verb === 'POST'
}

const NOBODY = 'owed  '

/** One new session of that client is let be for each that was lost. */
function isSpared(shared: Map<string, unknown>, unit: FaultFrame | null): boolean {
  const client = unit?.meaning.subject.client
  const owedTo = (key: string): number => (shared.get(key) as number | undefined) ?? 0
  const own = `owed ${client?.name ?? ''} ${client?.version ?? ''}`
  // where it was not seen whose the lost session was, the next client may have it
  const key = [own, NOBODY].find((each) => owedTo(each) > 0)
  shared.set(key ?? own, key === undefined ? 1 : owedTo(key) - 1)
  return key !== undefined
}

function forgotten(as: SessionLostOptions['as'], event: FaultFrame): readonly FaultAction[] | null {
  const id = requestId(event.meaning)
  const json = { 'Content-Type': 'application/json' }
  switch (as) {
    case '404':
      return respondWith(event, 404, json, errorBody(-32001, 'Session not found'))
    case '400':
      return respondWith(event, 400, json, errorBody(-32000, 'Bad Request: No valid session ID provided'))
    case '401':
      return respondWith(event, 401, { 'WWW-Authenticate': challenge(event.meaning, 'invalid_token') }, '')
    case '410':
      return respondWith(event, 410, json, errorBody(-32001, 'Session terminated'))
    case '503':
      return respondWith(event, 503, { 'Content-Type': 'text/plain', 'Retry-After': '1' }, 'Service Unavailable\n')
    case '200/-32600':
      return respondWith(event, 200, json, errorBody(-32600, 'Session not found', id))
    case '200/-32602':
      return respondWith(event, 200, json, errorBody(-32602, 'Invalid session', id))
    case '-32000':
      return respondWith(event, 400, json, errorBody(-32000, 'Server not initialized', id))
  }
}
