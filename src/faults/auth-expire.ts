import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault } from './fault.ts'
import { challenge, respondWith } from './http-error.ts'
import type { FaultFrame } from './unit.ts'

export interface AuthExpireOptions {
  readonly status: 401 | 403
  readonly 'www-authenticate'?: string | undefined
}

/** The credential in use expires: requests with it are refused from then on, those with another pass. */
export const authExpire: Fault<AuthExpireOptions> = {
  type: 'auth-expire',
  level: 2,
  summary: 'expires the credential in use: requests with it are refused from then on',
  needs: 'units',
  applies: ['http', 'sse', 'websocket'],
  direction: 'c2s',
  per: 'session',
  options: z.strictObject({
    status: z
      .union([z.literal(401), z.literal(403)])
      .default(401)
      .describe('What requests get'),
    'www-authenticate': z.string().optional().describe('The challenge. Default: a correct one; empty: none'),
  }),
  explain: ({ status }) => `lets the credential in use expire: requests with it get ${status}`,
  stage: ({ status, 'www-authenticate': given }, { shared }) => {
    const expired = (shared.get('expired') ?? new Set()) as Set<string>
    shared.set('expired', expired)
    const expire = (unit: FaultFrame | null): void => void expired.add(credentialOf(unit))
    return (event) => {
      if (event.kind === 'start') {
        expire(event.unit)
        return []
      }
      if (event.kind !== 'frame' || !event.meaning.asks) return event.kind === 'tick' ? [] : [pass(event)]
      if (!expired.has(credentialOf(event))) return [pass(event)]
      const error = status === 401 ? 'invalid_token' : 'insufficient_scope'
      const text = given ?? challenge(event.meaning, error)
      const json = { 'Content-Type': 'application/json' }
      const headers = text === '' ? json : { ...json, 'WWW-Authenticate': text }
      return respondWith(event, status, headers, JSON.stringify({ error })) ?? [pass(event)]
    }
  },
}

const credentialOf = (unit: FaultFrame | null): string => unit?.meaning.subject.header('authorization') ?? ''
