/** Where a law is tried: clients on one side, a raw server on the other, and in between nothing or a proxy. */
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { createPeer, dial, type Peer, type PeerOptions } from './raw.ts'

/** What a law may ask of the proxy it is tried on. */
export interface StartOptions {
  onUnreachable?: '502' | 'reset'
  headers?: readonly (readonly [name: string, value: string])[]
  rewrite?: boolean
}

export interface Target {
  readonly port: number
  /** As the target's URL names it. Default `127.0.0.1`. */
  readonly host?: string
}

/** A running proxy, as far as a law needs it. */
export interface Started {
  readonly port: number
  /** Path under which clients reach the server; those of `dial` need not say it. Default: none. */
  readonly prefix?: string
  /** How the server is reached. Default: `http`. */
  readonly serverScheme?: 'http' | 'https'
  /** What the server got, without what a proxy of this kind has to change in it. */
  asWritten?(text: string): string
  /** How a client reaches its server through it, where connecting to the port is not all. */
  dial?(options: PeerOptions): Promise<Peer>
  close(): Promise<void>
}

export interface StartProxy {
  (target: Target, options?: StartOptions): Promise<Started>
  /** Speaks TLS as the server, where the proxy is to reach it so. */
  readonly secure?: (raw: Socket) => TLSSocket
}

export interface Pair {
  readonly client: Peer
  readonly server: Peer
}

export interface Line {
  /** Where clients connect to. */
  readonly port: number
  /** Path under which clients reach the server. */
  readonly prefix: string
  /** Where the server listens, and how the proxy reaches it. */
  readonly serverPort: number
  readonly serverScheme: 'http' | 'https'
  readonly patienceMs: number
  dial: (options?: PeerOptions) => Promise<Peer>
  /** The oldest connection nobody has taken yet; with `token`, the one that has received it. */
  accept(token?: string, options?: PeerOptions): Promise<Peer>
  /** A client that has sent `head` with a token of its own as field `X-Run`, and the server that has received it whole. */
  open(head?: string): Promise<Pair>
  /** Peers accepted from now on do not read until told to. */
  idleServers(idle: boolean): void
  /** Drops all peers. */
  clear(): void
  close(): Promise<void>
}

/** How clients of a line call its server; as long as `127.0.0.1` with a port of five digits, which may take its place on the way. */
export const SERVER_HOST = 'server.test:456'

const POST = `POST /mcp HTTP/1.1\r\nHost: ${SERVER_HOST}\r\nContent-Length: 2\r\n\r\n{}`

/** `startProxy` absent: clients connect straight to the server. */
export async function createLine(
  startProxy?: StartProxy,
  { patienceMs = 3000, target, ...options }: StartOptions & { patienceMs?: number; target?: { host: string } } = {},
): Promise<Line> {
  const peers = new Set<Peer>()
  const waiting = new Set<Peer>()
  const arrivals = new Set<() => void>()
  let idle = false
  let runs = 0
  let asWritten = (text: string): string => text
  const arrived = (): void => arrivals.forEach((listener) => listener())
  const server = createServer({ allowHalfOpen: true, highWaterMark: 1 }, (socket) => {
    const secure = startProxy?.secure?.(socket)
    const peer = createPeer(secure ?? socket, { patienceMs, idle, raw: socket, asWritten: (text) => asWritten(text) })
    peers.add(peer)
    const take = (): void => {
      waiting.add(peer)
      peer.onChange(arrived)
      arrived()
    }
    if (secure === undefined) take()
    else secure.once('secure', take)
  })
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, resolve))
  const serverPort = (server.address() as AddressInfo).port
  const proxy = startProxy ? await startProxy({ port: serverPort, ...target }, options) : undefined
  const port = proxy?.port ?? serverPort
  if (proxy?.asWritten !== undefined) asWritten = (text) => proxy.asWritten?.(text) ?? text

  const accept = async (token?: string): Promise<Peer> =>
    await new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer)
        arrivals.delete(look)
      }
      const timer = setTimeout(() => (stop(), reject(new Error('the server was not reached'))), patienceMs)
      const look = (): void => {
        for (const peer of waiting) {
          if (token !== undefined && !peer.text().includes(token)) continue
          waiting.delete(peer)
          stop()
          return resolve(peer)
        }
      }
      arrivals.add(look)
      look()
    })
  const open = async (head = POST): Promise<Pair> => {
    const field = `X-Run: ${++runs}.\r\n`
    const request = head.replace('\r\n', `\r\n${field}`)
    const client = await line.dial()
    client.write(request)
    const peer = await accept(field)
    await peer.until(request.length)
    return { client, server: peer }
  }
  const clear = (): void => {
    for (const peer of peers) peer.socket.destroy()
    peers.clear()
    waiting.clear()
    idle = false
  }
  const line: Line = {
    port,
    prefix: proxy?.prefix ?? '',
    serverPort,
    serverScheme: proxy?.serverScheme ?? 'http',
    patienceMs,
    dial: async (peerOptions) => {
      const peer = await (proxy?.dial ?? ((options) => dial(port, options)))({ patienceMs, ...peerOptions })
      peers.add(peer)
      return peer
    },
    accept,
    open,
    idleServers: (value) => void (idle = value),
    clear,
    close: async () => {
      clear()
      const closed = new Promise((resolve) => server.close(resolve))
      await proxy?.close()
      await closed
    },
  }
  return line
}
