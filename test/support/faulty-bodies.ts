/** Answers of a server in the bodies HTTP has for them, requests of either era. */
import { gzipSync } from 'node:zlib'
import type { Answer } from './faulty.ts'

/** How an answer's body comes. */
export type Body = 'content-length' | 'chunked' | 'gzip'

/** Answers each request, alone or in a batch, by `{ ok: true, n: 1 }`, or by what is given. */
export const answering =
  (result: object = { ok: true, n: 1 }, body: Body = 'content-length'): Answer =>
  ({ body: asked }, response) => {
    const value = JSON.parse(asked) as { id?: unknown } | { id?: unknown }[]
    const answers = [value].flat().map(({ id }) => ({ jsonrpc: '2.0', id: id ?? null, result }))
    const text = JSON.stringify(Array.isArray(value) ? answers : answers[0])
    response.setHeader('content-type', 'application/json')
    if (body === 'gzip') {
      response.setHeader('content-encoding', 'gzip')
      response.end(gzipSync(text))
    } else if (body === 'chunked') {
      response.write(text.slice(0, 9))
      response.end(text.slice(9))
    } else response.setHeader('content-length', Buffer.byteLength(text)).end(text)
  }

/** A `tools/call` as 2026-07-28 has it: its body, and the headers that mirror it. */
export function statelessCall(id: number, tool: string, args: object = {}) {
  const params = {
    name: tool,
    arguments: args,
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  }
  return {
    body: JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params }),
    headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': tool },
  }
}
