import { describe, expect, test } from 'vitest'
import { unwrapText, wrapText, type Change } from '../../src/config/wrap-text.ts'

const program = ['npx', '-y', 'mitmcp']
const wrap = (text: string) =>
  wrapText(text, {
    program,
    addressFor: (_name, url) => (url.startsWith('http') ? `http://127.0.0.1:6301${new URL(url).pathname}` : undefined),
    isOurs: (url) => url.startsWith('http://127.0.0.1:6301'),
  })

/** Unwraps by what wrapping said, as the list of `wrap` would have it. */
const unwrap = (text: string, said: readonly Change[]) => {
  const at = (path: readonly string[]) => said.find((change) => change.path.join('.') === path.join('.'))
  return unwrapText(text, {
    originalOf: (path, url) => {
      const change = at(path)
      return change?.spelled !== undefined && change.after === url
        ? { url: change.before, spelled: change.spelled }
        : undefined
    },
    wasBare: (path) => (at(path) === undefined ? undefined : at(path)?.bare === true),
  })
}

const pairs: readonly (readonly [name: string, before: string, after: string])[] = [
  [
    'a list on lines of its own, with comments',
    `{
  // mine
  "mcpServers": {
    "fs": {
      "command": "npx", // the usual
      "args": [
        "-y", /* yes */
        "@acme/fs"
      ],
      "env": { "KEY": "\\u0041" },
    },
  },
}
`,
    `{
  // mine
  "mcpServers": {
    "fs": {
      "command": "npx", // the usual
      "args": [
        "-y",
        "mitmcp",
        "stdio",
        "--name",
        "fs",
        "--",
        "npx",
        "-y", /* yes */
        "@acme/fs"
      ],
      "env": { "KEY": "\\u0041" },
    },
  },
}
`,
  ],
  [
    'all in one line, tabs and odd spelling',
    `{\t"mcpServers":{"a b":{"args":["x"],"command":"n\\u0070x"}}}`,
    `{\t"mcpServers":{"a b":{"args":["-y", "mitmcp", "stdio", "--name", "a b", "--", "n\\u0070x", "x"],"command":"npx"}}}`,
  ],
  [
    'no arguments, and none in the list',
    `{
\t"mcpServers": {
\t\t"a": {
\t\t\t"type": "stdio",
\t\t\t"command": "x" // alone
\t\t},
\t\t"b": { "command": "y", "args": [ ] }
\t}
}`,
    `{
\t"mcpServers": {
\t\t"a": {
\t\t\t"type": "stdio",
\t\t\t"command": "npx",
\t\t\t"args": ["-y", "mitmcp", "stdio", "--name", "a", "--", "x"] // alone
\t\t},
\t\t"b": { "command": "npx", "args": ["-y", "mitmcp", "stdio", "--name", "b", "--", "y" ] }
\t}
}`,
  ],
  [
    'line ends of Windows and a byte order mark',
    '\uFEFF{\r\n  "mcpServers": {\r\n    "a": {\r\n      "command": "x",\r\n      "args": [\r\n        "1"\r\n      ]\r\n    }\r\n  }\r\n}\r\n',
    '\uFEFF{\r\n  "mcpServers": {\r\n    "a": {\r\n      "command": "npx",\r\n      "args": [\r\n        "-y",\r\n        "mitmcp",\r\n        "stdio",\r\n        "--name",\r\n        "a",\r\n        "--",\r\n        "x",\r\n        "1"\r\n      ]\r\n    }\r\n  }\r\n}\r\n',
  ],
  [
    'addresses',
    `{"inputs": [], "servers": {"a": {"type": "http", "url": "https:\\/\\/a.test/mcp", "headers": {"X": "\${input:k}"}}}}`,
    `{"inputs": [], "servers": {"a": {"type": "http", "url": "http://127.0.0.1:6301/mcp", "headers": {"X": "\${input:k}"}}}}`,
  ],
  [
    'a name that looks like a flag',
    `{"mcpServers": {"-x": {"command": "x", "args": ["--", "y"]}}}`,
    `{"mcpServers": {"-x": {"command": "npx", "args": ["-y", "mitmcp", "stdio", "--name=-x", "--", "x", "--", "y"]}}}`,
  ],
  [
    'projects of Claude Code',
    `{"projects": {"/srv": {"mcpServers": {"a": {"command": "x", "args": ["1"]}}}}, "numStartups": 1e3}`,
    `{"projects": {"/srv": {"mcpServers": {"a": {"command": "npx", "args": ["-y", "mitmcp", "stdio", "--name", "a", "--", "x", "1"]}}}}, "numStartups": 1e3}`,
  ],
]

