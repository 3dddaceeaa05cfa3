import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault, FaultAction } from './fault.ts'
import { isBorder, isLoose } from './stream-border.ts'
import { duration, durationText } from './values.ts'

export interface ReorderOptions {
  readonly span: number
  readonly within: number
}

/** Messages change places: so many are gathered, then come in another order, drawn from the seed and never the one they had. */
export const reorder: Fault<ReorderOptions> = {
  type: 'reorder',
  level: 3,
  summary: 'delivers messages of a stream in another order',
  needs: 'units',
  applies: ['http', 'sse', 'websocket', 'stdio'],
  direction: 's2c',
  per: 'stream',
  displaces: () => true,
  options: z.strictObject({
    span: z.int().min(2).max(100).default(2).describe('How many change places with each other'),
    within: duration.prefault('1s').describe('How long the others are waited for; then those that are there go'),
  }),
  explain: ({ span, within }) =>
    span === 2
      ? `swaps neighbouring messages of {it} that come within ${durationText(within)}`
      : `delivers {it}, ${span} messages at a time, in another order, waiting at most ${durationText(within)} for them`,
  stage: ({ span, within }, { kept, draw }) => {
    let round = 0
    const flush = (): FaultAction[] => {
      round++
      const events = kept.take()
      const order = events.map((event) => ({ event, key: draw() })).toSorted((a, b) => a.key - b.key)
      const same = order.every(({ event }, at) => event === events[at])
      return (same ? order.toReversed() : order).map(({ event }) => pass(event))
    }
    return (event) => {
      if (event.kind === 'start') return []
      if (event.kind === 'tick') return event.token === round ? flush() : []
      if (event.kind === 'end') return [...flush(), pass(event)]
      if (event.kind !== 'frame') return [pass(event)]
      if (isBorder(event)) return [...flush(), pass(event)]
      if (!isLoose(event)) return [pass(event)]
      kept.push(event)
      if (kept.length === span) return flush()
      return kept.length === 1 ? [{ do: 'wake', ms: within, token: round }] : []
    }
  },
}
