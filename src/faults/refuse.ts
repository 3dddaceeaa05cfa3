import { z } from 'zod'
import type { Fault } from './fault.ts'

export interface RefuseOptions {
  readonly existing: 'keep' | 'fin' | 'rst'
}

/** The port is closed: clients get ECONNREFUSED, as while a server restarts. */
export const refuse: Fault<RefuseOptions> = {
  type: 'refuse',
  level: 1,
  summary: 'closes the listening port: connection refused',
  needs: 'listener',
  applies: ['http', 'sse', 'websocket', 'opaque'],
  direction: 'both',
  per: 'connection',
  options: z.strictObject({
    existing: z.enum(['keep', 'fin', 'rst']).default('keep').describe('What becomes of connections that are open'),
  }),
  explain: ({ existing }) =>
    'refuses new connections' +
    { keep: '', fin: ' and closes those that are open', rst: ' and resets those that are open' }[existing],
  closesPort: () => ({ ms: null }),
  existing: ({ existing }) => existing,
}
