import { expect, test } from 'vitest'
import { apiFixture } from '../../support/api-fixture.ts'

test('what waits is listed, and answered', async () => {
  const { json, add, send, written } = apiFixture()
  add('held', { state: 'sent' })
  const id = add('held', { payload: '{"a":1}' })
  expect((await json('/api/held')).body).toMatchObject([{ id: 1 }, { id }])
  expect((await json('/api/held?open=true')).body).toMatchObject([{ id, payload: '{"a":1}' }])
  const edit = { do: 'edit', payload: '{"a":2}' }
  expect(await send('POST', `/api/held/${id}`, edit)).toMatchObject({ status: 200, body: { answer: edit } })
  expect(await send('POST', `/api/held/${id}`, { do: 'eat' })).toMatchObject({ status: 400 })
  expect(await send('POST', '/api/held/1', { do: 'send' })).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } })
  expect(written()).toBe(1)
})
