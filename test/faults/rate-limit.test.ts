import { expect, test } from 'vitest'
import { rateLimit } from '../../src/faults/rate-limit.ts'
import { actionTexts, damageOf } from '../support/damage.ts'
import { request } from '../support/http-units.ts'

test('passes as many as it is told in a window, refuses the rest, and says until when', () => {
  const table = damageOf(rateLimit, { requests: 2, 'per-time': '10s' })
  const ask = (ms: number) => actionTexts(table.unit('{}', request(), ms))[0] ?? ''
  expect([ask(0), ask(100)]).toEqual(['pass {}\n', 'pass {}\n'])
  expect(ask(4000)).toMatch(/^reply 429 .*"Retry-After":"6"/)
  expect(ask(10_000)).toBe('pass {}\n')
})

test('says what it is told to say', () => {
  const table = damageOf(rateLimit, { requests: 0, 'per-time': '10s', 'retry-after': '1s' })
  expect(actionTexts(table.unit('{}', request()))[0]).toContain('"Retry-After":"1"')
})
