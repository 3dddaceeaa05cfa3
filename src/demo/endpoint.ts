import {
  NodeStreamableHTTPServerTransport,
  toNodeHandler,
  toWebRequest,
  type NodeIncomingMessageLike,
} from '@modelcontextprotocol/node'
import { createMcpHandler, isLegacyRequest, type McpServer } from '@modelcontextprotocol/server'
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createEventStore } from './event-store.ts'
import { createDemoTools } from './tools.ts'

/** What answers requests to `/mcp`. */
export interface Endpoint {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  close(): Promise<void>
}

/** How soon a client should come back after a stream was closed on it, in its `retry:` field. */
const RETRY_MS = 700

/** Sessions kept at most; the oldest goes first. */
const MAX_SESSIONS = 64

/**
 * One endpoint for both eras: requests with a 2026-07-28 envelope are answered one by one, without sessions; everything else belongs to
 * a session of its own transport, whose streams can be resumed by `Last-Event-ID`.
 */
export const createEndpoint = (): Endpoint => {
  const sessions = new Map<string, NodeStreamableHTTPServerTransport>()
  const stateless = createMcpHandler(() => createDemoTools(), { legacy: 'reject' })
  const answerStateless = toNodeHandler(stateless)

  const open = async (): Promise<NodeStreamableHTTPServerTransport> => {
    const server: McpServer = createDemoTools()
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      eventStore: createEventStore(),
      retryInterval: RETRY_MS,
      onsessioninitialized: (id) => {
        sessions.set(id, transport)
        const oldest = sessions.size > MAX_SESSIONS ? sessions.entries().next().value : undefined
        if (oldest) void oldest[1].close()
      },
      onsessionclosed: (id) => {
        sessions.delete(id)
      },
    })
    transport.onclose = () => {
      if (transport.sessionId !== undefined) sessions.delete(transport.sessionId)
    }
    // The SDK's transport has accessors where its interface has optional properties.
    await server.connect(transport as Parameters<McpServer['connect']>[0])
    return transport
  }

  return {
    handle: async (request, response) => {
      const body = request.method === 'POST' ? await bodyOf(request) : undefined
      // Node's types allow undefined where the adapter's leave the property away.
      const incoming = request as NodeIncomingMessageLike
      if (!(await isLegacyRequest(await toWebRequest(incoming, body)))) return answerStateless(incoming, response, body)
      const id = request.headers['mcp-session-id']
      if (typeof id === 'string' && !sessions.has(id)) {
        response.writeHead(404, { 'content-type': 'application/json' })
        response.end('{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}')
        return
      }
      const transport = (typeof id === 'string' ? sessions.get(id) : undefined) ?? (await open())
      await transport.handleRequest(request, response, body)
    },
    close: async () => {
      await Promise.all([...sessions.values()].map((transport) => transport.close()))
      await stateless.close()
    },
  }
}

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown
  } catch {
    return undefined
  }
}
