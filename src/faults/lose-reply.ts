import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault } from './fault.ts'

/** The server does the work, and its answer never arrives. */
export const loseReply: Fault<Record<string, never>> = {
  type: 'lose-reply',
  level: 2,
  summary: 'lets the server do the work and loses its answer',
  needs: 'units',
  applies: ['http', 'sse'],
  narrow: 'dir:c2s',
  direction: 'both',
  per: 'stream',
  hears: true,
  eats: () => true,
  options: z.strictObject({}),
  explain: () => 'lets {it} through and loses the answers',
  stage: () => (event) => {
    if (event.kind === 'start' || event.kind === 'tick') return []
    return event.kind === 'frame' && event.direction === 's2c' ? [] : [pass(event)]
  },
}
