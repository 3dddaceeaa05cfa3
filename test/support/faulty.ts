/** A real HTTP server of MCP messages with a proxy in front whose rules are the test's, and raw clients that see every byte. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import type { RuleSource } from '../../src/faults/rules/rule.ts'
import { createProxy, type Proxy, type ProxyOptions } from '../../src/proxy.ts'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** What is done with a request; `body` is whole by then. */
export type Answer = (asked: Asked, response: ServerResponse, request: IncomingMessage) => void

export interface Faulty {
  readonly proxy: Proxy
  readonly url: string
  readonly server: Server
  /** Requests the server has seen, in order. */
  readonly asked: Asked[]
  /** Connections the server has accepted. */
  readonly sockets: Set<Socket>
}

/** A server, a proxy with these rules before it; nothing recorded unless asked. All of it ends with the test. */
export async function faulty(
  answer: Answer,
  rules: readonly RuleSource[] = [],
  options: Partial<ProxyOptions> = {},
): Promise<Faulty> {
  const asked: Asked[] = []
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('error', () => undefined)
    response.on('error', () => undefined)
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request
      const seen = { method, path, headers, body: Buffer.concat(parts).toString() }
      asked.push(seen)
      answer(seen, response, request)
    })
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const proxy = await createProxy({
    target: `http://127.0.0.1:${port}/mcp`,
    port: 0,
    ui: false,
    db: false,
    seed: 1,
    ...options,
  })
  onTestFinished(() => proxy.close())
  for (const rule of rules) await proxy.faults.add(rule)
  return { proxy, url: proxy.url, server, asked, sockets }
}

/** A JSON-RPC request as text. */
export const call = (id: number | string, method = 'tools/call', params: object = { name: 'search' }): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params })

/** Answers every request by JSON. */
export const json: Answer = ({ body }, response) => {
  const { id } = JSON.parse(body === '' ? '{}' : body) as { id?: unknown }
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ jsonrpc: '2.0', id: id ?? null, result: { ok: true } }))
}

/** Answers by an event stream of so many notifications, then the result, then the end; ids `1`, `2`, … on the events. */
export const events =
  (notifications: number, { end = true, result = true } = {}): Answer =>
  ({ body }, response) => {
    const { id } = JSON.parse(body === '' ? '{}' : body) as { id?: unknown }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const send = (at: number, message: object): void => {
      response.write(`id: ${at}\nevent: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`)
    }
    for (let at = 1; at <= notifications; at++)
      send(at, { method: 'notifications/message', params: { level: 'info', data: `é${at}` } })
    if (result) send(notifications + 1, { id: id ?? null, result: { ok: true } })
    if (end) response.end()
  }

/** POSTs a message as an MCP client does. */
export const post = (
  url: string,
  body: string,
  init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {},
): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    ...init,
    body,
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...init.headers },
  })

/** How a raw connection went on. */
export interface RawClient {
  readonly socket: Socket
  /** Everything received so far. */
  text(): string
  /** `end` for FIN, `ECONNRESET`, `timeout` when it is still open and silent after `ms`. */
  ending(ms?: number): Promise<string>
  /** Resolves when the text received holds this. */
  until(text: string): Promise<void>
}

/** A TCP client that has sent these bytes. */
export async function raw(url: string, bytes: string): Promise<RawClient> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true, noDelay: true })
  onTestFinished(() => void socket.destroy())
  const parts: Buffer[] = []
  let ended = ''
  const waiting = new Set<() => void>()
  const changed = (): void => {
    for (const look of waiting) look()
  }
  socket.on('data', (part: Buffer) => {
    parts.push(part)
    changed()
  })
  // libuv reports EOF when data and RST arrive together: a write of no bytes tells the two apart
  socket.on('end', () => {
    const seen = (error?: Error | null): void => {
      ended ||= error ? 'ECONNRESET' : 'end'
      changed()
    }
    if (socket.writable) socket.write('', seen)
    else seen()
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    ended = error.code ?? error.message
    changed()
  })
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()).once('error', () => resolve()))
  if (bytes !== '') socket.write(bytes)
  const text = (): string => Buffer.concat(parts).toString()
  const when = (holds: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!holds()) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    })
  return {
    socket,
    text,
    until: (part) => when(() => text().includes(part)),
    ending: async (ms = 300) => {
      let timer: NodeJS.Timeout | undefined
      const silent = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))
      await Promise.race([when(() => ended !== ''), silent])
      clearTimeout(timer)
      return ended === '' ? 'timeout' : ended
    },
  }
}

/** A POST as bytes. */
export const rawPost = (body: string, head = ''): string =>
  `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
