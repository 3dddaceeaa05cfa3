import { expect, onTestFinished, test } from 'vitest'
import { createForward, createProxies, createProxy } from '../../../src/proxy.ts'
import { run } from '../../../src/cli/run.ts'
import { captureFixture } from '../../support/capture-fixture.ts'
import { fakeContext } from '../../support/cli-context.ts'
import { dial } from '../../support/raw.ts'
import { authorityFolder } from '../../support/start-forward.ts'

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

test('no proxy on the capture leads to it, by any name, in any mode, while it runs', async () => {
  const { path } = captureFixture()
  const context = fakeContext()
  const running = run(['ui', '--db', path, '--port', '0', '--json'], context)
  onTestFinished(async () => (context.stop(), void (await running)))
  await expect.poll(() => context.output.stdout()).not.toBe('')
  const { port } = new URL((JSON.parse(context.output.stdout()) as { ui: string }).ui)
  const shared = { db: path, ui: false, port: 0 } as const
  const target = (host: string): string => `http://${host}:${port}/`
  const hosts = ['127.0.0.1', 'localhost', '127.1', '0.0.0.0', '[::ffff:127.0.0.1]']

  const forward = await createForward({ ...shared, authority: authorityFolder })
  const routed = await createProxies({
    ...shared,
    servers: hosts.map((host, at) => ({ name: `s${at}`, target: target(host) })),
    oneListener: { port: 0 },
  })
  const reverse = await Promise.all(hosts.map((host) => createProxy({ ...shared, target: target(host) })))
  onTestFinished(async () => void (await Promise.all([forward, routed, ...reverse].map((one) => one.close()))))

  const answer = async (through: number, request: string): Promise<string> => {
    const client = await dial(through)
    client.write(`${request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    await client.ended()
    client.socket.destroy()
    return client.text()
  }
  const refused = /^HTTP\/1\.1 502 [\s\S]*x-mitmcp-error: SELF_TARGET/
  for (const [at, host] of hosts.entries()) {
    expect(await answer(reverse[at]!.port, 'GET /api/status')).toMatch(refused)
    expect(await answer(routed.servers[0]!.port, `GET /s/s${at}/api/status`)).toMatch(refused)
    expect(await answer(forward.port, `GET ${target(host)}api/status`)).toMatch(refused)
    expect(await answer(forward.port, `CONNECT ${host}:${port}`)).toMatch(refused)
  }
})

test('a capture that cannot be written is shown all the same, and it is said what that means', async () => {
  const { path, db } = captureFixture()
  db.exec("CREATE TRIGGER no BEFORE INSERT ON instance BEGIN SELECT RAISE(ABORT, 'not here'); END")
  const context = fakeContext()
  const running = run(['ui', '--db', path, '--port', '0', '--json'], context)
  await expect.poll(() => context.output.stdout()).not.toBe('')
  expect(context.output.stderr()).toContain('do not know of this page')
  context.stop()
  expect(await running).toBe(0)
})
