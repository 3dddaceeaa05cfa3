import { z } from 'zod'
import type { Fault } from './fault.ts'

export interface RerouteOptions {
  readonly to: string
  readonly existing: 'keep' | 'fin' | 'rst'
}

/** New connections lead to another server, as after a failover, or to a replica that does not know the session. */
export const reroute: Fault<RerouteOptions> = {
  type: 'reroute',
  level: 2,
  summary: 'leads new connections to another server',
  needs: 'dial',
  applies: ['http', 'sse', 'websocket', 'opaque'],
  direction: 'both',
  per: 'connection',
  options: z.strictObject({
    to: z
      .string()
      .refine(
        (text) => URL.canParse(text) && /^(https?|wss?):$/.test(new URL(text).protocol),
        'a URL: http://127.0.0.1:3001',
      )
      .describe('The other server: scheme, host and port count, paths stay')
      .meta({ examples: ['http://127.0.0.1:3001'] }),
    existing: z.enum(['keep', 'fin', 'rst']).default('fin').describe('What becomes of connections that are open'),
  }),
  explain: ({ to }) => `leads new connections to ${new URL(to).origin}`,
  existing: ({ existing }) => existing,
  dial: ({ to }) => ({ do: 'elsewhere', to: new URL(to) }),
}
