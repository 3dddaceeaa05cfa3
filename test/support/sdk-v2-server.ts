import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http'
import {
  type NodeIncomingMessageLike,
  NodeStreamableHTTPServerTransport,
  toNodeHandler,
} from '@modelcontextprotocol/node'
import {
  acceptedContent,
  completable,
  createMcpHandler,
  type EventStore,
  inputRequired,
  inputResponse,
  type JSONRPCMessage,
  McpServer,
  ResourceTemplate,
  type ServerNotifier,
} from '@modelcontextprotocol/server'
import { z } from 'zod'

const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] })

/** One server of the official SDK v2, the same for both eras: what it asks of its client it asks by `input_required`. */
export function v2Server(told = new EventEmitter()): McpServer {
  const server = new McpServer(
    { name: 'v2-server', version: '2.0.0' },
    { capabilities: { logging: {}, resources: { subscribe: true, listChanged: true }, tools: { listChanged: true } } },
  )
  addTools(server)
  addWaiting(server, told)
  addAsking(server)
  addResources(server)
  return server
}

function addTools(server: McpServer): void {
  server.registerTool('echo', { inputSchema: z.object({ message: z.string() }) }, ({ message }) => text(message))
  server.registerTool(
    'add',
    { inputSchema: z.object({ a: z.number(), b: z.number() }), outputSchema: z.object({ sum: z.number() }) },
    ({ a, b }) => ({ ...text(String(a + b)), structuredContent: { sum: a + b } }),
  )
  server.registerTool('fail', {}, () => ({ ...text('no luck'), isError: true }))
  server.registerTool('steps', { inputSchema: z.object({ steps: z.number() }) }, async ({ steps }, context) => {
    const { _meta, notify } = context.mcpReq
    for (let progress = 1; progress <= steps; progress++) {
      await notify({
        method: 'notifications/progress',
        params: { progressToken: _meta?.progressToken, progress, total: steps, message: `step ${progress}` },
      })
    }
    return text(`${steps} steps`)
  })
  server.registerTool('talk', {}, async (context) => {
    await context.mcpReq.log('info', { said: 'half way' }, 'v2')
    return text('talked')
  })
}

function addWaiting(server: McpServer, told: EventEmitter): void {
  server.registerTool('wait', {}, async (context) => {
    const { signal, notify, _meta } = context.mcpReq
    await notify({ method: 'notifications/progress', params: { progressToken: _meta?.progressToken, progress: 0 } })
    if (!signal.aborted) await once(signal, 'abort')
    return text('never heard')
  })
  server.registerTool('until-told', {}, async (context) => {
    const { notify, _meta } = context.mcpReq
    const go = once(told, 'go')
    await notify({ method: 'notifications/progress', params: { progressToken: _meta?.progressToken, progress: 0 } })
    await go
    return text('told')
  })
}

function addAsking(server: McpServer): void {
  const answer = z.object({ name: z.string() })
  server.registerTool('ask-user', {}, (context) => {
    const given = acceptedContent(context.mcpReq.inputResponses, 'who', answer)
    return given === undefined
      ? inputRequired({
          inputRequests: { who: inputRequired.elicit({ message: 'Who are you?', requestedSchema: answer }) },
          requestState: 'round one',
        })
      : text(`hello ${given.name}, after ${context.mcpReq.requestState<string>()}`)
  })
  server.registerTool('ask-model', {}, (context) => {
    const view = inputResponse(context.mcpReq.inputResponses, 'thought')
    return view.kind === 'sampling'
      ? text(JSON.stringify(view.result.content))
      : inputRequired({
          inputRequests: {
            thought: inputRequired.createMessage({
              messages: [{ role: 'user', content: { type: 'text', text: 'why?' } }],
              maxTokens: 10,
            }),
          },
        })
  })
  server.registerTool('ask-roots', {}, (context) => {
    const view = inputResponse(context.mcpReq.inputResponses, 'roots')
    return view.kind === 'roots'
      ? text(JSON.stringify(view.roots))
      : inputRequired({ inputRequests: { roots: inputRequired.listRoots() } })
  })
}

