/** A server of `ws`, a proxy with the rules of the test, a client of `ws`, and what each end hears. All of it ends with the test. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { WebSocket, WebSocketServer, type PerMessageDeflateOptions } from 'ws'
import type { RuleSource } from '../../src/faults/rules/rule.ts'
import { createProxy, type Proxy } from '../../src/proxy.ts'
import { gist } from './event-client.ts'

export interface SocketLineOptions {
  /** Of the server; the client offers it when the server would. Default: no compression. */
  readonly deflate?: boolean | PerMessageDeflateOptions
  /** Where it is recorded; default: nowhere. */
  readonly db?: string
}

export interface SocketEnd {
  readonly socket: WebSocket
  readonly messages: string[]
  /** Of each message. */
  readonly binary: boolean[]
  /** Messages in a word. */
  said(): unknown[]
  send(text: string): void
  /** Resolves when so many messages have come, rejects when the socket ends before. */
  until(count: number): Promise<void>
  /** The close code, and the error before it. */
  readonly closed: Promise<readonly [number, string]>
}

export interface SocketLine {
  readonly proxy: Proxy
  readonly client: SocketEnd
  readonly server: SocketEnd
}

/** Opens one socket. */
export async function socketLine(
  rules: readonly RuleSource[],
  { deflate = false, db }: SocketLineOptions = {},
): Promise<SocketLine> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: deflate })
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const target = `ws://127.0.0.1:${port}/mcp`
  const proxy = await createProxy({ target, port: 0, ui: false, db: db ?? false, seed: 1 })
  onTestFinished(() => proxy.close())
  for (const rule of rules) await proxy.faults.add(rule)
  const accepted = once(server, 'connection') as Promise<[WebSocket]>
  const perMessageDeflate = deflate === false ? false : { threshold: 0 }
  const client = new WebSocket(proxy.url.replace(/^http/, 'ws'), { perMessageDeflate })
  client.on('error', () => undefined)
  onTestFinished(() => client.terminate())
  const [there] = await accepted
  if (client.readyState !== WebSocket.OPEN) await once(client, 'open')
  return { proxy, client: heard(client), server: heard(there) }
}

function heard(socket: WebSocket): SocketEnd {
  const messages: string[] = []
  const binary: boolean[] = []
  let error = ''
  socket.on('message', (data: Buffer, isBinary) => {
    messages.push(data.toString())
    binary.push(isBinary)
    socket.emit('heard')
  })
  socket.on('error', (problem: NodeJS.ErrnoException) => (error = problem.code ?? problem.message))
  let over = false
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  void closed.then(() => (over = true)).then(() => socket.emit('heard'))
  return {
    socket,
    binary,
    said: () => messages.map(gist),
    messages,
    send: (text) => socket.send(text),
    until: async (count) => {
      while (messages.length < count) {
        if (over) throw new Error(`ended by ${error || 'a close'} after ${messages.length} messages`)
        await once(socket, 'heard')
      }
    },
    closed: closed.then((code) => [code, error] as const),
  }
}
