import { describe, expect, test } from 'vitest'
import { clientServers, serverMaps, workspaceOf } from '../../src/config/client-file.ts'

const pathsOf = (root: unknown) => serverMaps(root).map(({ kind, path }) => [kind, path.join('.')])

describe('the servers of a file', () => {
  test('are under mcpServers, of the user and of each project', () =>
    expect(
      pathsOf({ mcpServers: {}, projects: { '/srv': { mcpServers: {}, history: [] }, '/b': {} }, numStartups: 3 }),
    ).toEqual([
      ['mcpServers', 'mcpServers'],
      ['mcpServers', 'projects./srv.mcpServers'],
    ]))

  test.each([
    [{ servers: { a: { type: 'http', url: 'x' } } }],
    [{ inputs: [], servers: {} }],
    [{ servers: { a: { command: 'x', envFile: '.env' } } }],
  ])('are under servers in %j', (root) => expect(pathsOf(root)).toEqual([['vscode', 'servers']]))

  test('are under mcp in the settings of VS Code', () =>
    expect(pathsOf({ mcp: { servers: {} }, 'editor.fontSize': 12 })).toEqual([['vscode', 'mcp.servers']]))

  test.each([[undefined], [[]], [{ servers: { a: { target: 'http://a/' } } }], [{ servers: { a: { command: 'x' } } }]])(
    'are not in %j, which is no client’s',
    (root) => expect(pathsOf(root)).toEqual([]),
  )
})

test('the workspace of a file in .vscode or .cursor is the folder above', () =>
  expect(['/srv/.vscode', '/srv/.cursor', '/srv'].map(workspaceOf)).toEqual(['/srv', '/srv', '/srv']))

describe('a server', () => {
  const read = (entries: Record<string, unknown>) => {
    const said: string[] = []
    const servers = clientServers(
      { kind: 'mcpServers', path: ['mcpServers'], entries },
      { env: {}, home: '/home/ada', workspace: '/srv' },
      (path, message) => said.push(`${path.join('.')}: ${message}`),
      (text) => said.push(text),
    )
    return { servers, said }
  }

  test.each(['url', 'httpUrl', 'serverUrl'])('may have its address under %s', (key) =>
    expect(read({ a: { [key]: 'http://a/mcp' } }).servers).toEqual([{ name: 'a', target: 'http://a/mcp' }]),
  )

  test('that is disabled is left out, and that is said', () =>
    expect(read({ a: { command: 'x', disabled: true } })).toEqual({
      servers: [],
      said: ['a is disabled in its file, so it is left out.'],
    }))

  test('whose address only the client knows is a problem', () =>
    expect(read({ a: { url: 'https://${input:host}/' } }).said).toEqual([
      'mcpServers.a.url: only the client itself knows ${input:host}',
    ]))

  test('whose header would break the head is a problem', () =>
    expect(read({ a: { url: 'http://a/', headers: { 'X-A': 'b\r\nc' } } }).said).toEqual([
      'mcpServers.a.headers.X-A: is no header that can be sent',
    ]))

  test('needs a name', () =>
    expect(read({ '': { command: 'x' } }).said).toEqual(['mcpServers.: a server needs a name']))
})
