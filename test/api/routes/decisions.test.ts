import { expect, test } from 'vitest'
import { apiFixture } from '../../support/api-fixture.ts'

test('decisions are asked for by rule, page by page', async () => {
  const { json, add } = apiFixture()
  for (const rule of ['a', 'b', 'a']) add('decision', { rule })
  expect((await json('/api/decisions?rule=a')).body).toMatchObject([{ id: 1 }, { id: 3 }])
  expect((await json('/api/decisions?after=1&limit=1')).body).toMatchObject([{ id: 2 }])
  expect((await json('/api/decisions?frame=x')).status).toBe(400)
})
