import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault } from './fault.ts'
import { duration, durationText } from './values.ts'

export interface StaleKeepaliveOptions {
  readonly idle: number
}

/** A kept-alive connection dies just as it is reused: the request is lost with it. */
export const staleKeepalive: Fault<StaleKeepaliveOptions> = {
  type: 'stale-keepalive',
  level: 1,
  summary: 'resets a kept-alive connection just as it is reused',
  needs: 'units',
  applies: ['http', 'sse'],
  direction: 'both',
  per: 'connection',
  options: z.strictObject({
    idle: duration.prefault('0ms').describe('Only when it was silent for so long; default: at the first reuse'),
  }),
  explain: ({ idle }) =>
    'resets kept-alive connections just as they are reused' +
    (idle === 0 ? '' : ` after ${durationText(idle)} of silence`),
  waits: () => null,
  stage: ({ idle }) => {
    let lastAt: number | null = null
    let over = false
    return (event) => {
      if (over || event.kind === 'start' || event.kind === 'tick') return []
      if (event.kind !== 'frame') return [pass(event)]
      const asks = event.direction === 'c2s' && event.meaning.asks
      if (asks && lastAt !== null && event.at - lastAt >= idle * 1000) {
        over = true
        return [{ do: 'cut', how: 'rst', side: 'both' }]
      }
      lastAt = event.at
      return [pass(event)]
    }
  },
}
