import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import { end, endActions, endWords, side, type End } from './ending.ts'
import type { Fault, FaultAction } from './fault.ts'
import { beginsStream } from './stream-border.ts'
import { withRaw, type FaultFrame, type PlaceWithin } from './unit.ts'

const AT = {
  boundary: 'between frames',
  'mid-event': 'mid-event',
  'mid-char': 'inside a character of several bytes',
  'after-headers': 'behind the headers',
} as const

/** Why it was not cut there. */
const MISSED = {
  boundary: null,
  'mid-event': 'nothing came that could be cut in the middle',
  'mid-char': 'no character of several bytes came by',
  'after-headers': 'no headers came by',
} as const

export interface CutOptions {
  readonly end: End
  readonly at: keyof typeof AT
  readonly stream: 'get' | 'post' | 'any'
  readonly side: 'both' | 'client' | 'server'
}

/** Ends a connection, how and where is asked; when is the envelope's. The one fault that ends things, at every level. */
export const cut: Fault<CutOptions> = {
  type: 'cut',
  level: 1,
  summary: 'ends a connection: properly, with a close, a reset, or silence, between frames or within one',
  needs: 'units',
  applies: ['http', 'sse', 'websocket', 'stdio', 'opaque'],
  narrow: ({ stream }) => (stream === 'any' ? '' : `stream:${stream}`),
  direction: 's2c',
  per: 'stream',
  // what comes after silence is gone
  eats: ({ end }) => end === 'hang',
  options: z.strictObject({
    end: end.prefault('fin'),
    at: z
      .enum(['boundary', 'mid-event', 'mid-char', 'after-headers'])
      .default('boundary')
      .describe('Where in the traffic'),
    stream: z.enum(['get', 'post', 'any']).default('any').describe('Only event streams opened by this verb'),
    side: side.default('both'),
  }),
  explain: ({ end, at, side, stream }) =>
    [
      `ends ${stream === 'any' ? '{it}' : `${stream.toUpperCase()} event streams of {it}`} with ${endWords(end)}`,
      ...(at === 'boundary' ? [] : [AT[at]]),
      ...(side === 'both' ? [] : [`towards the ${side} only`]),
    ].join(', '),
  waits: ({ at }) => MISSED[at],
  stage: ({ end, at, side }, tools) => {
    let over = false
    const now = (unit: FaultFrame | null): FaultAction[] => {
      over = true
      return endActions(end, side, unit, tools)
    }
    return (event) => {
      if (over) return event.kind === 'end' && end !== 'hang' ? [pass(event)] : []
      if (event.kind === 'start') {
        if (at !== 'boundary') return []
        const { unit, passed } = event
        if (passed || unit === null || unit.meaning.withHead({}) === null) return now(unit)
        over = true
        // before a head there is nothing that could be ended properly
        return endActions(end === 'clean' ? 'fin' : end, side, null, tools)
      }
      if (event.kind !== 'frame') return event.kind === 'tick' ? [] : [pass(event)]
      if (at === 'boundary') return [pass(event), ...now(event)]
      const length = placeIn(event, at)
      // a unit without such a place passes, and the next one is cut
      if (length === null) return [pass(event)]
      const framed = end === 'clean' || end.startsWith('ws:') ? event.meaning.upTo(at) : null
      const part = pass(withRaw(event, framed ?? event.frame.raw.subarray(0, length)))
      // half of a frame cannot be followed by a proper end
      return [part, ...now(framed === null ? null : event)]
    }
  },
}

function placeIn(event: FaultFrame, at: PlaceWithin): number | null {
  const { places } = event.meaning
  if (at === 'after-headers') return places.afterHeaders
  // what is meant comes behind it
  if (beginsStream(event)) return null
  return at === 'mid-char' ? places.midChar : places.midEvent
}
