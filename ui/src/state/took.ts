import type { CallRow } from '../../../src/api/contract.ts'
import { spanText } from './time-format.ts'

/** So far apart, in microseconds, and by a tenth, are what was waited and what the answer took worth two numbers. */
const apart = 5000

/** How long who asked has waited, and, where that differs, what who answered took for it: `server 21.0 ms`. */
export interface Took {
  readonly waited: string
  readonly needed: string | null
}

/** Null where there is no answer. `sentAt`: when the answer was sent on, where that is known better than by the call. */
export function tookOf(call: CallRow, sentAt: number | null = null): Took | null {
  const { direction, requestedAt, requestSentAt, answeredAt, answerSentAt, madeBy, resumedAfter } = call
  if (answeredAt === null) return null
  const waited = (sentAt ?? answerSentAt ?? answeredAt) - requestedAt
  const needed = Math.max(0, answeredAt - (requestSentAt ?? requestedAt))
  // what a client waited before it came back is no time of its server
  const own = madeBy === null && resumedAfter === null
  const differs = own && waited - needed >= Math.max(apart, waited / 10)
  return {
    waited: spanText(waited),
    needed: differs ? `${direction === 'c2s' ? 'server' : 'client'} ${spanText(needed)}` : null,
  }
}
