import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault } from './fault.ts'
import { challenge, respondWith } from './http-error.ts'
import { duration, durationText, fields } from './values.ts'

export interface StatusOptions {
  readonly code: number
  readonly body?: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly 'retry-after'?: number | undefined
  readonly 'www-authenticate'?: string | undefined
}

/** Answers in place of the server, which never sees the request. */
export const status: Fault<StatusOptions> = {
  type: 'status',
  level: 2,
  summary: 'answers requests with a status of your choice; the server never sees them',
  needs: 'units',
  applies: ['http', 'sse', 'websocket'],
  narrow: 'dir:c2s',
  direction: 'c2s',
  per: 'message',
  ends: true,
  options: z.strictObject({
    code: z
      .int()
      .min(200)
      .max(599)
      .describe('The status')
      .meta({ examples: [503] }),
    body: z
      .string()
      .optional()
      .describe('The body; JSON gets its content type. Default: a line that says who answered'),
    headers: fields.default({}).describe('Further fields'),
    'retry-after': duration.optional().describe('Retry-After, in whole seconds'),
    'www-authenticate': z
      .string()
      .optional()
      .describe('The challenge of 401 and 403. Default: a correct one; empty: none'),
  }),
  explain: ({ code, 'retry-after': after }) =>
    `answers {it} with status ${code}` + (after === undefined ? '' : ` and Retry-After ${durationText(after)}`),
  stage: (options, tools) => (event) => {
    if (event.kind !== 'frame') return event.kind === 'start' || event.kind === 'tick' ? [] : [pass(event)]
    const { code, body = `mitmcp: status ${code}, by a fault rule\n`, headers } = options
    const given = options['www-authenticate']
    const asks = code === 401 ? 'invalid_token' : code === 403 ? 'insufficient_scope' : undefined
    const authenticate = given ?? (asks === undefined ? '' : challenge(event.meaning, asks))
    const after = options['retry-after']
    const actions = respondWith(
      event,
      code,
      {
        'Content-Type': /^\s*[{[]/.test(body) ? 'application/json' : 'text/plain; charset=utf-8',
        ...(authenticate === '' ? {} : { 'WWW-Authenticate': authenticate }),
        ...(after === undefined ? {} : { 'Retry-After': String(Math.ceil(after / 1000)) }),
        ...headers,
      },
      body,
    )
    if (actions !== null) return actions
    tools.notApplied('no HTTP request')
    return [pass(event)]
  },
}
