import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault } from './fault.ts'

export interface StderrNoiseOptions {
  readonly text: string
}

/** A line on stderr: no error, though some clients take it for one. */
export const stderrNoise: Fault<StderrNoiseOptions> = {
  type: 'stderr-noise',
  level: 'stdio',
  summary: 'writes lines to stderr, where a server may log',
  needs: 'units',
  applies: ['stdio'],
  direction: 's2c',
  per: 'message',
  options: z.strictObject({
    text: z.string().default('WARN: slow query (mitmcp fault)').describe('The line, as a message that matches goes by'),
  }),
  explain: ({ text }) => `writes ${JSON.stringify(text.slice(0, 60))} to stderr as messages go by`,
  stage:
    ({ text }) =>
    (event) => {
      if (event.kind !== 'frame') return event.kind === 'start' || event.kind === 'tick' ? [] : [pass(event)]
      return [{ do: 'stderr', bytes: Buffer.from(`${text}\n`) }, pass(event)]
    },
}
