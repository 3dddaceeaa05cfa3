import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault } from './fault.ts'
import { respondWith } from './http-error.ts'
import { duration, durationText } from './values.ts'

export interface RateLimitOptions {
  readonly requests: number
  readonly 'per-time': number
  readonly 'retry-after'?: number | undefined
}

/** Beyond so many requests in a window the next ones get 429 (RFC 6585 §4) until the window is over. */
export const rateLimit: Fault<RateLimitOptions> = {
  type: 'rate-limit',
  level: 2,
  summary: 'answers 429 beyond so many requests in a time',
  needs: 'units',
  applies: ['http', 'sse', 'websocket'],
  narrow: 'dir:c2s',
  direction: 'c2s',
  per: 'session',
  options: z.strictObject({
    requests: z.int().min(0).describe('Requests that pass'),
    'per-time': duration.describe('The window they are counted in; it begins with its first request'),
    'retry-after': duration.optional().describe('Retry-After, in whole seconds. Default: until the window is over'),
  }),
  explain: ({ requests, 'per-time': time }) =>
    `lets ${requests} requests pass in ${durationText(time)}, and answers 429 beyond`,
  stage: ({ requests, 'per-time': time, 'retry-after': after }) => {
    let beganAt = Number.NEGATIVE_INFINITY
    let passed = 0
    return (event) => {
      if (event.kind !== 'frame' || !event.meaning.asks) {
        return event.kind === 'start' || event.kind === 'tick' ? [] : [pass(event)]
      }
      if (event.at - beganAt >= time * 1000) {
        beganAt = event.at
        passed = 0
      }
      if (passed++ < requests) return [pass(event)]
      const seconds = Math.ceil((after ?? time - (event.at - beganAt) / 1000) / 1000)
      const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'Retry-After': String(seconds) }
      return respondWith(event, 429, headers, 'Too Many Requests\n') ?? [pass(event)]
    }
  },
}
