import { expect, test } from 'vitest'
import { apiFixture } from '../../support/api-fixture.ts'

test('sessions come newest first and by their id', async () => {
  const { json, add } = apiFixture()
  for (const uid of ['abcd2345', 'abce2345', 'bbbb2345']) add('session', { uid })
  expect((await json('/api/sessions?limit=2')).body).toMatchObject([{ uid: 'bbbb2345' }, { uid: 'abce2345' }])
  expect((await json('/api/sessions?before=2')).body).toMatchObject([{ uid: 'abcd2345' }])
  expect((await json('/api/sessions/bb')).body).toMatchObject({ uid: 'bbbb2345' })
  expect(await json('/api/sessions/ab')).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } })
  expect(await json('/api/sessions/zz')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } })
})
