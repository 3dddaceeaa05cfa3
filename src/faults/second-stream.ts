import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault } from './fault.ts'
import { errorBody, respondWith } from './http-error.ts'

export interface SecondStreamOptions {
  readonly as: '409' | 'replace' | 'both'
}

/** What a server does with a second GET stream of a session; the specification leaves it open, and servers differ. */
export const secondStream: Fault<SecondStreamOptions> = {
  type: 'second-stream',
  level: 2,
  summary: 'decides what a second GET stream of a session gets',
  needs: 'units',
  applies: ['http'],
  narrow: 'verb:GET',
  direction: 'both',
  per: 'session',
  options: z.strictObject({
    as: z
      .enum(['409', 'replace', 'both'])
      .default('409')
      .describe('A conflict; the first is ended and the second lives; or both live, the second one silent'),
  }),
  explain: ({ as }) =>
    ({
      '409': 'answers a second GET stream of a session with 409',
      replace: 'ends the first GET stream of a session when a second one comes',
      both: 'lets a second GET stream of a session live beside the first, silent',
    })[as],
  stage: ({ as }) => {
    let first: number | null = null
    return (event) => {
      if (event.kind === 'start' || event.kind === 'tick') return []
      if (event.kind === 'end' || (event.kind === 'frame' && event.meaning.subject.kind === 'end')) {
        if (event.connection === first && event.direction === 's2c') first = null
        return [pass(event)]
      }
      if (event.kind !== 'frame' || event.direction === 's2c' || !event.meaning.asks) return [pass(event)]
      const open = first
      if (open === null || as === 'replace') first = event.connection
      if (open === null) return [pass(event)]
      if (as === 'replace') {
        const ends =
          open === event.connection ? [] : [{ do: 'end', connection: open, how: 'fin', side: 'both' } as const]
        return [...ends, pass(event)]
      }
      const json = { 'Content-Type': 'application/json' }
      const conflict = errorBody(-32000, 'Conflict: Only one SSE stream is allowed per session')
      const actions =
        as === '409' ? respondWith(event, 409, json, conflict) : [{ do: 'reply', bytes: SILENT_STREAM } as const]
      return actions ?? [pass(event)]
    }
  },
}

const SILENT_STREAM = Buffer.from(
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n',
)
