import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault, FaultAction } from './fault.ts'
import { isFiller } from './filler.ts'
import { beginsStream } from './stream-border.ts'
import { duration, durationText } from './values.ts'

export interface StallOptions {
  readonly duration?: number | undefined
  readonly heartbeats: 'pass' | 'drop'
}

/** A stream says nothing for a while although its server does; then everything comes, in order. */
export const stall: Fault<StallOptions> = {
  type: 'stall',
  level: 3,
  summary: 'holds the events of a stream back for a while, heartbeats or not',
  needs: 'units',
  applies: ['http', 'sse', 'websocket', 'stdio'],
  direction: 's2c',
  per: 'stream',
  options: z.strictObject({
    duration: duration.optional().describe('How long; default: until the rule goes'),
    heartbeats: z.enum(['pass', 'drop']).default('pass').describe('Whether comments and pings go on meanwhile'),
  }),
  explain: ({ duration, heartbeats }) =>
    `stalls {it}${duration === undefined ? '' : ` for ${durationText(duration)}`}, ` +
    (heartbeats === 'pass' ? 'while comments and pings go on' : 'comments and pings too'),
  stage: ({ duration, heartbeats }, { kept }) => {
    let over = false
    const flush = (): FaultAction[] => kept.take().map(pass)
    return (event) => {
      if (event.kind === 'start') return duration === undefined ? [] : [{ do: 'wake', ms: duration, token: 'over' }]
      if (event.kind === 'tick') {
        over = true
        return flush()
      }
      if (over) return [pass(event)]
      if (event.kind === 'end') return [...flush(), pass(event)]
      if (event.kind === 'frame' && isFiller(event)) return heartbeats === 'pass' ? [pass(event)] : []
      // the head of an answer is no event: the client is to see the stream open
      if (event.kind === 'frame' && beginsStream(event)) return [pass(event)]
      kept.push(event)
      return []
    }
  },
}
