import { z } from 'zod'
import type { Fault } from './fault.ts'
import { responseTo } from './units/head-changes.ts'

export interface MaxConnectionsOptions {
  readonly n: number
  readonly overflow: 'refuse' | 'hang' | '503'
}

/** A full server: connections beyond a number are turned away. */
export const maxConnections: Fault<MaxConnectionsOptions> = {
  type: 'max-connections',
  level: 1,
  summary: 'turns connections beyond a number away',
  needs: 'listener',
  applies: ['http', 'sse', 'websocket', 'opaque'],
  direction: 'both',
  per: 'connection',
  options: z.strictObject({
    n: z.int().min(0).describe('Connections that may be open'),
    overflow: z
      .enum(['refuse', 'hang', '503'])
      .default('refuse')
      .describe('What the next one gets: a reset, silence, or a 503'),
  }),
  explain: ({ n, overflow }) =>
    `lets ${n} connections be open and ` +
    { refuse: 'resets further ones', hang: 'leaves further ones waiting', '503': 'answers further ones with 503' }[
      overflow
    ],
  admit: ({ n, overflow }, { open }) => {
    if (open < n) return { do: 'accept' }
    if (overflow === 'hang') return { do: 'hang', ms: null }
    if (overflow === 'refuse') return { do: 'rst' }
    return { do: 'respond', bytes: TOO_MANY }
  },
}

const TOO_MANY = responseTo(
  'GET',
  503,
  { 'Content-Type': 'text/plain; charset=utf-8', 'Retry-After': '1', Connection: 'close' },
  'Too many connections',
)
