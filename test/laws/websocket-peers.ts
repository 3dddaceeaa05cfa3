/** Laws 20 to 23 with real peers: those of `ws`, and what the Autobahn suite would send to one. */
import type { IncomingMessage } from 'node:http'
import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket, { WebSocketServer, type ClientOptions, type RawData } from 'ws'
import type { Started, StartProxy } from '../support/line.ts'
import { dial } from '../support/raw.ts'
import { autobahnCases, type AutobahnCase } from '../support/autobahn-cases.ts'

interface Servers {
  readonly port: number
  close(): Promise<void>
}

/** Speaks to each path in its own way; `log` is what it saw. */
type Story = (socket: WebSocket, request: IncomingMessage, log: string[]) => void

const shown = (data: RawData, isBinary: boolean): string =>
  `${isBinary ? 'binary' : 'text'} ${(data as Buffer).length} ${(data as Buffer).toString('latin1').slice(0, 40)}`

const echo: Story = (socket) => {
  socket.on('message', (data, isBinary) => socket.send(data as Buffer, { binary: isBinary }))
}

const stories: Readonly<Record<string, Story>> = {
  '/echo': echo,
  '/subprotocol': (socket, request) =>
    socket.send(`${socket.protocol} of ${request.headers['sec-websocket-protocol'] ?? ''}`),
  '/extensions': (socket) => socket.send(socket.extensions),
  '/pings': (socket, _request, log) => {
    socket.on('pong', (data) => {
      log.push(`pong ${data.toString()}`)
      socket.close(1000)
    })
    socket.ping('of the server')
  },
  '/closes': (socket) => socket.close(4001, 'enough of you'),
  '/fragments': (socket) => {
    socket.send('one ', { fin: false })
    socket.ping('between')
    socket.send('two ', { fin: false })
    socket.send('three', { fin: true })
  },
  '/terminates': (socket) => socket.on('message', () => socket.terminate()),
}

