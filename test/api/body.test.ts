import { expect, test } from 'vitest'
import { apiFixture } from '../support/api-fixture.ts'

test('a body that is no JSON, is not what is asked for, or is too large is refused with a reason', async () => {
  const { send } = apiFixture()
  const explain = (body: unknown) => send('POST', '/api/rules/explain', body)
  expect(await explain('{oh')).toMatchObject({
    status: 400,
    body: { code: 'REQUEST_INVALID', message: expect.stringContaining('no JSON') },
  })
  expect(await explain({ rule: {}, other: 1 })).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } })
  const large = await explain({ rule: 'x'.repeat(4 * 1024 * 1024) })
  expect(large).toMatchObject({ status: 400, body: { message: 'The body is larger than 4 MiB.' } })
})
