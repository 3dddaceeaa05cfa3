import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault } from './fault.ts'
import { isLoose } from './stream-border.ts'
import { duration, durationText } from './values.ts'

export interface DelayOptions {
  readonly delay: number
  readonly span: number
  readonly 'let-others-pass': boolean
}

/** A message is late. Past the client's time-out or its cancellation it becomes a late answer. */
export const delay: Fault<DelayOptions> = {
  type: 'delay',
  level: 3,
  summary: 'makes single messages late, so that others overtake them or a time-out strikes',
  needs: 'units',
  applies: ['http', 'sse', 'websocket', 'stdio'],
  direction: 's2c',
  per: 'message',
  displaces: (options) => options['let-others-pass'],
  span: ({ span }) => span,
  options: z.strictObject({
    delay: duration.describe('How long, from its arrival'),
    span: z.int().min(1).default(1).describe('How many messages in a row'),
    'let-others-pass': z
      .boolean()
      .default(false)
      .describe('Later messages overtake it; not on the stream of an HTTP request'),
  }),
  explain: ({ delay, span, 'let-others-pass': others }) =>
    `delays ${span === 1 ? '{it}' : `{it}, ${span} messages in a row,`} by ${durationText(delay)}` +
    (others ? ' while later ones overtake them' : ''),
  stage:
    ({ delay, 'let-others-pass': others }, { kept }) =>
    (event) => {
      if (event.kind === 'start') return []
      if (event.kind === 'tick') return kept.take(1).map(pass)
      if (event.kind === 'end') return [...kept.take().map(pass), pass(event)]
      // a whole HTTP answer cannot be overtaken on its connection, and the stream of a request may be over when the time has come
      const fixed = event.kind === 'frame' && (!isLoose(event) || event.meaning.subject.stream === 'post')
      if (!others || fixed) return [{ do: 'wait', ms: delay }, pass(event)]
      kept.push(event)
      return [{ do: 'wake', ms: delay, token: 'late' }]
    },
}
