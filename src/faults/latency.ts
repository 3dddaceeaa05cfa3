import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault } from './fault.ts'
import { duration, durationText, oneOf, probability } from './values.ts'

const options = z.strictObject({
  delay: duration.describe('How long everything is late; the middle of what `jitter` spreads'),
  jitter: duration.prefault('0ms').describe('How far single delays lie from it'),
  dist: oneOf(['fixed', 'uniform', 'normal', 'lognormal', 'pareto'])
    .default('uniform')
    .describe('How they are spread: evenly, as a bell, or with a long tail (`fixed`: not at all)'),
  correlation: probability.default(0).describe('How much a delay is like the one before it, from 0 to 1'),
  wave: duration.optional().describe('The delay rises from nothing and falls again, once in this time'),
})
type LatencyOptions = z.infer<typeof options>

/** Holds everything back, keeping order. Counted from arrival, so a burst is late once, not once per frame. Does not throttle. */
export const latency: Fault<LatencyOptions> = {
  type: 'latency',
  level: 1,
  summary: 'makes traffic late, in order',
  needs: 'bytes',
  applies: ['http', 'sse', 'websocket', 'stdio', 'opaque'],
  direction: 'both',
  per: 'connection',
  perMessage: true,
  options,
  explain: ({ delay, jitter, dist, wave }) => {
    const spread = jitter === 0 || dist === 'fixed' ? '' : ` ± ${durationText(jitter)}`
    const tides = wave === undefined ? '' : `, rising and falling every ${durationText(wave)}`
    return `delays {it} by ${durationText(delay)}${spread}${tides}`
  },
  stage: (wanted, { draw }) => {
    const next = delays(wanted, draw)
    return (event) => {
      if (event.kind === 'start' || event.kind === 'tick') return []
      return [{ do: 'wait', ms: next(event.at) }, pass(event)]
    }
  },
}

/** Gives one delay after the other, in ms. */
function delays(
  { delay, jitter, dist, correlation, wave }: LatencyOptions,
  draw: () => number,
): (at: number) => number {
  let before: number | undefined
  let since: number | undefined
  const chance = (): number => {
    const drawn = draw()
    before = before === undefined ? drawn : correlation * before + (1 - correlation) * drawn
    return before
  }
  return (at) => {
    since ??= at
    const spread = jitter === 0 || dist === 'fixed' ? delay : spreads[dist](delay, jitter, chance)
    const tide = wave === undefined || wave === 0 ? 1 : (1 - Math.cos((2 * Math.PI * (at - since)) / (wave * 1000))) / 2
    return Math.max(0, Math.round(spread * tide * 1000) / 1000)
  }
}

/** Box and Muller. The first factor must not be the logarithm of 0. */
const bell = (draw: () => number): number => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw())

/** Steepness of the tail: its mean is half a jitter above the least, its variance finite. */
const PARETO_SHAPE = 3

const spreads = {
  uniform: (delay: number, jitter: number, draw: () => number) => delay + jitter * (2 * draw() - 1),
  normal: (delay: number, jitter: number, draw: () => number) => delay + jitter * bell(draw),
  lognormal: (delay: number, jitter: number, draw: () => number) =>
    delay * Math.exp(Math.log1p(jitter / Math.max(delay, 1)) * bell(draw)),
  pareto: (delay: number, jitter: number, draw: () => number) =>
    delay + jitter * ((1 - draw()) ** (-1 / PARETO_SHAPE) - 1),
}
