import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import { end, endActions, endWords, type End } from './ending.ts'
import type { Damage, Fault, FaultAction, FaultEvent, Tools } from './fault.ts'
import { isFiller } from './filler.ts'
import type { FaultFrame, Unit } from './unit.ts'
import { duration, durationText } from './values.ts'

export interface IdleTimeoutOptions {
  readonly idle: number
  readonly end: End
  readonly 'count-comments': boolean
  readonly answer?: number | undefined
  readonly told: 'both' | 'sender'
}

/** Ends a connection that was silent for too long in both directions, as load balancers do. */
export const idleTimeout: Fault<IdleTimeoutOptions> = {
  type: 'idle-timeout',
  level: 1,
  summary: 'ends connections that were silent for too long, as load balancers do',
  needs: 'units',
  applies: ['http', 'sse', 'websocket', 'stdio', 'opaque'],
  direction: 'both',
  per: 'connection',
  // what comes after silence is gone, and who sends first is to be reset
  eats: ({ end, told }) => end === 'hang' || told === 'sender',
  options: z.strictObject({
    idle: duration.describe('How long nothing may pass, in either direction'),
    end: end.prefault('fin'),
    'count-comments': z
      .boolean()
      .default(true)
      .describe('Comments of event streams and pings keep the connection alive'),
    answer: z
      .int()
      .min(400)
      .max(599)
      .optional()
      .describe('A request still without an answer gets this status first, as gateways do (504)'),
    told: z
      .enum(['both', 'sender'])
      .default('both')
      .describe('Who learns of it: both, at once; or whoever sends next, by a reset, and the other one never'),
  }),
  explain: ({ idle, end, answer, told, 'count-comments': counts }) =>
    (told === 'both'
      ? `ends connections with ${endWords(end)} after ${durationText(idle)} without traffic`
      : `forgets connections after ${durationText(idle)} without traffic and resets whoever sends next`) +
    (answer === undefined ? '' : `, and a request that waits with status ${answer}`) +
    (counts ? '' : ', where comments and pings do not count'),
  waits: () => null,
  stage: (options, tools) => {
    const { idle, 'count-comments': counts } = options
    const line = new Line(options, tools)
    let lastAt = 0
    let after: Damage | undefined
    return (event) => {
      if (after !== undefined) return after(event)
      if (event.kind === 'start') {
        lastAt = event.at
        return [{ do: 'wake', ms: idle, token: 'idle' }]
      }
      if (event.kind === 'tick') {
        const left = idle - (event.at - lastAt) / 1000
        if (left > 0) return [{ do: 'wake', ms: left, token: 'idle' }]
        after = line.after
        return line.over()
      }
      if (event.kind === 'frame') line.saw(event)
      if (counts || event.kind !== 'frame' || !isFiller(event)) lastAt = Math.max(lastAt, event.at)
      return [pass(event)]
    }
  },
}

/** A connection whose time may be up. */
class Line {
  readonly #options: IdleTimeoutOptions
  readonly #tools: Tools
  /** The newest towards the client: knows how that direction is properly ended. */
  #unit: FaultFrame | null = null
  /** Requests without an answer yet. */
  #waiting: Unit[] = []
  readonly #told = new Set<string>()

  constructor(options: IdleTimeoutOptions, tools: Tools) {
    this.#options = options
    this.#tools = tools
  }

  saw(event: Extract<FaultEvent, { kind: 'frame' }>): void {
    const { meaning, direction } = event
    if (direction === 'c2s') {
      if (meaning.asks) this.#waiting.push(meaning)
      return
    }
    this.#unit = event
    const { status } = meaning.subject
    const final = status !== null && (status >= 200 || status === 101)
    if (final && meaning.withHead({}) !== null) this.#waiting.shift()
  }

  over(): readonly FaultAction[] {
    const { end, answer, told } = this.#options
    if (told === 'sender') return []
    const [asked] = this.#waiting
    const bytes = answer === undefined || asked === undefined ? null : asked.respond(answer, HTML, page(answer))
    if (bytes !== null)
      return [
        { do: 'write', bytes },
        { do: 'cut', how: 'fin', side: 'both' },
      ]
    // a body that has been closed needs nothing more to end properly
    const over = end === 'clean' && this.#unit?.meaning.subject.kind === 'end'
    return endActions(over ? 'fin' : end, 'both', this.#unit, this.#tools)
  }

  readonly after = (event: FaultEvent): readonly FaultAction[] => {
    const { end, told } = this.#options
    if (told === 'both') return event.kind === 'end' && end !== 'hang' ? [pass(event)] : []
    if (event.kind === 'start' || event.kind === 'tick' || this.#told.has(event.direction)) return []
    this.#told.add(event.direction)
    return [{ do: 'cut', how: 'rst', side: event.direction === 'c2s' ? 'client' : 'server' }]
  }
}

/** What gateways say is for people, not for JSON parsers. */
const HTML = { 'Content-Type': 'text/html', Connection: 'close' } as const
const page = (status: number): string => `<html><body><h1>${status}</h1><p>mitmcp, by a fault rule</p></body></html>\n`