function addResources(server: McpServer): void {
  server.registerResource('note', 'note://one', { mimeType: 'text/plain' }, (uri) => ({
    contents: [{ uri: uri.href, text: 'first' }],
  }))
  server.registerResource(
    'numbered',
    new ResourceTemplate('note://number/{n}', {
      list: undefined,
      complete: { n: (value) => ['1', '10', '2'].filter((each) => each.startsWith(value)) },
    }),
    {},
    (uri, { n }) => ({ contents: [{ uri: uri.href, blob: Buffer.from(`number ${String(n)}`).toString('base64') }] }),
  )
  server.registerPrompt(
    'greet',
    {
      argsSchema: z.object({
        name: completable(z.string(), (value) => ['Ada', 'Alan', 'Grace'].filter((each) => each.startsWith(value))),
      }),
    },
    ({ name }) => ({
      messages: [{ role: 'user' as const, content: { type: 'text' as const, text: `Hello ${name}` } }],
    }),
  )
}

/** A running server; `http` lets a test cut its sockets. */
export interface RunningServer {
  readonly url: string
  readonly http: HttpServer
  /** Its event `go` lets the tool `until-told` answer. */
  readonly told: EventEmitter
  stop(): Promise<void>
}

async function serve(
  told: EventEmitter,
  handle: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<RunningServer> {
  const http = createServer((request, response) => void handle(request, response))
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  return {
    url: `http://127.0.0.1:${(http.address() as { port: number }).port}/mcp`,
    http,
    told,
    stop: async () => {
      http.closeAllConnections()
      http.close()
      await once(http, 'close')
    },
  }
}

/** The stateless era, 2026-07-28 only unless `legacy`; `notify` publishes to open `subscriptions/listen` streams. */
export async function startStateless(
  legacy: 'stateless' | 'reject' = 'reject',
): Promise<RunningServer & { readonly notify: ServerNotifier }> {
  const told = new EventEmitter()
  const handler = createMcpHandler(() => v2Server(told), { legacy })
  const handle = toNodeHandler(handler)
  // the adapter's type is not written for exactOptionalPropertyTypes
  const running = await serve(told, (request, response) => handle(request as NodeIncomingMessageLike, response))
  return {
    ...running,
    notify: handler.notify,
    stop: async () => {
      await handler.close()
      await running.stop()
    },
  }
}

/** Events by id, per stream: what a client missed is sent again when it comes back. */
export function eventStore(): EventStore {
  const events: { id: string; stream: string; message: JSONRPCMessage }[] = []
  return {
    storeEvent: (stream, message) => {
      const id = `e${events.length + 1}`
      events.push({ id, stream, message })
      return Promise.resolve(id)
    },
    getStreamIdForEventId: (wanted) => Promise.resolve(events.find(({ id }) => id === wanted)?.stream),
    replayEventsAfter: async (last, { send }) => {
      const from = events.findIndex(({ id }) => id === last)
      const stream = events[from]?.stream ?? ''
      for (const event of events.slice(from + 1)) if (event.stream === stream) await send(event.id, event.message)
      return stream
    },
  }
}

/** A session of the stateful era, as the test reaches into it. */
export interface OpenSession {
  readonly server: McpServer
  readonly transport: NodeStreamableHTTPServerTransport
}

/** The stateful era with sessions, an event store and GET streams. `sessions` are the open ones by id. */
export async function startStateful(): Promise<
  RunningServer & { readonly sessions: ReadonlyMap<string, OpenSession> }
> {
  const sessions = new Map<string, OpenSession>()
  const told = new EventEmitter()
  const running = await serve(told, async (request, response) => {
    const known = sessions.get(String(request.headers['mcp-session-id']))
    if (known !== undefined) return known.transport.handleRequest(request, response)
    if (request.headers['mcp-session-id'] !== undefined) return void response.writeHead(404).end()
    const server = v2Server(told)
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      eventStore: eventStore(),
      onsessioninitialized: (id) => void sessions.set(id, { server, transport }),
      onsessionclosed: (id) => void sessions.delete(id),
    })
    await server.connect(transport)
    return transport.handleRequest(request, response)
  })
  return { ...running, sessions }
}
