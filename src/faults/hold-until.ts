import { z } from 'zod'
import { compile, parseFilter } from '../filter/index.ts'
import { pass } from '../pipe/action.ts'
import type { Fault } from './fault.ts'
import { duration, durationText } from './values.ts'

export interface HoldUntilOptions {
  readonly until: string
  readonly 'at-most'?: number | undefined
}

/** What its rule matches in a stream is held until something else has passed, in either direction: an answer before its progress, a list before the change. */
export const holdUntil: Fault<HoldUntilOptions> = {
  type: 'hold-until',
  level: 3,
  summary: 'holds a stream back until a message of your choice has passed',
  needs: 'units',
  applies: ['http', 'sse', 'websocket', 'stdio'],
  direction: 'both',
  per: 'session',
  options: z.strictObject({
    until: z.string().min(1).describe('A filter: what has to pass first'),
    'at-most': duration.optional().describe('Then it goes on anyway; default: never'),
  }),
  explain: ({ until, 'at-most': most }) =>
    `holds {it} until ${until} has passed` + (most === undefined ? '' : `, at most ${durationText(most)}`),
  stage: ({ until, 'at-most': most }, { kept }) => {
    const awaited = compile(parseFilter(until))
    let direction: 'c2s' | 's2c' | null = null
    let over = false
    return (event) => {
      if (event.kind === 'start') {
        direction = event.direction
        return most === undefined ? [] : [{ do: 'wake', ms: most, token: 'over' }]
      }
      if (event.kind === 'tick') {
        over = true
        return kept.take().map(pass)
      }
      if (event.kind === 'end') return [...(event.direction === direction ? kept.take().map(pass) : []), pass(event)]
      if (over || event.kind !== 'frame') return [pass(event)]
      if (awaited(event.meaning.subject)) {
        over = true
        if (event.direction === direction) return [pass(event), ...kept.take().map(pass)]
        return [pass(event), { do: 'wake', ms: 0, token: 'over', direction: direction ?? event.direction }]
      }
      if (event.direction !== direction || event.meaning.another('{}') === null) return [pass(event)]
      kept.push(event)
      return []
    }
  },
}
