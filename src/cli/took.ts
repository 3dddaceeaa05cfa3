import type { CallRow } from '../store/rows.ts'
import { durationText } from './units.ts'

/** So far apart, in microseconds, and by a tenth, are what was waited and what the answer took worth two numbers. */
const APART = 5000

type Timed = Pick<
  CallRow,
  'direction' | 'requestedAt' | 'requestSentAt' | 'answeredAt' | 'answerSentAt' | 'madeBy' | 'resumedAfter'
>

/**
 * How long who asked has waited, with the time that who answered took for it where that differs: `652 ms (server 21 ms)`. Undefined where
 * there is no answer.
 */
export const tookText = (call: Timed): string | undefined => {
  const { direction, requestedAt, requestSentAt, answeredAt, answerSentAt, madeBy, resumedAfter } = call
  if (answeredAt === null) return undefined
  const waited = (answerSentAt ?? answeredAt) - requestedAt
  const took = Math.max(0, answeredAt - (requestSentAt ?? requestedAt))
  const answers = direction === 'c2s' ? 'server' : 'client'
  // what a client waited before it came back is no time of its server
  const own = madeBy === null && resumedAfter === null
  const apart = own && waited - took >= Math.max(APART, waited / 10)
  return `${durationText(waited)}${apart ? ` (${answers} ${durationText(took)})` : ''}`
}
