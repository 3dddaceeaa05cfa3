/** Forward mode as the laws start it: each client asks for a tunnel to the server, or makes its requests as to a proxy. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, type NetConnectOpts, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { connect as tlsConnect, TLSSocket } from 'node:tls'
import { join } from 'node:path'
import { createForward, type Forward, type ForwardSettings } from '../../src/proxy.ts'
import { createPeer, type Peer, type PeerOptions } from './raw.ts'
import type { Started, StartOptions, StartProxy } from './line.ts'

/** One folder for the authority of a test run: making one takes a while. */
export const authorityFolder = mkdtempSync(join(tmpdir(), 'mitmcp-authority-'))
process.once('exit', () => rmSync(authorityFolder, { recursive: true, force: true }))

/** A forward proxy on any port: no recording unless asked, no page. */
export function startForward(more: Partial<ForwardSettings> = {}): Promise<Forward> {
  return createForward({ port: 0, db: false, ui: false, authority: authorityFolder, ...more })
}

/** Through CONNECT: the tunnel is open when `dial` resolves. */
export function startTunnels(more: Partial<ForwardSettings> = {}): StartProxy {
  return async ({ port, host = '127.0.0.1' }, { onUnreachable, headers } = {}): Promise<Started> => {
    const proxy = await startForward({
      ...more,
      ...(onUnreachable === undefined ? {} : { onUnreachable }),
      ...(headers === undefined ? {} : { headers }),
    })
    const through = (options: PeerOptions): Promise<Peer> => dialThrough(proxy.port, `${host}:${port}`, options)
    return { port: proxy.port, dial: through, close: proxy.close }
  }
}

const pem = (name: string): string => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8')

/** Through CONNECT, with TLS opened on both sides. */
export function startTls(more: Partial<ForwardSettings> = {}): StartProxy {
  const identity = { key: pem('localhost.key'), cert: pem('localhost.pem') }
  const start = async ({ port }: { port: number }, options: StartOptions = {}): Promise<Started> => {
    const { onUnreachable, headers } = options
    const proxy = await startForward({
      insecure: true,
      ...more,
      ...(onUnreachable === undefined ? {} : { onUnreachable }),
      ...(headers === undefined ? {} : { headers }),
    })
    const ca = readFileSync(proxy.authority.file, 'utf8')
    const through = async (peerOptions: PeerOptions): Promise<Peer> => {
      const raw = await tunnelThrough(proxy.port, `localhost:${port}`)
      raw.on('error', () => undefined)
      const tls = { socket: raw, servername: 'localhost', ca, highWaterMark: 1 }
      const secure = tlsConnect(tls)
      await new Promise<void>((resolve, reject) => secure.once('secureConnect', resolve).once('error', reject))
      return createPeer(secure, { ...peerOptions, raw })
    }
    return { port: proxy.port, dial: through, close: proxy.close }
  }
  const secure = (raw: Socket): TLSSocket => {
    raw.on('error', () => undefined)
    const options = { isServer: true, ...identity, highWaterMark: 1 }
    return new TLSSocket(raw, options)
  }
  return Object.assign(start, { secure })
}

/** A socket in a tunnel, paused. Rejects with the answer when there is none. */
export async function tunnelThrough(proxyPort: number, authority: string): Promise<Socket> {
  const to = { port: proxyPort, host: '127.0.0.1', allowHalfOpen: true, highWaterMark: 1 } as NetConnectOpts
  const socket = connect(to)
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`)
  let head = Buffer.alloc(0)
  // read by hand: a socket that was paused would have to be resumed
  await new Promise<void>((resolve, reject) => {
    const take = (): void => {
      head = Buffer.concat([head, (socket.read() as Buffer | null) ?? Buffer.alloc(0)])
      const end = head.indexOf('\r\n\r\n') + 4
      if (end < 4) return
      socket.off('readable', take)
      if (head.length > end) socket.unshift(head.subarray(end))
      process.nextTick(resolve)
    }
    socket.on('readable', take).once('error', reject)
    socket.once('end', () => reject(new Error(head.toString('latin1'))))
  })
  socket.removeAllListeners('error').removeAllListeners('end')
  if (!head.toString('latin1').startsWith('HTTP/1.1 200 ')) throw new Error(head.toString('latin1'))
  return socket
}

/** A client in a tunnel. */
export async function dialThrough(proxyPort: number, authority: string, options: PeerOptions = {}): Promise<Peer> {
  const socket = await tunnelThrough(proxyPort, authority)
  socket.on('error', () => undefined)
  return createPeer(socket, options)
}
