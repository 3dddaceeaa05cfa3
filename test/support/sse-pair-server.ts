import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server of 2024-11-05 whose endpoint events are spelled as a test wants them. */
export interface SsePairServer {
  readonly url: string
  readonly origin: string
  /** Paths of the POSTs it got. */
  readonly posted: readonly string[]
  /** Ends every stream: clients come back by themselves. */
  drop(): void
  stop(): Promise<void>
}

/** `endpoint`: what the event says, made of the server's origin and path and the session's id. */
export async function startSsePair(
  endpoint: (origin: string, path: string) => string = (_, path) => path,
): Promise<SsePairServer> {
  const streams = new Map<string, ServerResponse>()
  const posted: string[] = []
  const server = createServer((request, response) => void handle(request, response))

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.headers.origin !== undefined) {
      response.setHeader('access-control-allow-origin', '*').setHeader('access-control-allow-headers', 'content-type')
    }
    if (request.method === 'OPTIONS') return void response.writeHead(204).end()
    const { pathname, searchParams } = new URL(request.url ?? '/', origin)
    const posts = request.method === 'POST' && (pathname === '/app/messages' || pathname === '/app/sse')
    if (request.method === 'GET' && pathname === '/app/sse') return open(response)
    if (!posts) return void response.writeHead(404).end()
    posted.push(request.url ?? '')
    let text = ''
    for await (const part of request.setEncoding('utf8')) text += part as string
    const stream = streams.get(searchParams.get('sessionId') ?? '')
    response.writeHead(stream === undefined ? 404 : 202).end('Accepted')
    const answer = answerTo(JSON.parse(text) as Message)
    if (answer !== undefined) stream?.write(`event: message\ndata: ${JSON.stringify(answer)}\n\n`)
  }

  const open = (response: ServerResponse): void => {
    const id = randomUUID()
    streams.set(id, response)
    response.on('close', () => streams.delete(id))
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
    response.write(`retry: 20\nevent: endpoint\ndata: ${endpoint(origin, `/app/messages?sessionId=${id}`)}\n\n`)
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `${origin}/app/sse`,
    origin,
    posted,
    drop: () => {
      for (const stream of streams.values()) stream.end()
    },
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

interface Message {
  readonly id?: unknown
  readonly method?: string
  readonly params?: { readonly name?: string; readonly arguments?: unknown }
}

function answerTo({ id, method, params }: Message): object | undefined {
  if (id === undefined || method === undefined) return undefined
  const answer = (result: object): object => ({ jsonrpc: '2.0', id, result })
  switch (method) {
    case 'initialize':
      return answer({
        protocolVersion: '2024-11-05',
        capabilities: { tools: {} },
        serverInfo: { name: 'sse-pair', version: '1' },
      })
    case 'tools/call':
      return answer({ content: [{ type: 'text', text: JSON.stringify(params?.arguments ?? null) }] })
    case 'ping':
      return answer({})
    default:
      return { jsonrpc: '2.0', id, error: { code: -32601, message: method } }
  }
}
