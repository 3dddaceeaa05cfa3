import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault, FaultAction } from './fault.ts'
import { duration, durationText } from './values.ts'

export interface DuplicateRequestOptions {
  readonly copies: number
  readonly delay: number
}

/** The server sees a request more than once, as after a proxy's retry; the client gets the first answer only. */
export const duplicateRequest: Fault<DuplicateRequestOptions> = {
  type: 'duplicate-request',
  level: 2,
  summary: 'sends a request to the server more than once; the client gets the first answer',
  needs: 'units',
  applies: ['http', 'sse'],
  narrow: 'dir:c2s',
  direction: 'both',
  per: 'stream',
  hears: true,
  // answers that are still to come cannot be told from the client's own
  eats: () => 'under-way',
  options: z.strictObject({
    copies: z.int().min(1).max(10).default(1).describe('How many more times it is sent'),
    delay: duration.prefault('0ms').describe('Time between two of them'),
  }),
  explain: ({ copies, delay }) =>
    `sends {it} ${copies === 1 ? 'twice' : `${copies + 1} times`}` +
    (delay === 0 ? '' : `, ${durationText(delay)} apart`) +
    '; the client gets the first answer',
  stage: ({ copies, delay }) => {
    let answers = 0
    return (event) => {
      if (event.kind !== 'frame') return event.kind === 'start' || event.kind === 'tick' ? [] : [pass(event)]
      if (event.direction === 'c2s') {
        const again: FaultAction[] = delay === 0 ? [pass(event)] : [{ do: 'wait', ms: delay }, pass(event)]
        return [pass(event), ...Array.from({ length: event.meaning.asks ? copies : 0 }, () => again).flat()]
      }
      if (event.meaning.withHead({}) !== null && (event.meaning.subject.status ?? 200) >= 200) answers++
      return answers > 1 ? [] : [pass(event)]
    }
  },
}
