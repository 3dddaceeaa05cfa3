import { z } from 'zod'
import type { Fault } from './fault.ts'
import { changeJson } from './json-change.ts'

const AS = {
  truncate: 'cut off in the middle',
  'not-json': 'no JSON',
  'no-version': 'without "jsonrpc"',
  batch: 'wrapped into a batch',
} as const

export interface InvalidOptions {
  readonly as: keyof typeof AS
}

/** Messages that are none, in a framing that is right. */
export const invalid: Fault<InvalidOptions> = {
  type: 'invalid',
  level: 3,
  summary: 'makes messages invalid: cut off, no JSON, without version, in a batch',
  needs: 'units',
  applies: ['http', 'sse', 'websocket', 'stdio'],
  direction: 's2c',
  per: 'message',
  options: z.strictObject({
    as: z.enum(['truncate', 'not-json', 'no-version', 'batch']).default('not-json').describe('What is wrong with it'),
  }),
  explain: ({ as }) => `delivers {it} ${AS[as]}`,
  stage: ({ as }, tools) =>
    changeJson(
      (message) => {
        const text = JSON.stringify(message)
        if (as === 'truncate') return text.slice(0, Math.ceil(text.length / 2))
        if (as === 'not-json') return `mitmcp{not json${text.slice(1)}`
        if (as === 'batch') return `[${text}]`
        const { jsonrpc: _version, ...rest } = message
        return rest
      },
      tools,
      { sync: false },
    ),
}
