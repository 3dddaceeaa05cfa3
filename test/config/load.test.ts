import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { loadConfig, parseConfig } from '../../src/config/load.ts'
import { temporaryFolder } from '../support/temporary.ts'

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
      remarks: [],
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
      server: 'shop',
      name: 'shop',
      target: 'http://localhost:3000/',
      port: 7000,
    }))

  test('has its paths counted from its folder, whoever they belong to; whole ones stay', () => {
    const way = { ca: 'ca.pem', 'client-cert': '../me.pem', 'client-key': '/keys/me.key' }
    const found = { ca: '/etc/mitmcp/ca.pem', clientCert: '/etc/me.pem', clientKey: '/keys/me.key' }
    const shop = { target: 'https://shop.test/', ...way }
    const alone = { ...shop, 'redact-key-file': 'keys/hash.key' }
    expect(parse(JSON.stringify(alone)).settings).toMatchObject({
      ...found,
      redactKeyFile: '/etc/mitmcp/keys/hash.key',
    })
    expect(parse(JSON.stringify({ servers: { shop } })).settings).toMatchObject(found)
    const both = { shop, files: { command: 'node files.js', cwd: 'servers' } }
    expect(parse(JSON.stringify({ servers: both })).settings.servers).toMatchObject([
      found,
      { folder: '/etc/mitmcp/servers' },
    ])
  })

  test('may be empty', () => expect(parse('# nothing\n')).toEqual({ settings: {}, problems: [], remarks: [] }))
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
      '4:5 servers.shop.tokn: unknown key; known are target, host, port, insecure, ca, client-cert, client-key, upstream-proxy, rewrite, public-url, headers, header-env, on-unreachable, url, command, args, env, cwd',
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

  test('a server’s settings stand in one place', () =>
    expect(problems('port: 1\nservers:\n  a: {target: "http://a/"}\n')).toEqual([
      '1:7 port: stands beside servers; move it into the server it belongs to',
    ]))

  test('an expression that does not compile is one', () =>
    expect(problems('redact-values: ["("]\n')).toEqual(['1:17 redact-values.0: must be a regular expression']))
})

const SEVERAL = `
servers:
  shop: https://shop.test/mcp
  docs:
    url: http://localhost:3000/mcp
    port: 7001
    header-env: {Authorization: TOKEN}
  fs:
    command: npx -y "@acme/fs server" /data
    env: {FS_TOKEN: x}
  db:
    command: [node, db.js]
    args: [--quiet]
    cwd: /srv
max-size: 500mb
max-age: none
`

describe('several servers', () => {
  test('are those at a URL and those started by a command', () =>
    expect(parse(SEVERAL, { TOKEN: 'Bearer abc' })).toEqual({
      problems: [],
      remarks: [],
      settings: {
        servers: [
          { name: 'shop', target: 'https://shop.test/mcp' },
          { name: 'docs', target: 'http://localhost:3000/mcp', port: 7001, headers: [['Authorization', 'Bearer abc']] },
          { name: 'fs', command: ['npx', '-y', '@acme/fs server', '/data'], variables: ['FS_TOKEN'] },
          { name: 'db', command: ['node', 'db.js', '--quiet'], folder: '/srv' },
        ],
        maxSize: 524_288_000,
        maxAge: Infinity,
      },
    }))

  test('may share a listener, whose port stands at the top', () =>
    expect(parse('one-listener: true\nport: 7000\nservers: {a: "http://a/", b: "http://b/"}\n').settings).toEqual({
      oneListener: true,
      port: 7000,
      servers: [
        { name: 'a', target: 'http://a/' },
        { name: 'b', target: 'http://b/' },
      ],
    }))

  test('cannot share a port: every one is told, and whose it is', () =>
    expect(
      problems(`ui-port: 7002
servers:
  a: {target: "http://a/", port: 7001}
  b: {target: "http://b/", port: 7001}
  c: {target: "http://c/", port: 7001, host: "192.0.2.1"}
  d: {target: "http://d/", port: 7002, host: localhost}
  e: {target: "http://e/", port: 7001, host: "0.0.0.0"}
  f: {target: "http://f/", port: 0}
  g: {target: "http://g/", port: 0}
`),
    ).toEqual([
      '4:34 servers.b.port: port 7001 is that of the server a already; give each a port of its own, or leave it out',
      '6:34 servers.d.port: port 7002 is that of the page (ui-port) already; give each a port of its own, or leave it out',
      '7:34 servers.e.port: port 7001 is that of the server a already; give each a port of its own, or leave it out',
    ]))

  test('are told what is wrong with each', () =>
    expect(
      problems(`servers:
  a: {}
  b: {target: "http://b/", command: x}
  c: {command: 'npx "open', port: 1}
  d: {target: "http://d/", cwd: /srv}
  "": {target: "http://e/"}
`),
    ).toEqual([
      '2:6 servers.a: has neither a target nor a command',
      '3:6 servers.b: has more than one of target, url and command',
      '4:16 servers.c.command: has a quote that is not closed',
      '4:35 servers.c.port: belongs to a server with a URL; this one is a command',
      '5:33 servers.d.cwd: belongs to a command; this server has a URL',
      '6:7 servers.: a server needs a name',
    ]))

  test('are each something', () =>
    expect(problems('servers:\n  a: http://a/\n  b:\n  c: 1\n')).toEqual([
      '3:5 servers.b: must be keys with values',
      '4:6 servers.c: must be keys with values',
    ]))

  test('one of them beside a listener of all has no port of its own', () =>
    expect(problems('one-listener: true\nservers:\n  a: {target: "http://a/", port: 1}\n')).toEqual([
      '3:34 servers.a.port: has no meaning with one-listener; say it at the top',
    ]))

  test('are needed for a listener of all', () =>
    expect(problems('one-listener: true\ntarget: http://a/\n')).toEqual([
      '1:15 one-listener: is for several servers; there are none',
    ]))
})

