import { expect, test } from 'vitest'
import { apiFixture } from '../support/api-fixture.ts'

test.each([
  ['/api/frame', 'Did you mean GET /api/frames?'],
  ['/api/statsu', 'Did you mean GET /api/status?'],
  ['/api/calls/7', 'Did you mean GET /api/calls?'],
  [
    '/api/something/else',
    'There are: /api/status, /api/sessions, /api/flows, /api/frames, /api/calls, /api/logs, /api/filter, /api/rules, /api/faults, /api/personas, /api/decisions, /api/held, /api/live.',
  ],
])('%s is not there, and what may have been meant is told', async (path, hint) => {
  expect(await apiFixture().json(path)).toEqual({
    status: 404,
    body: { code: 'NOT_FOUND', message: `There is no GET ${path} here.`, hint },
  })
})

test('what cannot be done is told with its method', async () => {
  const response = await apiFixture().get('/api/frames', {}, 'DELETE')
  expect(response.status).toBe(404)
  expect(await response.json()).toMatchObject({ message: 'There is no DELETE /api/frames here.' })
})

test('a reader that fails is told, not thrown', async () => {
  const { reader, get } = apiFixture()
  reader.close()
  const response = await get('/api/frames')
  expect(response.status).toBe(500)
  expect(response.headers.get('x-frame-options')).toBe('DENY')
  expect(await response.json()).toMatchObject({ code: 'BUG' })
})

test('JSON is compact', async () => {
  const response = await apiFixture().get('/api/sessions')
  expect(response.headers.get('content-type')).toBe('application/json')
  expect(await response.text()).toBe('[]')
})
