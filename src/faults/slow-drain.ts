import { z } from 'zod'
import { bandwidth } from './bandwidth.ts'
import type { Fault } from './fault.ts'
import { rate, rateText } from './values.ts'

export interface SlowDrainOptions {
  readonly rate: number
}

/** The client reads slowly: the server's writes to its stdout stand still once the pipe is full. */
export const slowDrain: Fault<SlowDrainOptions> = {
  type: 'slow-drain',
  level: 'stdio',
  summary: 'reads what the server writes slowly, so that its stdout fills',
  needs: 'bytes',
  applies: ['stdio'],
  direction: 's2c',
  per: 'connection',
  options: z.strictObject({ rate: rate.describe('Bytes a second that are read') }),
  explain: ({ rate }) => `reads the server's stdout at ${rateText(rate)}`,
  stage: ({ rate }, tools) => {
    const damage = bandwidth.stage?.({ rate, burst: 0 }, tools)
    if (damage === undefined) throw new Error('bandwidth without a stage')
    return damage
  },
}
