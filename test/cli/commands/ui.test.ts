import { expect, test } from 'vitest'
import { run } from '../../../src/cli/run.ts'
import { captureFixture } from '../../support/capture-fixture.ts'
import { fakeContext } from '../../support/cli-context.ts'

test('the page and its API are there until stopped, behind the token', async () => {
  const { path } = captureFixture()
  const context = fakeContext({ env: { UI: 'the-token' } })
  const running = run(['ui', '--db', path, '--port', '0', '--token-env', 'UI', '--json'], context)
  await expect.poll(() => context.output.stdout()).not.toBe('')
  const { ui, token, db } = JSON.parse(context.output.stdout()) as { ui: string; token: string; db: string }
  expect([token, db]).toEqual(['the-token', path])
  const status = await fetch(`${ui}api/status`, { headers: { authorization: `Bearer ${token}` } })
  expect(await status.json()).toMatchObject({ version: '1.2.3', proxyUrl: null, capture: { path } })
  expect((await fetch(`${ui}api/status`)).status).toBe(401)
  context.stop()
  expect(await running).toBe(0)
})

test('people get the address with the token in it', async () => {
  const { path } = captureFixture()
  const context = fakeContext()
  const running = run(['ui', '--db', path, '--port', '0'], context)
  await expect
    .poll(() => context.output.stdout())
    .toMatch(/^Open in a browser: http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{32}$/m)
  context.stop()
  await running
})

test('a token variable that is not set is an error', async () => {
  const context = fakeContext()
  expect(await run(['ui', '--db', captureFixture().path, '--token-env', 'NOPE'], context)).toBe(2)
  expect(context.output.stderr()).toContain('[OPTION_INVALID]')
})
