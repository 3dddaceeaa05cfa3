import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import { end, endActions, endWords, type End } from './ending.ts'
import type { Fault } from './fault.ts'
import { isFiller } from './filler.ts'
import type { FaultFrame } from './unit.ts'
import { duration, durationText } from './values.ts'

export interface IdleTimeoutOptions {
  readonly idle: number
  readonly end: End
  readonly 'count-comments': boolean
}

/** Ends a connection that was silent for too long in both directions, as load balancers do. */
export const idleTimeout: Fault<IdleTimeoutOptions> = {
  type: 'idle-timeout',
  level: 1,
  summary: 'ends connections that were silent for too long, as load balancers do',
  needs: 'units',
  applies: ['http', 'sse', 'websocket', 'stdio', 'opaque'],
  direction: 'both',
  per: 'connection',
  options: z.strictObject({
    idle: duration.describe('How long nothing may pass, in either direction'),
    end: end.default('fin'),
    'count-comments': z
      .boolean()
      .default(true)
      .describe('Comments of event streams and pings keep the connection alive'),
  }),
  explain: ({ idle, end, 'count-comments': counts }) =>
    `ends connections with ${endWords(end)} after ${durationText(idle)} without traffic` +
    (counts ? '' : ', where comments and pings do not count'),
  stage: ({ idle, end, 'count-comments': counts }, tools) => {
    let lastAt = 0
    let over = false
    let unit: FaultFrame | null = null
    return (event) => {
      if (over) return event.kind === 'end' && end !== 'hang' ? [pass(event)] : []
      if (event.kind === 'start') {
        lastAt = event.at
        return [{ do: 'wake', ms: idle, token: 'idle' }]
      }
      if (event.kind === 'tick') {
        const left = idle - (event.at - lastAt) / 1000
        if (left > 0) return [{ do: 'wake', ms: left, token: 'idle' }]
        over = true
        return endActions(end, 'both', unit, tools)
      }
      if (event.kind === 'frame' && event.direction === 's2c') unit = event
      if (counts || event.kind !== 'frame' || !isFiller(event)) lastAt = Math.max(lastAt, event.at)
      return [pass(event)]
    }
  },
}
