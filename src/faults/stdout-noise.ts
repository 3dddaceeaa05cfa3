import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault } from './fault.ts'

export interface StdoutNoiseOptions {
  readonly text: string
}

/** A line on stdout that is no message: a forgotten print. */
export const stdoutNoise: Fault<StdoutNoiseOptions> = {
  type: 'stdout-noise',
  level: 'stdio',
  summary: 'writes lines to stdout that are no messages',
  needs: 'units',
  applies: ['stdio'],
  direction: 's2c',
  per: 'message',
  options: z.strictObject({
    text: z
      .string()
      .default('DEBUG: connected to the database (mitmcp fault)')
      .describe('The line, in front of one that matches'),
  }),
  explain: ({ text }) => `writes ${JSON.stringify(text.slice(0, 60))} to stdout in front of messages`,
  stage:
    ({ text }) =>
    (event) => {
      if (event.kind !== 'frame') return event.kind === 'start' || event.kind === 'tick' ? [] : [pass(event)]
      return [{ do: 'write', bytes: Buffer.from(`${text}\n`) }, pass(event)]
    },
}
