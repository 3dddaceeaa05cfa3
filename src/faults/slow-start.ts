import { z } from 'zod'
import type { Fault } from './fault.ts'
import { duration, durationText } from './values.ts'

export interface SlowStartOptions {
  readonly delay: number
}

/** The server is started late; what the client sends meanwhile waits, as for a process that takes its time. */
export const slowStart: Fault<SlowStartOptions> = {
  type: 'slow-start',
  level: 'stdio',
  summary: 'starts the server process late, while the client waits',
  needs: 'process',
  applies: ['stdio'],
  direction: 'both',
  per: 'connection',
  options: z.strictObject({ delay: duration.describe('How much later it is started') }),
  explain: ({ delay }) => `starts the server process ${durationText(delay)} late`,
  starting: ({ delay }) => delay,
}
