import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault } from './fault.ts'
import { respondWith } from './http-error.ts'

export interface RedirectOptions {
  readonly code: 301 | 302 | 303 | 307 | 308
  readonly location: string
}

/** Answers with a redirect; only 307 and 308 keep a POST a POST (RFC 9110 §15.4). */
export const redirect: Fault<RedirectOptions> = {
  type: 'redirect',
  level: 2,
  summary: 'answers requests with a redirect',
  needs: 'units',
  applies: ['http', 'sse', 'websocket'],
  narrow: 'dir:c2s',
  direction: 'c2s',
  per: 'message',
  ends: true,
  options: z.strictObject({
    code: z
      .union([z.literal(301), z.literal(302), z.literal(303), z.literal(307), z.literal(308)])
      .default(307)
      .describe('The status; only 307 and 308 keep a POST a POST'),
    location: z
      .string()
      .min(1)
      .describe('Where to: a URL or a path')
      .meta({ examples: ['/elsewhere'] }),
  }),
  explain: ({ code, location }) => `redirects {it} to ${location} (${code})`,
  stage:
    ({ code, location }) =>
    (event) => {
      if (event.kind !== 'frame') return event.kind === 'start' || event.kind === 'tick' ? [] : [pass(event)]
      return respondWith(event, code, { Location: location }, '') ?? [pass(event)]
    },
}
