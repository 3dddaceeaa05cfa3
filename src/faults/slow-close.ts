import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault } from './fault.ts'
import { duration, durationText } from './values.ts'

export interface SlowCloseOptions {
  readonly delay: number
}

/** The end of a connection is passed on late: a peer that left seems to be there still. */
export const slowClose: Fault<SlowCloseOptions> = {
  type: 'slow-close',
  level: 1,
  summary: 'passes the end of a connection on late',
  needs: 'bytes',
  applies: ['http', 'sse', 'websocket', 'stdio', 'opaque'],
  direction: 'both',
  per: 'connection',
  options: z.strictObject({ delay: duration.describe('How long the other side is not told') }),
  explain: ({ delay }) => `passes the end of a connection on ${durationText(delay)} late`,
  waits: () => null,
  stage:
    ({ delay }) =>
    (event) => {
      if (event.kind === 'start' || event.kind === 'tick') return []
      return event.kind === 'end' ? [{ do: 'wait', ms: delay }, pass(event)] : [pass(event)]
    },
}
