import { z } from 'zod'
import type { Fault } from './fault.ts'
import { duration, durationText } from './values.ts'

export interface BlackholeOptions {
  readonly 'close-after'?: number | undefined
}

/** Bytes vanish in both directions and the connection stays, as behind a firewall that forgot it. */
export const blackhole: Fault<BlackholeOptions> = {
  type: 'blackhole',
  level: 1,
  summary: 'swallows every byte while the connection stays open',
  needs: 'bytes',
  applies: ['http', 'sse', 'websocket', 'stdio', 'opaque'],
  direction: 'both',
  per: 'connection',
  eats: () => true,
  options: z.strictObject({
    'close-after': duration.optional().describe('Resets the connection after so long; default: never'),
  }),
  explain: ({ 'close-after': after }) =>
    'swallows every byte of {it}' +
    (after === undefined ? '' : ` and resets the connection after ${durationText(after)}`),
  stage:
    ({ 'close-after': after }) =>
    (event) => {
      if (event.kind === 'start') return after === undefined ? [] : [{ do: 'wake', ms: after, token: 'close' }]
      return event.kind === 'tick' ? [{ do: 'cut', how: 'rst', side: 'both' }] : []
    },
}
