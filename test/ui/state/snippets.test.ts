import { expect, test } from 'vitest'
import { snippetsFor } from '../../../ui/src/state/snippets.ts'

const url = 'http://127.0.0.1:6278/mcp'
const code = (id: string) => snippetsFor(url).find((snippet) => snippet.id === id)?.code ?? ''

test('every snippet holds the URL', () => {
  expect(snippetsFor(url).filter((snippet) => !snippet.code.includes(url))).toEqual([])
})

test('Claude Code is told in one command', () => {
  expect(code('claude')).toBe(`claude mcp add --transport http mitmcp ${url}`)
})

test('files are valid JSON', () => {
  expect(JSON.parse(code('cursor'))).toEqual({ mcpServers: { mitmcp: { url } } })
  expect(JSON.parse(code('vscode'))).toEqual({ servers: { mitmcp: { type: 'http', url } } })
})

test('curl sends an initialize', () => {
  const body = /-d '(.*)'/.exec(code('curl'))?.[1] ?? ''
  expect(JSON.parse(body)).toMatchObject({ method: 'initialize', params: { protocolVersion: '2025-11-25' } })
})

test('of a WebSocket are those of clients that speak it', () => {
  const snippets = snippetsFor('ws://127.0.0.1:6278/mcp')
  expect(snippets.map(({ id }) => id)).toEqual(['typescript', 'python'])
  expect(snippets.filter((snippet) => !snippet.code.includes('ws://127.0.0.1:6278/mcp'))).toEqual([])
})

test('one of several servers keeps its name, where that is plain', () => {
  const first = (name: string) => snippetsFor(url, name)[0]?.code
  expect(first('shop')).toBe(`claude mcp add --transport http shop ${url}`)
  expect(first('my shop; rm')).toBe(`claude mcp add --transport http mitmcp ${url}`)
})
