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
  for (const [path, wrong] of [
    ['/api/rules/explain', 7],
    ['/api/rules/explain', { rule: {}, other: 1 }],
    ['/api/held/1', { do: 'throw' }],
    ['/api/held/1', { do: 'edit' }],
    ['/api/rules', []],
    ['/api/rules', { rule: {}, everywhere: 'x' }],
  ] as const) {
    const { status, body } = await send('POST', path, wrong)
    expect(status).toBe(400)
    expect(JSON.stringify(body)).not.toMatch(/Invalid|received|Unrecognized/)
  }
  const large = await explain({ rule: 'x'.repeat(4 * 1024 * 1024) })
  expect(large).toMatchObject({ status: 400, body: { message: 'The body is larger than 4 MiB.' } })
})
