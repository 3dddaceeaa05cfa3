import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault } from './fault.ts'
import { duration, durationText } from './values.ts'

export interface FreezeOptions {
  readonly duration: number
  readonly then: 'resume' | 'rst'
}

/** Nothing passes for a while, in both directions, as when a laptop sleeps; then everything does, or the connection is reset. */
export const freeze: Fault<FreezeOptions> = {
  type: 'freeze',
  level: 1,
  summary: 'stops everything for a while, then lets it go on or resets',
  needs: 'bytes',
  applies: ['http', 'sse', 'websocket', 'stdio', 'opaque'],
  direction: 'both',
  per: 'connection',
  options: z.strictObject({
    duration: duration.describe('How long nothing passes'),
    then: z.enum(['resume', 'rst']).default('resume').describe('What comes after'),
  }),
  explain: ({ duration, then }) =>
    `freezes {it} for ${durationText(duration)}, then ${then === 'rst' ? 'resets them' : 'lets everything go on'}`,
  stage: ({ duration, then }) => {
    let untilAt = 0
    let over = false
    return (event) => {
      if (event.kind === 'start') {
        untilAt = event.at + duration * 1000
        return then === 'rst' ? [{ do: 'wake', ms: duration, token: 'over' }] : []
      }
      if (event.kind === 'tick') {
        over = true
        return [{ do: 'cut', how: 'rst', side: 'both' }]
      }
      if (over || then === 'rst') return []
      const left = (untilAt - event.at) / 1000
      return left > 0 ? [{ do: 'wait', ms: left }, pass(event)] : [pass(event)]
    }
  },
}
