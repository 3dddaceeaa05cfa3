import { z } from 'zod'
import type { Fault } from './fault.ts'
import { duration, durationText } from './values.ts'

export interface AcceptHangOptions {
  readonly duration?: number | undefined
}

/** Accepts, then silence: what a client sees of a server whose event loop is stuck. */
export const acceptHang: Fault<AcceptHangOptions> = {
  type: 'accept-hang',
  level: 1,
  summary: 'accepts new connections and never says anything',
  needs: 'listener',
  applies: ['http', 'sse', 'websocket', 'opaque'],
  direction: 'both',
  per: 'connection',
  options: z.strictObject({
    duration: duration.optional().describe('Resets the connection after so long; default: never'),
  }),
  explain: ({ duration }) =>
    'accepts new connections and stays silent' +
    (duration === undefined ? '' : `, then resets them after ${durationText(duration)}`),
  admit: ({ duration }) => ({ do: 'hang', ms: duration ?? null }),
}
