/**
 * The server behind every candidate, a process of its own. Prints its port, then answers:
 * `POST *` 560 bytes of JSON · `GET /events?count&bytes` that many events as fast as they are taken, each with its send instant ·
 * `GET /events?every&count` paced, one each `every` ms · `GET /idle` one comment, then silence · `GET /big?bytes` a body of that length.
 * `GET` with an upgrade to WebSocket: each tools/call is answered with 200 bytes of JSON under its id.
 */
import { createServer, type ServerResponse } from 'node:http'
import { WebSocketServer } from 'ws'
import { ready } from '../ready.ts'

const answer = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  result: { content: [{ type: 'text', text: 'x'.repeat(486) }] },
})

const sse = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' }
const now = (): number => Number(process.hrtime.bigint() / 1000n)

const event = (n: number, bytes: number): string => {
  const start = `id: ${n}\ndata: {"jsonrpc":"2.0","method":"notifications/progress","params":{"at":${now()},"fill":"`
  return `${start}${'x'.repeat(Math.max(0, bytes - start.length - 5))}"}}\n\n`
}

function flood(response: ServerResponse, count: number, bytes: number): void {
  let sent = 0
  const more = (): void => {
    while (sent < count) if (!response.write(event(sent++, bytes))) return
    response.off('drain', more)
    response.end()
  }
  response.on('drain', more)
  more()
}

function pace(response: ServerResponse, count: number, everyMs: number, bytes: number): void {
  const start = performance.now()
  let sent = 0
  const timer = setInterval(() => {
    const due = Math.min(count, Math.floor((performance.now() - start) / everyMs))
    while (sent < due) response.write(event(sent++, bytes))
    if (sent >= count) {
      clearInterval(timer)
      response.end()
    }
  }, 1)
  response.on('close', () => clearInterval(timer))
}

function big(response: ServerResponse, bytes: number): void {
  const block = Buffer.alloc(64 * 1024, 'mitmcp ')
  let left = bytes
  const more = (): void => {
    while (left > 0) {
      const size = Math.min(left, block.length)
      left -= size
      if (!response.write(size === block.length ? block : block.subarray(0, size))) return
    }
    response.off('drain', more)
    response.end()
  }
  response.on('drain', more)
  response.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': bytes })
  more()
}

const server = createServer((request, response) => {
  if (request.method === 'POST') {
    request.resume()
    request.on('end', () => {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': answer.length })
      response.end(answer)
    })
    return
  }
  const url = new URL(request.url ?? '/', 'http://upstream')
  const number = (name: string, otherwise: number): number => Number(url.searchParams.get(name) ?? otherwise)
  if (url.pathname === '/big') return big(response, number('bytes', 1 << 20))
  response.writeHead(200, sse)
  if (url.pathname === '/idle') return void response.write(': open\n\n')
  const every = number('every', 0)
  if (every > 0) pace(response, number('count', 1000), every, number('bytes', 200))
  else flood(response, number('count', 1000), number('bytes', 200))
})

const sockets = new WebSocketServer({ server, perMessageDeflate: false, handleProtocols: () => 'mcp' })
const result = `"result":{"content":[{"type":"text","text":"${'x'.repeat(118)}"}]}}`
sockets.on('connection', (socket) => {
  socket.on('error', () => socket.terminate())
  socket.on('message', (data: Buffer) => {
    const id = /"id":(\d+)/.exec(data.toString('latin1', 0, 60))?.[1] ?? 'null'
    socket.send(`{"jsonrpc":"2.0","id":${id},${result}`)
  })
})
server.keepAliveTimeout = 0
server.requestTimeout = 0
server.listen(0, '127.0.0.1', 4096, () => ready(server))
