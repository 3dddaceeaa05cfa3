import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault } from './fault.ts'
import { duration, durationText } from './values.ts'

export interface DelayHeadersOptions {
  readonly delay: number
}

/** Status and headers are held although the server has sent them; what follows waits behind them. */
export const delayHeaders: Fault<DelayHeadersOptions> = {
  type: 'delay-headers',
  level: 2,
  summary: 'holds status and headers of answers back although the server sent them',
  needs: 'units',
  applies: ['http', 'sse', 'websocket'],
  narrow: 'dir:s2c status:>=100 -kind:event -kind:end',
  direction: 's2c',
  per: 'message',
  options: z.strictObject({
    delay: duration.describe('How long the client waits for them, counted from their arrival'),
  }),
  explain: ({ delay }) => `holds status and headers of {it} back for ${durationText(delay)}`,
  stage:
    ({ delay }) =>
    (event) => {
      if (event.kind !== 'frame') return event.kind === 'start' || event.kind === 'tick' ? [] : [pass(event)]
      return event.meaning.withHead({}) === null ? [pass(event)] : [{ do: 'wait', ms: delay }, pass(event)]
    },
}
