import { expect, test } from 'vitest'
import { distrustText } from '../../../src/cli/commands/forward.ts'
import { run } from '../../../src/cli/run.ts'
import { fakeContext } from '../../support/cli-context.ts'

test('says where it is, what to trust, and how to use it for one command', async () => {
  const context = fakeContext()
  context.stop()
  expect(await run(['forward'], context)).toBe(0)
  const said = context.output.stdout()
  expect(said).toContain('Proxy for http and https  http://127.0.0.1:6278')
  expect(said).toContain('/data/authority/ca.pem')
  expect(said).toContain('npx mitmcp run -- your-client')
  expect(context.closed()).toBe(1)
})

test('--json is one line, with everything a script needs', async () => {
  const context = fakeContext()
  context.stop()
  await run(['forward', '--json'], context)
  expect(JSON.parse(context.output.stdout())).toMatchObject({
    proxy: 'http://127.0.0.1:6278',
    ca: '/data/authority/ca.pem',
    token: 'secret',
  })
})

test('says whom it serves when it serves everybody', async () => {
  const context = fakeContext()
  context.stop()
  await run(['forward', '--allow-remote'], context)
  expect(context.output.stdout()).toContain('Clients of other machines are served')
})

test('a client that does not trust it is told of once a host, with the ways out', async () => {
  const context = fakeContext()
  context.stop()
  await run(['forward'], context)
  const onDistrust = context.askedForForward[0]?.onDistrust
  for (const host of ['a.test', 'a.test', 'b.test']) onDistrust?.(host, 'alert 48')
  expect(context.output.stderr().match(/would not speak TLS/g)).toHaveLength(2)
  expect(distrustText('a.test', 'x', 'mitmcp')).toMatch(/`mitmcp ca`.*--tunnel a\.test/)
})
