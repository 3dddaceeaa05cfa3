import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { programLine } from '../../../src/cli/client-files.ts'
import { run } from '../../../src/cli/run.ts'
import { fakeContext } from '../../support/cli-context.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const check = async (text: string, ...flags: string[]) => {
  const file = join(temporaryFolder(), 'mitmcp.yaml')
  writeFileSync(file, text)
  const context = fakeContext({ env: { KEY: 'secret-value' } })
  const code = await run(['config', 'check', file, ...flags], context)
  return { code, file, stdout: context.output.stdout(), stderr: context.output.stderr() }
}

test('a good file is said to be fine, with how to use it', async () => {
  const { code, stdout, file } = await check('target: http://localhost:3000/\n')
  expect([code, stdout]).toEqual([0, `${file} is fine. Use it: npx mitmcp --config ${file}\n`])
})

test('every problem is told with its line, exit 2', async () => {
  const { code, stderr, file } = await check('prot: 1\nui: maybe\n')
  expect(code).toBe(2)
  expect(stderr).toBe(
    `error ${file} has 2 problems:\n  ${file}:1:1  prot: unknown key; did you mean port?\n  ${file}:2:5  ui: must be true or false [CONFIG_INVALID]\n` +
      ` hint Mend them; nothing was started. Look again with: npx mitmcp config check ${file}\n`,
  )
})

test('--json says what is set, but no secrets', async () => {
  const { stdout } = await check('port: 1\ntoken-env: KEY\nheader-env: {Authorization: KEY}\n', '--json')
  expect(JSON.parse(stdout)).toEqual({ port: 1, token: '(set)', headers: ['Authorization'] })
})

test('the servers of a client’s file are listed, with what to put in the place of commands', async () => {
  const { code, stdout, file } = await check(
    '{"mcpServers": {"shop": {"url": "https://shop.test/mcp", "headers": {"Authorization": "${KEY}"}}, "fs": {"command": "npx", "args": ["fs"]}}}',
  )
  expect(code).toBe(0)
  expect(stdout).toBe(`${file} is fine. Use it: npx mitmcp --config ${file}

  Server  At                     Port
  shop    https://shop.test/mcp  next free

  Server  Started by its client: put this in the place of its command
  fs      ${programLine({ env: {}, command: 'npx mitmcp' })} stdio --name fs -- npx fs
`)
})

test('what only the client can know is said, and secrets of servers are not shown', async () => {
  const text =
    '{"inputs": [], "servers": {"a": {"url": "http://a/", "headers": {"X": "${input:x}", "Y": "${KEY}"}}, "b": {"command": "x"}}}'
  expect((await check(text)).stdout).toMatch(
    /^a: the header X is left to the client, because only the client itself knows \$\{input:x\}\.\n/,
  )
  expect(JSON.parse((await check(text, '--json')).stdout)).toEqual({
    servers: [
      { name: 'a', target: 'http://a/', headers: ['Y'] },
      { name: 'b', command: ['x'] },
    ],
  })
})