describe('wrapping', () => {
  test.each(pairs)('changes the servers and nothing else: %s', (_, before, after) =>
    expect(wrap(before).text).toBe(after),
  )

  test.each(pairs)('is undone to the byte: %s', (_, before, after) =>
    expect(unwrap(after, wrap(before).changes).text).toBe(before),
  )

  test.each(pairs)('twice is as once: %s', (_, __, after) => {
    const { text, changes } = wrap(after)
    expect(text).toBe(after)
    expect(changes.map(({ state }) => state)).not.toContain('changed')
  })

  test('tells what became of each server', () =>
    expect(
      wrap(
        '{"mcpServers": {"a": {"command": "x", "args": ["1"]}, "b": {"url": "${env:B}"}, "c": {}, "d": {"command": "x", "args": "1"}}}',
      ).changes,
    ).toEqual([
      {
        path: ['mcpServers', 'a'],
        name: 'a',
        state: 'changed',
        before: 'x 1',
        after: 'npx -y mitmcp stdio --name a -- x 1',
      },
      {
        path: ['mcpServers', 'b'],
        name: 'b',
        state: 'skipped',
        before: '${env:B}',
        after: '${env:B}',
        why: 'its address is not one that can be proxied',
      },
      {
        path: ['mcpServers', 'c'],
        name: 'c',
        state: 'skipped',
        before: '',
        after: '',
        why: 'it has neither a command nor an address',
      },
      {
        path: ['mcpServers', 'd'],
        name: 'd',
        state: 'skipped',
        before: 'x',
        after: 'x',
        why: 'its arguments are no list of texts',
      },
    ]))
})

describe('unwrapping', () => {
  const wrapped = wrap('{"mcpServers": {"a": {"command": "x", "args": ["1"]}, "b": {"command": "y"}}}')

  test('keeps what was changed since', () => {
    const edited = wrapped.text
      .replace('"1"]', '"1", "2"], "env": {"K": "v"}')
      .replace('{"mcpServers"', '{"theme": "dark", "mcpServers"')
      .replace('"b":', '"new": {"command": "z"}, "b":')
    expect(unwrap(edited, wrapped.changes).text).toBe(
      '{"theme": "dark", "mcpServers": {"a": {"command": "x", "args": ["1", "2"], "env": {"K": "v"}}, "new": {"command": "z"}, "b": {"command": "y"}}}',
    )
  })

  test('needs no list for commands: they say themselves what they stand before', () =>
    expect(unwrap(wrapped.text, []).text).toBe(
      '{"mcpServers": {"a": {"command": "x", "args": ["1"]}, "b": {"command": "y"}}}',
    ))

  test('finds arguments that were moved away from their command', () => {
    const moved = '{"mcpServers": {"a": {"command": "npx", "env": {}, "args": ["mitmcp", "--", "x"]}}}'
    expect(unwrap(moved, []).text).toBe('{"mcpServers": {"a": {"command": "x", "env": {}}}}')
  })

  test.each([
    ['npx -y mitmcp stdio --name a -- x', 'x'],
    ['mitmcp -- x 1', 'x 1'],
    ['npx mitmcp@0.1.0 stdio -- x', 'x'],
    ['/usr/bin/node /opt/mitmcp/dist/cli/main.js stdio -- x', 'x'],
  ])('knows us in %s', (before, after) => {
    const [command, ...args] = before.split(' ')
    const { changes } = unwrap(JSON.stringify({ mcpServers: { a: { command, args } } }), [])
    expect(changes).toMatchObject([{ state: 'changed', before, after }])
  })

  test.each([
    'node server.js -- x',
    'node dist/cli/main.js -- x',
    'npx mitmcp-server -- x',
    'npx mitmcp demo',
    'mitmcp stdio --',
  ])('does not take %s for us', (line) => {
    const [command, ...args] = line.split(' ')
    const text = JSON.stringify({ mcpServers: { a: { command, args } } })
    expect(unwrap(text, []).text).toBe(text)
  })
})
