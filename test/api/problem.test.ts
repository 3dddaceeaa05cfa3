import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { problem } from '../../src/api/problem.ts'
import { type ErrorCode, ProxyError } from '../../src/errors.ts'

const answerTo = async (error: unknown) => {
  const response = await new Hono().get('/', (c) => problem(c, error)).request('/')
  return { status: response.status, body: await response.json() }
}

test.each<[ErrorCode, number]>([
  ['REQUEST_INVALID', 400],
  ['UNAUTHORIZED', 401],
  ['FORBIDDEN', 403],
  ['NOT_FOUND', 404],
  ['STORE_OPEN_FAILED', 503],
  ['UPSTREAM_UNREACHABLE', 502],
  ['UPSTREAM_TIMEOUT', 504],
])('%s is told with %i', async (code, status) => {
  expect(await answerTo(new ProxyError(code, 'What happened.', { hint: 'What to do.' }))).toEqual({
    status,
    body: { code, message: 'What happened.', hint: 'What to do.' },
  })
})

test('anything else is a bug of ours', async () => {
  expect(await answerTo(new TypeError('x is not a function'))).toMatchObject({
    status: 500,
    body: { code: 'BUG', message: expect.stringContaining('x is not a function') },
  })
})
