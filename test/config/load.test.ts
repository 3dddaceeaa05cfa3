import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { loadConfig, parseConfig } from '../../src/config/load.ts'

const parse = (text: string, env: Record<string, string> = {}) => parseConfig(text, env, '/etc/mitmcp')
const problems = (text: string, env: Record<string, string> = {}) =>
  parse(text, env).problems.map(({ line, column, key, message }) => `${line}:${column} ${key}: ${message}`)

describe('a good file', () => {
  test('sets what it says, with files counted from its folder', () =>
    expect(
      parse(
        `
target: http://localhost:3000/mcp
port: 7000
ui-port: 7001
db: captures/a.db
record: heads
on-overload: drop
on-unreachable: reset
headers:
  X-Team: blue
header-env:
  Authorization: TOKEN
redact-keys: [session_key]
token-env: UI_TOKEN
log-level: debug
`,
        { TOKEN: 'Bearer abc', UI_TOKEN: 'xyz' },
      ),
    ).toEqual({
      problems: [],
      settings: {
        target: 'http://localhost:3000/mcp',
        port: 7000,
        uiPort: 7001,
        db: '/etc/mitmcp/captures/a.db',
        record: 'heads',
        onOverload: 'drop',
        onUnreachable: 'reset',
        headers: [
          ['X-Team', 'blue'],
          ['Authorization', 'Bearer abc'],
        ],
        redactKeys: ['session_key'],
        token: 'xyz',
        logLevel: 'debug',
      },
    }))

  test('may be JSON', () =>
    expect(parse('{"target": "http://localhost:3000/", "ui": false}').settings).toEqual({
      target: 'http://localhost:3000/',
      ui: false,
    }))

  test('may name its one server', () =>
    expect(parse('servers:\n  shop:\n    target: http://localhost:3000/\n    port: 7000\n').settings).toEqual({
      name: 'shop',
      target: 'http://localhost:3000/',
      port: 7000,
    }))

  test('may be empty', () => expect(parse('# nothing\n')).toEqual({ settings: {}, problems: [] }))
})

describe('problems', () => {
  test('are told all at once, with line, column and key, the nearest key named', () =>
    expect(problems('prot: 1\nport: 99999\nrecord: some\nui: maybe\nonoverload: slow\n')).toEqual([
      '1:1 prot: unknown key; did you mean port?',
      '2:7 port: must be a port, a whole number from 0 to 65535',
      '3:9 record: must be full, heads or metadata',
      '4:5 ui: must be true or false',
      '5:1 onoverload: unknown key; did you mean on-overload?',
    ]))

  test('inside a server have its name in the key', () =>
    expect(problems('servers:\n  shop:\n    target: localhost:3000\n    tokn: 1\n')).toEqual([
      '4:5 servers.shop.tokn: unknown key; known are target, host, port, insecure, rewrite, headers, header-env, on-unreachable',
    ]))

  test('of meaning are told with the place too', () =>
    expect(
      problems(
        'target: localhost:3000\nheaders:\n  "Bad Name": x\nheader-env:\n  Authorization: NOPE\ntoken-env: NADA\n',
      ),
    ).toEqual([
      '1:9 target: localhost:3000 is not a URL of a server. Did you mean http://localhost:3000 ?',
      '3:15 headers.Bad Name: is no header that can be sent',
      '5:18 header-env.Authorization: the variable NOPE is not set',
      '6:12 token-env: the variable NADA is not set',
    ]))

  test('of YAML itself have their line', () => expect(problems('port: [1\nhost: a\n')[0]).toMatch(/^\d+:\d+ : /))

  test('a key given twice is one', () => expect(problems('port: 1\nport: 2\n')).toHaveLength(1))

  test('a list is no configuration', () => expect(problems('- a\n')).toEqual(['1:1 : must be keys with values']))

  test('several servers are not supported yet', () =>
    expect(problems('servers:\n  a: {target: "http://a/"}\n  b: {target: "http://b/"}\n')).toEqual([
      '2:3 servers: has several servers; one is supported so far',
    ]))

  test('a server’s settings stand in one place', () =>
    expect(problems('port: 1\nservers:\n  a: {target: "http://a/"}\n')).toEqual([
      '1:7 port: stands beside servers; move it into the server it belongs to',
    ]))

  test('an expression that does not compile is one', () =>
    expect(problems('redact-values: ["("]\n')).toEqual(['1:17 redact-values.0: must be a regular expression']))
})

describe('loading', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mitmcp-config-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('throws one error with every problem in it', () => {
    const file = join(folder, 'bad.yaml')
    writeFileSync(file, 'prot: 1\nui: maybe\n')
    expect(() => loadConfig(file, {})).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: `${file} has 2 problems:\n  ${file}:1:1  prot: unknown key; did you mean port?\n  ${file}:2:5  ui: must be true or false`,
      }),
    )
  })

  test('a file that is not there is said so', () =>
    expect(() => loadConfig('/nowhere/x.yaml', {})).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: 'The configuration file /nowhere/x.yaml cannot be read: there is no such file.',
      }),
    ))
})

test.each(['one-server.yaml', 'all-settings.yaml'])('the example %s is fine', (name) => {
  const text = readFileSync(new URL(`../../config/examples/${name}`, import.meta.url), 'utf8')
  expect(parse(text).problems).toEqual([])
})
