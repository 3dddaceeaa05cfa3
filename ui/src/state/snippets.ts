/** Something to copy that points a client at the proxy. */
export interface Snippet {
  readonly id: string
  readonly title: string
  /** Where it goes, in a few words. */
  readonly place: string
  readonly code: string
}

const json = (value: unknown) => JSON.stringify(value, null, 2)

const initialize = json({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'curl', version: '1' } },
})

/** Snippets for the clients people use, filled with the proxy's own URL (path included), under the server's name where it has a plain one. */
export function snippetsFor(url: string, name = 'mitmcp'): Snippet[] {
  return url.startsWith('ws') ? socketSnippets(url) : httpSnippets(url, /^[\w-]+$/.test(name) ? name : 'mitmcp')
}

/** Few clients speak WebSocket: the first version of the SDKs, and programs of one's own. */
const socketSnippets = (url: string): Snippet[] => [
  {
    id: 'typescript',
    title: 'TypeScript',
    place: 'With @modelcontextprotocol/sdk, version 1',
    code: `import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { WebSocketClientTransport } from '@modelcontextprotocol/sdk/client/websocket.js'

const client = new Client({ name: 'my-client', version: '1.0.0' })
await client.connect(new WebSocketClientTransport(new URL('${url}')))
console.log(await client.listTools())`,
  },
  {
    id: 'python',
    title: 'Python',
    place: 'With the mcp package, version 1',
    code: `import asyncio
from mcp import ClientSession
from mcp.client.websocket import websocket_client

async def main():
    async with websocket_client("${url}") as (read, write):
        async with ClientSession(read, write) as session:
            await session.initialize()
            print(await session.list_tools())

asyncio.run(main())`,
  },
]

function httpSnippets(url: string, name: string): Snippet[] {
  return [
    {
      id: 'claude',
      title: 'Claude Code',
      place: 'In a terminal',
      code: `claude mcp add --transport http ${name} ${url}`,
    },
    {
      id: 'cursor',
      title: 'Cursor',
      place: 'In .cursor/mcp.json',
      code: json({ mcpServers: { [name]: { url } } }),
    },
    {
      id: 'vscode',
      title: 'VS Code',
      place: 'In .vscode/mcp.json',
      code: json({ servers: { [name]: { type: 'http', url } } }),
    },
    {
      id: 'typescript',
      title: 'TypeScript',
      place: 'With @modelcontextprotocol/client',
      code: `import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'

const client = new Client({ name: 'my-client', version: '1.0.0' })
await client.connect(new StreamableHTTPClientTransport(new URL('${url}')))
console.log(await client.listTools())`,
    },
    {
      id: 'python',
      title: 'Python',
      place: 'With the mcp package',
      code: `import asyncio
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client

async def main():
    async with streamablehttp_client("${url}") as (read, write, _):
        async with ClientSession(read, write) as session:
            await session.initialize()
            print(await session.list_tools())

asyncio.run(main())`,
    },
    {
      id: 'curl',
      title: 'curl',
      place: 'In a terminal',
      code: `curl -N ${url} \\
  -H 'Content-Type: application/json' \\
  -H 'Accept: application/json, text/event-stream' \\
  -d '${initialize.replaceAll(/\n\s*/g, ' ')}'`,
    },
  ]
}
