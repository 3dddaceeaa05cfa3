import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../../../src/cli/run.ts'
import { fakeContext } from '../../support/cli-context.ts'
import { temporaryFolder } from '../../support/temporary.ts'

/** Runs until the proxy has been asked for, then stops it. */
const askedFor = async (args: string[], env: Record<string, string> = {}) => {
  const context = fakeContext({ env })
  context.stop()
  expect(await run(args, context)).toBe(0)
  return { asked: context.asked[0], stdout: context.output.stdout() }
}

test('a URL alone is a proxy in front of it', async () =>
  expect((await askedFor(['http://127.0.0.1:1/mcp'])).asked).toEqual({ target: 'http://127.0.0.1:1/mcp', ui: {} }))

test('flags may stand before and behind the URL', async () =>
  expect((await askedFor(['--port', '0', 'http://127.0.0.1:1/mcp', '--no-ui', '--header', 'X-A: 1'])).asked).toEqual({
    target: 'http://127.0.0.1:1/mcp',
    port: 0,
    ui: false,
    headers: [['X-A', '1']],
  }))

test('the word proxy may be said', async () =>
  expect((await askedFor(['proxy', 'http://127.0.0.1:1/'])).asked).toMatchObject({ target: 'http://127.0.0.1:1/' }))

test('the target may stand in the file; the command line wins', async () => {
  const file = join(temporaryFolder(), 'mitmcp.yaml')
  writeFileSync(file, 'target: http://127.0.0.1:1/file\nport: 7000\n')
  expect((await askedFor(['--config', file])).asked).toMatchObject({ target: 'http://127.0.0.1:1/file', port: 7000 })
  expect((await askedFor(['--config', file, 'http://127.0.0.1:1/flag'])).asked).toMatchObject({
    target: 'http://127.0.0.1:1/flag',
  })
})

test('hints name the capture only when it was named', async () => {
  expect((await askedFor(['http://127.0.0.1:1/', '--db', '/tmp/a.db'])).stdout).toContain('npx mitmcp tail --db')
  expect((await askedFor(['http://127.0.0.1:1/'], { MITMCP_DB: '/tmp/a.db' })).stdout).not.toContain('--db')
})

test('limits of the capture are said in sizes and spans', async () => {
  const { asked } = await askedFor(['http://127.0.0.1:1/', '--max-size', '500mb', '--max-age', 'none'])
  expect(asked).toMatchObject({ maxBytes: 524_288_000, maxAgeMs: Infinity })
})

test('a limit that is none is a mistake', async () => {
  const context = fakeContext()
  expect(await run(['http://127.0.0.1:1/', '--max-size', 'big'], context)).toBe(2)
  expect(context.output.stderr()).toContain('Write it as 500mb or 2gb, or none.')
})
