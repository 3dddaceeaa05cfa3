import { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { addProxyFlags, settingsOf, type ProxyFlags } from '../../src/cli/proxy-flags.ts'

const parse = (...args: string[]): ProxyFlags => {
  const command = addProxyFlags(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
  return command.parse(args, { from: 'user' }).opts<ProxyFlags>()
}

/** Every flag; `~` stands for a space. */
const ALL = [
  '--port 0 --host 0.0.0.0 --ui-port 7000 --db a.db --name edge --no-ui --insecure --no-rewrite',
  '--no-redact --record heads --on-overload drop --on-unreachable reset --redact-key a --redact-key b',
  '--redact-path params.x --redact-value sk-.* --redact-key-file key --header X-A:~1 --header X-B:2',
  '--header-env Authorization=TOKEN --token-env UI --public-url https://a.test',
].join(' ')

describe('flags', () => {
  test('set nothing when none are given', () => expect(settingsOf(parse(), {})).toEqual({}))

  test('set what they say', () =>
    expect(
      settingsOf(parse(...ALL.split(' ').map((word) => word.replace('~', ' '))), { TOKEN: 'Bearer x', UI: 'tok' }),
    ).toEqual({
      port: 0,
      host: '0.0.0.0',
      uiPort: 7000,
      db: 'a.db',
      name: 'edge',
      ui: false,
      insecure: true,
      rewrite: false,
      publicUrl: 'https://a.test',
      redact: false,
      record: 'heads',
      onOverload: 'drop',
      onUnreachable: 'reset',
      redactKeys: ['a', 'b'],
      redactPaths: ['params.x'],
      redactValues: ['sk-.*'],
      redactKeyFile: 'key',
      headers: [
        ['X-A', '1'],
        ['X-B', '2'],
        ['Authorization', 'Bearer x'],
      ],
      token: 'tok',
    }))

  test.each([
    [['--port', '70000'], /A port is a whole number/],
    [['--header', 'no colon'], /Write it as 'Name: value'/],
    [['--header', 'X-A: 1\r\nEvil: 1'], /Write it as 'Name: value'/],
    [['--header-env', 'Authorization'], /Write it as Name=VARIABLE/],
    [['--public-url', 'https://a.test/mcp'], /scheme, host and port alone/],
    [['--redact-value', '('], /no regular expression/],
    [['--record', 'all'], /Allowed choices are full, heads, metadata/],
  ])('%j is refused', (args, message) => expect(() => parse(...args)).toThrow(message))

  test.each([
    ['--header-env', 'Authorization=NOPE'],
    ['--token-env', 'NOPE'],
  ])('%s names a variable that is not set', (...args) =>
    expect(() => settingsOf(parse(...args), {})).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', hint: 'Set it first: export NOPE=…' }),
    ),
  )

  test('a variable with a line break is no header', () =>
    expect(() => settingsOf(parse('--header-env', 'X=V'), { V: 'a\r\nEvil: 1' })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    ))
})
