import { z } from 'zod'
import type { Fault } from './fault.ts'
import { duration, durationText } from './values.ts'

export interface DownOptions {
  readonly as: 'refuse' | '502' | '503' | 'hang'
  readonly duration?: number | undefined
  readonly existing: 'keep' | 'fin' | 'rst'
}

/** The server is gone for a while, as during a deploy; then it is back. */
export const down: Fault<DownOptions> = {
  type: 'down',
  level: 1,
  summary: 'takes the server away for a while, then it is back',
  needs: 'listener',
  applies: ['http', 'sse', 'websocket'],
  direction: 'both',
  per: 'connection',
  options: z.strictObject({
    duration: duration.optional().describe('How long; default: until the rule goes'),
    as: z
      .enum(['refuse', '502', '503', 'hang'])
      .default('refuse')
      .describe('What clients see meanwhile: connection refused, a gateway’s 502 or 503, or silence'),
    existing: z.enum(['keep', 'fin', 'rst']).default('rst').describe('What becomes of connections that are open'),
  }),
  explain: ({ duration, as, existing }) =>
    `takes the server away${duration === undefined ? '' : ` for ${durationText(duration)}`}: ` +
    { refuse: 'connection refused', '502': 'answers 502', '503': 'answers 503', hang: 'silence' }[as] +
    { keep: ', open connections stay', fin: ', open connections are closed', rst: '' }[existing],
  closesPort: ({ as, duration }) => (as === 'refuse' ? { ms: duration ?? null } : null),
  existing: ({ existing }) => existing,
  dial: ({ as, duration }, { sinceMs }) => {
    if (as === 'refuse' || (duration !== undefined && sinceMs >= duration)) return { do: 'dial' }
    return as === 'hang' ? { do: 'hang', ms: duration === undefined ? null : duration - sinceMs } : { do: 'fail', as }
  },
}
