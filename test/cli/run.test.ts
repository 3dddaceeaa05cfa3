import { describe, expect, test } from 'vitest'
import { run } from '../../src/cli/run.ts'
import { ProxyError } from '../../src/errors.ts'
import { fakeContext } from '../support/cli-context.ts'

const running = async (...args: string[]) => {
  const context = fakeContext()
  const code = await run(args, context)
  return { code, stdout: context.output.stdout(), stderr: context.output.stderr() }
}

test('alone it says what one has and what to type', async () => {
  const { code, stdout } = await running()
  expect(code).toBe(0)
  expect(stdout).toMatch(/^mitmcp 1\.2\.3 stands between an MCP client and its server/)
  expect(stdout).toMatch(/^You have +Type$/m)
  expect(stdout).toMatch(/^an MCP server with a URL +npx mitmcp http:\/\/localhost:3000\/mcp$/m)
})

test('help and version are on stdout, exit 0', async () => {
  expect(await running('--version')).toEqual({ code: 0, stdout: '1.2.3\n', stderr: '' })
  const { code, stdout, stderr } = await running('--help')
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toContain('tail [options]')
  expect(stdout).not.toMatch(/^ *start\b/m)
})

test.each(['proxy', 'demo', 'tail', 'ls', 'show', 'ui', 'start'])('%s explains itself', async (verb) => {
  const { code, stdout } = await running(verb, '--help')
  expect(code).toBe(0)
  expect(stdout).toContain('--db <file>')
})

describe('bad input ends with 2, a code and a hint', () => {
  test.each([
    [['tial'], 'There is no command "tial", and it is no URL.', 'OPTION_INVALID', 'Did you mean npx mitmcp tail ?'],
    [
      ['bananas'],
      'There is no command "bananas", and it is no URL.',
      'OPTION_INVALID',
      '`npx mitmcp` alone lists what there is.',
    ],
    [['--prot', '1', 'http://x/'], "Unknown option '--prot'.", 'OPTION_INVALID', 'Did you mean --port ?'],
    [['tail', '--sesion', 'x'], "Unknown option '--sesion'.", 'OPTION_INVALID', 'Did you mean --session ?'],
    [
      ['localhost:3000/mcp'],
      'localhost:3000/mcp is not a URL of a server.',
      'TARGET_INVALID',
      'Did you mean http://localhost:3000/mcp ?',
    ],
    [
      ['--port', '1'],
      'There is no server to stand in front of.',
      'TARGET_INVALID',
      'Give its address: npx mitmcp http://localhost:3000/mcp',
    ],
  ])('%j', async (args, message, errorCode, hint) =>
    expect(await running(...args)).toEqual({
      code: 2,
      stdout: '',
      stderr: `error ${message} [${errorCode}]\n hint ${hint}\n`,
    }),
  )

  test('with --json as JSON', async () => {
    const { code, stderr } = await running('ls', '--json', '--nope')
    expect(code).toBe(2)
    expect(JSON.parse(stderr)).toMatchObject({ code: 'OPTION_INVALID', message: "Unknown option '--nope'." })
  })
})

test('an error of the proxy is told as it is', async () => {
  const context = {
    ...fakeContext(),
    createProxy: () => Promise.reject(new ProxyError('LISTEN_FAILED', 'Port 80 is taken by nginx (pid 7).')),
  }
  expect(await run(['http://localhost:1/', '--port', '80'], context)).toBe(2)
  expect(context.output.stderr()).toContain('error Port 80 is taken by nginx (pid 7). [LISTEN_FAILED]')
})

test('anything else is a bug, exit 70', async () => {
  const context = { ...fakeContext(), createProxy: () => Promise.reject(new TypeError('oh')) }
  expect(await run(['http://localhost:1/'], context)).toBe(70)
})
