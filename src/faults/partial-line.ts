import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault } from './fault.ts'
import { pieces } from './pieces.ts'
import { duration, durationText } from './values.ts'

export interface PartialLineOptions {
  readonly delay: number
}

/** A line comes in two halves, as of a server that does not flush. */
export const partialLine: Fault<PartialLineOptions> = {
  type: 'partial-line',
  level: 'stdio',
  summary: 'delivers the second half of a line late',
  needs: 'units',
  applies: ['stdio'],
  direction: 's2c',
  per: 'message',
  options: z.strictObject({ delay: duration.prefault('1s').describe('Time between the halves') }),
  explain: ({ delay }) => `delivers the second half of lines ${durationText(delay)} after the first`,
  stage:
    ({ delay }) =>
    (event) => {
      if (event.kind !== 'frame') return event.kind === 'start' || event.kind === 'tick' ? [] : [pass(event)]
      const half = Math.floor(event.frame.raw.length / 2)
      const [first = event, ...rest] = pieces(event, [half, event.frame.raw.length])
      return [pass(first), ...rest.flatMap((piece) => [{ do: 'wait', ms: delay, since: 'now' } as const, pass(piece)])]
    },
}
