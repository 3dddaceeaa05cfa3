/** A forward proxy with what may stand behind it: servers in the clear and over TLS, and what a client says to it. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { connect as tlsConnect, createServer as createTlsServer, type TLSSocket, type TlsOptions } from 'node:tls'
import type { Forward, ForwardSettings } from '../../src/proxy.ts'
import { createPeer, type Peer } from './raw.ts'
import { startForward, tunnelThrough } from './start-forward.ts'

export interface Scene {
  /** A server in the clear: says its name and what it was asked, and keeps the connection. */
  plain(name: string): Promise<number>
  /** Hands every connection to `serve`. */
  raw(serve: (socket: Socket) => void): Promise<number>
  /** The same over TLS. */
  secure(name: string, options: TlsOptions): Promise<number>
  proxy(settings?: Partial<ForwardSettings>): Promise<Forward>
  /** Speaks TLS with `host` through the proxy; `ca`: what the client trusts besides the usual. */
  tls(proxy: Forward, authority: string, options?: { servername?: string; ca?: string; alpn?: string[] }): Promise<Peer>
  /** Something else to be closed. */
  keep(closing: () => unknown): void
  close(): Promise<void>
}

export function forwardScene(): Scene {
  const closings: (() => unknown)[] = []
  const listening = async (server: Server): Promise<number> => {
    const sockets = new Set<Socket>()
    server.on('connection', (socket: Socket) => {
      sockets.add(socket)
      socket.on('error', () => undefined)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closings.push(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
    return (server.address() as AddressInfo).port
  }
  return {
    plain: (name) => listening(createServer((socket) => answering(name, socket))),
    raw: (serve) => listening(createServer({ allowHalfOpen: true }, serve)),
    secure: (name, options) => {
      const server = createTlsServer(options, (socket) => answering(name, socket))
      server.on('tlsClientError', () => undefined)
      return listening(server)
    },
    proxy: async (settings = {}) => {
      const proxy = await startForward(settings)
      closings.unshift(() => proxy.close())
      return proxy
    },
    tls: async (proxy, authority, { servername, ca, alpn } = {}) => {
      const socket = await tunnelThrough(proxy.port, authority)
      const host = servername ?? authority.replace(/:\d+$/, '')
      const secure: TLSSocket = tlsConnect({
        socket,
        host,
        ...(/^[\d.]+$/.test(host) ? {} : { servername: host }),
        ...(ca === undefined ? {} : { ca }),
        ...(alpn === undefined ? {} : { ALPNProtocols: alpn }),
      })
      closings.unshift(() => socket.destroy())
      await new Promise<void>((resolve, reject) => secure.once('secureConnect', resolve).once('error', reject))
      return createPeer(secure, { raw: socket })
    },
    keep: (closing) => void closings.unshift(closing),
    close: async () => {
      for (const closing of closings.splice(0)) await closing()
    },
  }
}

/** Answers each request whose head is complete with what it was. */
function answering(name: string, socket: Socket): void {
  let text = ''
  socket.on('error', () => undefined)
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1')
    for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
      const body = `${name} was asked\n${text.slice(0, end)}\n.`
      text = text.slice(end + 4)
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    }
  })
}