const CURSOR = `{
  "mcpServers": {
    "fs": { "command": "npx", "args": ["-y", "@acme/fs", "\${userHome}"], "env": { "KEY": "secret" } },
    "shop": { "url": "https://\${env:HOST}/mcp", "headers": { "Authorization": "Bearer \${TOKEN:-none}" } }
  },
  "theme": "dark"
}`

const VSCODE = `{
  // what VS Code asks for
  "inputs": [{ "type": "promptString", "id": "key", "password": true },],
  "servers": {
    "docs": { "type": "http", "url": "https://docs.test/mcp", "headers": { "X-Key": "\${input:key}" } },
    "local": { "type": "stdio", "command": "node", "args": ["\${workspaceFolder}/server.js"], "cwd": "/srv", },
  },
}`

describe('a client’s own file', () => {
  test('of mcpServers is read as the client would', () =>
    expect(parse(CURSOR, { HOST: 'shop.test' })).toEqual({
      problems: [],
      remarks: [],
      settings: {
        servers: [
          { name: 'fs', command: ['npx', '-y', '@acme/fs', '${userHome}'], variables: ['KEY'] },
          { name: 'shop', target: 'https://shop.test/mcp', headers: [['Authorization', 'Bearer none']] },
        ],
      },
    }))

  test('of VS Code may have comments; what only VS Code can ask for is left to it', () =>
    expect(parse(VSCODE)).toEqual({
      problems: [],
      remarks: ['docs: the header X-Key is left to the client, because only the client itself knows ${input:key}.'],
      settings: {
        servers: [
          { name: 'docs', target: 'https://docs.test/mcp' },
          { name: 'local', command: ['node', '${workspaceFolder}/server.js'], folder: '/srv' },
        ],
      },
    }))

  test('with one server at a URL is as if it stood alone', () =>
    expect(parse('{"mcpServers": {"shop": {"url": "http://a/mcp"}}}').settings).toEqual({
      server: 'shop',
      name: 'shop',
      target: 'http://a/mcp',
    }))

  test('has its problems told with their places', () =>
    expect(
      problems(`{"mcpServers": {
  "a": {"url": "https://\${NOPE}/mcp"},
  "b": {"url": "localhost:3000"},
  "c": {"command": "x", "args": "y"},
  "d": {"type": "stdio"},
  "e": 1,
  "f": {"url": "http://f/", "headers": {"X": "\${env:NADA}"}}
}}`),
    ).toEqual([
      '2:16 mcpServers.a.url: the variable NOPE is not set',
      '3:16 mcpServers.b.url: localhost:3000 is not a URL of a server. Did you mean http://localhost:3000 ?',
      '4:33 mcpServers.c.args: must be a list of texts',
      '5:8 mcpServers.d: has neither a url nor a command',
      '6:8 mcpServers.e: must be the settings of a server',
      '7:46 mcpServers.f.headers.X: the variable NADA is not set',
    ]))

  test('that is no JSON has the place of its mistake', () =>
    expect(problems('{\n  "mcpServers": {\n    "a": {]\n}')).toEqual(['3:11 : is no JSON: property name expected']))
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

test.each(['one-server.yaml', 'several-servers.yaml', 'all-settings.yaml'])('the example %s is fine', (name) => {
  const text = readFileSync(new URL(`../../config/examples/${name}`, import.meta.url), 'utf8')
  expect(parse(text).problems).toEqual([])
})

test('a file of fault rules is told apart from settings', () => {
  const file = join(temporaryFolder(), 'rules.yaml')
  writeFileSync(file, 'version: 1\nrules: []\n')
  expect(() => loadConfig(file, {})).toThrow(
    expect.objectContaining({ hint: `This looks like a file of fault rules: mitmcp <url> --faults ${file}` }),
  )
})
