import { expect, test } from 'vitest'
import { apiFixture } from '../../support/api-fixture.ts'

test('calls come by session and outcome', async () => {
  const { json, add } = apiFixture()
  add('session', { uid: 'abcd2345' })
  add('call', { session: 1 })
  add('call', { outcome: 'pending' })
  expect((await json('/api/calls')).body).toMatchObject([{ id: 1 }, { id: 2 }])
  expect((await json('/api/calls?session=abcd')).body).toMatchObject([{ id: 1, session: 'abcd2345' }])
  expect((await json('/api/calls?outcome=pending')).body).toMatchObject([{ id: 2, outcome: 'pending' }])
  expect(await json('/api/calls?outcome=fine')).toMatchObject({
    status: 400,
    body: { message: expect.stringContaining('tool-error') },
  })
})

test('calls come by a filter; one that does not hold is refused', async () => {
  const { json, add } = apiFixture()
  add('frame', { messages: 1 })
  add('message', { frame: 1, tool: 'search', call: 1 })
  add('call', { tool: 'search' })
  add('call', { request_frame: 1, outcome: 'error' })
  expect((await json('/api/calls?filter=tool:search')).body).toMatchObject([{ id: 1 }])
  expect((await json('/api/calls?filter=-outcome:ok&limit=1')).body).toMatchObject([{ id: 2 }])
  expect(await json('/api/calls?filter=)')).toMatchObject({ status: 400, body: { code: 'FILTER_INVALID' } })
})
