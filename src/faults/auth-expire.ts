import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault } from './fault.ts'
import { challenge, respondWith } from './http-error.ts'
import type { FaultFrame } from './unit.ts'

export interface AuthExpireOptions {
  readonly status: 401 | 403
  readonly 'www-authenticate'?: string | undefined
}

/** Credentials remembered of each kind; beyond it the oldest are forgotten. */
const REMEMBERED = 1000

/**
 * The credential in use expires: requests with it are refused from then on, those with another pass. Each `Mcp-Session-Id` has its own.
 * Without one nobody can say whether another credential is a new one or another client's: there the first that is met expires, and no further.
 */
export const authExpire: Fault<AuthExpireOptions> = {
  type: 'auth-expire',
  level: 2,
  summary:
    'expires the credential in use (of each session; without one the first that comes): requests with it are refused',
  needs: 'units',
  applies: ['http', 'sse', 'websocket'],
  direction: 'c2s',
  per: 'session',
  options: z.strictObject({
    status: z
      .union([z.literal(401), z.literal(403)])
      .default(401)
      .describe('What requests with the expired credential get; those with a new one pass'),
    'www-authenticate': z.string().optional().describe('The challenge. Default: a correct one; empty: none'),
  }),
  explain: ({ status }) => `lets the credential in use expire: requests with it get ${status}`,
  stage: ({ status, 'www-authenticate': given }, { shared }) => {
    const expired = remembered(shared, 'expired')
    const renewed = remembered(shared, 'renewed')
    // where time alone made it begin, the next request shows what is in use
    let due = false
    const expire = (unit: FaultFrame): void => {
      due = false
      const credential = credentialOf(unit)
      // other sessions than those that name themselves are told apart by their very credentials
      const named = unit.meaning.subject.header('mcp-session-id') !== undefined
      if (!renewed.has(credential) && (named || expired.size === 0)) add(expired, credential)
    }
    return (event) => {
      if (event.kind === 'start') {
        if (event.unit === null) due = true
        else expire(event.unit)
        return []
      }
      if (event.kind !== 'frame' || !event.meaning.asks) return event.kind === 'tick' ? [] : [pass(event)]
      if (due) expire(event)
      const credential = credentialOf(event)
      if (!expired.has(credential)) {
        add(renewed, credential)
        return [pass(event)]
      }
      const error = status === 401 ? 'invalid_token' : 'insufficient_scope'
      const text = given ?? challenge(event.meaning, error)
      const json = { 'Content-Type': 'application/json' }
      const headers = text === '' ? json : { ...json, 'WWW-Authenticate': text }
      return respondWith(event, status, headers, JSON.stringify({ error })) ?? [pass(event)]
    }
  },
}

const credentialOf = ({ meaning }: FaultFrame): string => meaning.subject.header('authorization') ?? ''

function remembered(shared: Map<string, unknown>, name: string): Set<string> {
  const known = (shared.get(name) ?? new Set()) as Set<string>
  shared.set(name, known)
  return known
}

function add(known: Set<string>, credential: string): void {
  const [oldest] = known
  if (known.size >= REMEMBERED && oldest !== undefined) known.delete(oldest)
  known.add(credential)
}
