import { z } from 'zod'
import { compile, parseFilter } from '../filter/index.ts'
import { pass } from '../pipe/action.ts'
import type { Fault, FaultAction } from './fault.ts'
import { isBorder, isLoose } from './stream-border.ts'
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
  displaces: () => true,
  hears: true,
  options: z.strictObject({
    until: z
      .string()
      .min(1)
      .describe('A filter: what has to pass first')
      .meta({ examples: ['method:notifications/progress'] }),
    'at-most': duration.optional().describe('Then it goes on anyway; default: never'),
  }),
  explain: ({ until, 'at-most': most }) =>
    `holds {it} until ${until} has passed` + (most === undefined ? '' : `, at most ${durationText(most)}`),
  stage: ({ until, 'at-most': most }, { kept }) => {
    const awaited = compile(parseFilter(until))
    let direction: 'c2s' | 's2c' | null = null
    /** Connections of the session where something is held. */
    const holding = new Set<number>()
    let over = false
    const wakeAll = (): FaultAction[] =>
      [...holding].map((connection) => ({
        do: 'wake',
        ms: 0,
        token: 'over',
        direction: direction ?? 's2c',
        connection,
      }))
    return (event) => {
      if (event.kind === 'start') {
        direction = event.direction
        return most === undefined ? [] : [{ do: 'wake', ms: most, token: 'most' }]
      }
      if (event.kind === 'tick') {
        over = true
        if (event.token === 'most') return wakeAll()
        holding.delete(event.connection)
        return kept.take().map(pass)
      }
      // what is held belongs to this direction and connection
      if (event.kind === 'end' || over) return [...kept.take().map(pass), pass(event)]
      if (event.kind !== 'frame') return [pass(event)]
      if (awaited(event.meaning.subject)) {
        over = true
        return [pass(event), ...wakeAll()]
      }
      // where a stream ends, what it said so far is let go
      if (isBorder(event)) return [...kept.take().map(pass), pass(event)]
      if (event.direction !== direction || !isLoose(event)) return [pass(event)]
      holding.add(event.connection)
      kept.push(event)
      return []
    }
  },
}
