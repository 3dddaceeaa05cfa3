import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault } from './fault.ts'
import { size, sizeText } from './values.ts'

export interface HugeLineOptions {
  readonly size: number
}

/** A good message that is very long: a log notification beside one that matches. */
export const hugeLine: Fault<HugeLineOptions> = {
  type: 'huge-line',
  level: 'stdio',
  summary: 'writes a very long line to stdout, a good message',
  needs: 'units',
  applies: ['stdio'],
  direction: 's2c',
  per: 'message',
  options: z.strictObject({
    size: size
      .refine((bytes) => bytes >= 200 && bytes <= 256 * 1024 * 1024, 'from 200b to 256mb')
      .describe('How long it is, its end included'),
  }),
  explain: ({ size }) => `writes a line of ${sizeText(size)} in front of messages`,
  stage:
    ({ size }) =>
    (event) => {
      if (event.kind !== 'frame') return event.kind === 'start' || event.kind === 'tick' ? [] : [pass(event)]
      return [{ do: 'write', bytes: line(size) }, pass(event)]
    },
}

function line(size: number): Uint8Array {
  const [before, after] = [
    '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"',
    '"}}\n',
  ]
  return Buffer.from(before + 'x'.repeat(size - before.length - after.length) + after)
}
