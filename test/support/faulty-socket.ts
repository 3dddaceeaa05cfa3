/** A real WebSocket server with a proxy in front whose rules are the test's, and a `ws` client that tells what it saw. */
import { onTestFinished } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { RuleSource } from '../../src/faults/rules/rule.ts'
import type { Proxy } from '../../src/proxy.ts'
import { faulty, json } from './faulty.ts'

export interface FaultySocket {
  readonly proxy: Proxy
  readonly url: string
  /** Messages the server has heard. */
  readonly heard: string[]
  /** Of all clients, in the order they came. */
  readonly server: WebSocket[]
  /** Opened through the proxy. */
  open(): Promise<SocketClient>
}

export interface SocketClient {
  readonly socket: WebSocket
  readonly messages: string[]
  /** Resolves when so many messages have come. */
  until(count: number): Promise<void>
  /** The close code, or `open` when nothing has ended it after `ms`. */
  closed(ms?: number): Promise<number | 'open'>
}

/** `talk` is what the server does with a message. */
export async function faultySocket(
  talk: (message: string, socket: WebSocket) => void,
  rules: readonly RuleSource[] = [],
): Promise<FaultySocket> {
  const { proxy, server, url } = await faulty(json, rules)
  const heard: string[] = []
  const sockets: WebSocket[] = []
  const accepting = new WebSocketServer({ server, perMessageDeflate: false })
  onTestFinished(() => accepting.close())
  accepting.on('connection', (socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.on('message', (data: Buffer) => {
      heard.push(data.toString())
      talk(data.toString(), socket)
    })
  })
  const open = async (): Promise<SocketClient> => {
    const client = clientOf(new WebSocket(url.replace('http', 'ws'), { perMessageDeflate: false }))
    await new Promise<void>((resolve) => client.socket.once('open', resolve).once('close', () => resolve()))
    return client
  }
  return { proxy, url, heard, server: sockets, open }
}

function clientOf(socket: WebSocket): SocketClient {
  onTestFinished(() => socket.terminate())
  const messages: string[] = []
  const ended = new Promise<number>((resolve) => socket.once('close', resolve))
  socket.on('message', (data: Buffer) => messages.push(data.toString()))
  socket.on('error', () => undefined)
  return {
    socket,
    messages,
    until: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (messages.length < count) return
          socket.off('message', look)
          resolve()
        }
        socket.on('message', look)
        look()
      }),
    closed: async (ms = 3000) => {
      let timer: NodeJS.Timeout | undefined
      const silent = new Promise<'open'>((resolve) => (timer = setTimeout(() => resolve('open'), ms)))
      const how = await Promise.race([ended, silent])
      clearTimeout(timer)
      return how
    },
  }
}
