import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault } from './fault.ts'
import { isBorder, isLoose } from './stream-border.ts'
import { duration, durationText } from './values.ts'

export interface DuplicateOptions {
  readonly copies: number
  readonly delay: number
}

/** A message comes more than once, as after a resumed stream that replays too much. */
export const duplicate: Fault<DuplicateOptions> = {
  type: 'duplicate',
  level: 3,
  summary: 'delivers messages more than once',
  needs: 'units',
  applies: ['http', 'sse', 'websocket', 'stdio'],
  direction: 's2c',
  per: 'message',
  displaces: () => true,
  options: z.strictObject({
    copies: z.int().min(1).max(100).default(1).describe('How many more times it comes'),
    delay: duration.prefault('0ms').describe('Time between two of them; everything behind waits'),
  }),
  explain: ({ copies, delay }) =>
    `delivers {it} ${copies === 1 ? 'twice' : `${copies + 1} times`}` +
    (delay === 0 ? '' : `, ${durationText(delay)} apart`),
  stage:
    ({ copies, delay }, tools) =>
    (event) => {
      if (event.kind !== 'frame') return event.kind === 'start' || event.kind === 'tick' ? [] : [pass(event)]
      if (!isLoose(event)) {
        if (!isBorder(event)) tools.notApplied('a whole HTTP message: see duplicate-request')
        return [pass(event)]
      }
      const again = delay === 0 ? [pass(event)] : [{ do: 'wait', ms: delay, since: 'now' } as const, pass(event)]
      return [pass(event), ...Array.from({ length: copies }, () => again).flat()]
    },
}