async function startServers(log: string[]): Promise<Servers> {
  const server: Server = createServer((_request, response) => void response.writeHead(426).end('upgrade'))
  const options = {
    noServer: true,
    perMessageDeflate: { threshold: 0 },
    handleProtocols: (offered: Set<string>) => [...offered].at(-1) ?? false,
  }
  const sockets = new WebSocketServer(options)
  const raws = new Set<Socket>()
  server.on('connection', (socket: Socket) => void raws.add(socket))
  server.on('upgrade', (request, socket, head) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname
    if (path === '/refuses')
      return void socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 6\r\nX-Why: policy\r\n\r\nno way')
    sockets.handleUpgrade(request, socket, head, (ws) => {
      ws.on('error', (error: Error & { code?: string }) => log.push(`error ${error.code}`))
      ws.on('close', (code, reason) => log.push(`close ${code} ${reason.toString()}`))
      stories[path]?.(ws, request, log)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of raws) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** What a `ws` client saw, until the socket was closed. */
async function seenBy(
  url: string,
  protocols: string[],
  options: ClientOptions,
  act: (socket: WebSocket, seen: string[]) => void,
): Promise<string[]> {
  const seen: string[] = []
  const socket = new WebSocket(url, protocols, options)
  socket.on('open', () => seen.push(`open ${socket.protocol} ${socket.extensions}`))
  socket.on('message', (data, isBinary) => seen.push(shown(data, isBinary)))
  socket.on('ping', (data) => seen.push(`ping ${data.toString()}`))
  socket.on('pong', (data) => seen.push(`pong ${data.toString()}`))
  socket.on('unexpected-response', (_request, response) => {
    seen.push(`status ${response.statusCode} ${String(response.headers['x-why'])}`)
    response
      .setEncoding('latin1')
      .on('data', (text: string) => seen.push(text))
      .on('end', () => socket.terminate())
  })
  socket.on('error', (error: Error & { code?: string }) => seen.push(`error ${error.code ?? error.message}`))
  const closed = new Promise<void>((resolve) => {
    socket.on('close', (code, reason) => {
      seen.push(`close ${code} ${reason.toString()}`)
      resolve()
    })
  })
  act(socket, seen)
  await closed
  return seen
}

interface PeerLaw {
  readonly number: number
  readonly claim: string
  readonly path: string
  readonly protocols?: string[]
  readonly options?: ClientOptions
  act(socket: WebSocket, seen: string[]): void
}

/** Sends each message when the one before has come back, then closes. */
const echoes =
  (...messages: readonly (string | Buffer)[]) =>
  (socket: WebSocket): void => {
    const left = [...messages]
    const next = (): void => {
      const message = left.shift()
      if (message === undefined) socket.close(1000, 'all seen')
      else socket.send(message)
    }
    socket.on('open', next)
    socket.on('message', next)
  }
const afterOne = (socket: WebSocket): void => void socket.on('message', () => socket.close(1000))
const TEXTS = ['{"a":1}', '{"a":1}', '', 'Grüße 🜁', 'x'.repeat(200_000)]

const laws: readonly PeerLaw[] = [
  {
    number: 20,
    claim: 'a subprotocol is agreed on',
    path: '/subprotocol',
    protocols: ['mcp', 'mcp.auth.abc'],
    act: afterOne,
  },
  { number: 20, claim: 'extensions are agreed on', path: '/extensions', act: afterOne },
  { number: 20, claim: 'a refusal arrives with its body', path: '/refuses', act: () => {} },
  {
    number: 21,
    claim: 'messages come back as sent',
    path: '/echo',
    options: { perMessageDeflate: false },
    act: echoes(...TEXTS, Buffer.from([0, 1, 255])),
  },
  {
    number: 21,
    claim: 'compressed messages come back, context taken over',
    path: '/echo',
    options: { perMessageDeflate: { threshold: 0 } },
    act: echoes(...TEXTS),
  },
  {
    number: 21,
    claim: 'compressed messages come back, without context takeover, of small windows',
    path: '/echo',
    options: {
      perMessageDeflate: {
        threshold: 0,
        clientNoContextTakeover: true,
        serverNoContextTakeover: true,
        serverMaxWindowBits: 9,
        clientMaxWindowBits: 10,
      },
    },
    act: echoes(...TEXTS),
  },
  {
    number: 21,
    claim: 'fragments and a ping between them arrive as one message and one ping',
    path: '/fragments',
    act: afterOne,
  },
  { number: 21, claim: 'a close code and reason of the server arrive', path: '/closes', act: () => {} },
  {
    number: 21,
    claim: 'a close code and reason of the client arrive',
    path: '/echo',
    act: (socket) => void socket.on('open', () => socket.close(3999, 'Grüße')),
  },
  { number: 22, claim: 'a ping of the server is answered by the client', path: '/pings', act: () => {} },
  {
    number: 22,
    claim: 'a ping of the client is answered by the server',
    path: '/echo',
    act: (socket) => {
      socket.on('open', () => socket.ping('of the client'))
      socket.on('pong', () => socket.close(1000))
    },
  },
  {
    number: 22,
    claim: 'a server that leaves without a close frame is 1006 to the client alone',
    path: '/terminates',
    act: (socket) => void socket.on('open', () => socket.send('go')),
  },
  {
    number: 22,
    claim: 'a client that leaves without a close frame is 1006 to the server alone',
    path: '/echo',
    act: (socket) => {
      socket.on('open', () => socket.send('hi'))
      socket.on('message', () => socket.terminate())
    },
  },
]

const HANDSHAKE =
  'GET /echo HTTP/1.1\r\nHost: server.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'

/** What the fuzzing client gets back, and how the server ends. */
async function answerTo(port: number, { pieces, offer }: AutobahnCase): Promise<unknown> {
  const client = await dial(port)
  client.write(`${HANDSHAKE}${offer === undefined ? '' : `Sec-WebSocket-Extensions: ${offer}\r\n`}\r\n`)
  await client.until('\r\n\r\n')
  // a refused client that goes on writing would race with the server's leaving
  if (client.text().startsWith('HTTP/1.1 101')) for (const piece of pieces) client.write(piece)
  const how = await client.ended()
  const bytes = client.text()
  client.end()
  return { bytes, how }
}

/** The Autobahn cases that do not behave through a proxy as they do direct, by their ids. */
export async function autobahnDiffers(startProxy: StartProxy): Promise<string[]> {
  const servers = await startServers([])
  const proxy = await startProxy({ port: servers.port })
  const tried = await Promise.all(
    autobahnCases.map(async (one) => {
      const told = (port: number): Promise<unknown> => answerTo(port, one).catch((error: Error) => error.message)
      return isDeepStrictEqual(await told(servers.port), await told(proxy.port)) ? [] : [one.id]
    }),
  )
  await servers.close()
  await proxy.close()
  return tried.flat()
}

/** Defines the tests. `startProxy` is called once. */
export function websocketPeerLaws(name: string, startProxy: StartProxy): void {
  describe(name, () => {
    const log: string[] = []
    let servers: Servers
    let proxy: Started
    beforeAll(async () => {
      servers = await startServers(log)
      proxy = await startProxy({ port: servers.port })
    })
    afterAll(async () => {
      await servers.close()
      await proxy.close()
    })

    it.each(laws)('law $number: $claim', async ({ path, protocols = [], options = {}, act }) => {
      const tell = async (port: number) => {
        log.length = 0
        const client = await seenBy(`ws://127.0.0.1:${port}${path}`, protocols, options, act)
        while (path !== '/refuses' && !log.some((line) => line.startsWith('close'))) await new Promise(setImmediate)
        return { client, server: [...log] }
      }
      const direct = await tell(servers.port)
      expect(direct.client.length).toBeGreaterThan(1)
      expect(await tell(proxy.port)).toEqual(direct)
    })

    it.each(autobahnCases)('law 23: case $id of Autobahn behaves as direct', async (one) => {
      const direct = await answerTo(servers.port, one)
      expect(await answerTo(proxy.port, one)).toEqual(direct)
    })
  })
}
