/** Forward mode as the laws start it: each client asks for a tunnel to the server, or makes its requests as to a proxy. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, type NetConnectOpts, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { connect as tlsConnect } from 'node:tls'
import { join } from 'node:path'
import { createForward, type Forward, type ForwardSettings } from '../../src/proxy.ts'
import { createPeer, type Peer, type PeerOptions } from './raw.ts'
import { SERVER_HOST, type Started, type StartOptions, type StartProxy } from './line.ts'
import { dialPrefixed, type Prefix } from './prefixed.ts'
import { secureServer } from './secure-server.ts'

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

/**
 * By requests in absolute form. A proxy names the server of the target in `Host` (RFC 9112 §3.2.2): where it does, the server of a
 * line is shown what the client wrote.
 */
export function startAbsolute(more: Partial<ForwardSettings> = {}): StartProxy {
  return async ({ port, host = '127.0.0.1' }, { onUnreachable, headers } = {}): Promise<Started> => {
    const proxy = await startForward({
      ...more,
      ...(onUnreachable === undefined ? {} : { onUnreachable }),
      ...(headers === undefined ? {} : { headers }),
    })
    const origin: Prefix = { text: `http://${host}:${port}`, isOrigin: true }
    const field = new RegExp(`^(host:[ \\t]*)${host}:${port}(?=[ \\t]*\\r?$)`, 'gim')
    return {
      port: proxy.port,
      dial: (options) => dialPrefixed(proxy.port, origin, options),
      asWritten: (text) => text.replaceAll(field, `$1${SERVER_HOST}`),
      close: proxy.close,
    }
  }
}

/** Through CONNECT, with TLS opened on both sides. */
export function startTls(more: Partial<ForwardSettings> = {}): StartProxy {
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
  return Object.assign(start, { secure: secureServer })
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

const NOBODY = 'it names no server: test/transports/forward.test.ts says what it is told'
const AT_THE_HEAD = 'which server is meant is known with the first request line: nothing is dialled before'

/** Laws that requests in absolute form are excused from, and why. */
export const absoluteExcept: Readonly<Record<string, string>> = {
  'law 1: passes heads byte for byte': 'what is for a proxy goes: test/transports/forward.test.ts',
  'law 3: passes CONNECT': 'it opens a tunnel: test/transports/forward.test.ts',
  'law 3: passes an absolute-form target': 'it names the server to ask',
  'law 6: passes FIN of the client as FIN before a word': AT_THE_HEAD,
  'law 6: passes RST of the client as RST before a word': AT_THE_HEAD,
  'law 6: passes FIN of the server as FIN before a word': AT_THE_HEAD,
  'law 6: passes RST of the server as RST before a word': AT_THE_HEAD,
  'law 6: passes RST of a client that leaves as soon as it has asked': AT_THE_HEAD,
  'law 6: passes what a server says unasked': AT_THE_HEAD,
  'law 6: passes the end of an aborted fetch': 'Node 20’s fetch asks no proxy by itself',
  'law 14: passes a bad request': NOBODY,
  'law 14: passes HTTP/0.9': NOBODY,
  'law 14: passes HTTP/2': NOBODY,
  'law 14: passes a TLS hello': NOBODY,
  'law 14: passes noise': NOBODY,
  'law 14: passes a single byte': NOBODY,
  'law 20: names the upstream': 'nothing names the proxy: the target does not, and Host says what the target says',
}

/** Laws that do not hold where TLS is opened in tunnels, and why. */
export const tlsExcept = {
  'law 6: passes RST of a client that leaves as soon':
    'a reset throws away what TLS has not written yet, and the server is not reached before its own handshake',
  'law 6: passes the end of an aborted fetch': 'Node 20’s fetch opens no tunnels by itself',
  'law 7: answers': 'CONNECT itself is refused: test/transports/forward.test.ts',
  'law 7: delivers the 502': 'CONNECT itself is refused: test/transports/forward.test.ts',
  'law 7: says nothing': 'CONNECT itself is refused: test/transports/forward.test.ts',
  'law 7: resets the client': 'CONNECT itself is reset: test/transports/forward.test.ts',
  'law 20: names the upstream': 'nothing is edited in a tunnel',
} as const

/** The same for HTTP without TLS in tunnels. */
export const tunnelsExcept = {
  'law 20: names the upstream': 'nothing is edited in a tunnel',
  'law 6: passes the end of an aborted fetch': 'Node 20’s fetch opens no tunnels by itself',
  'law 7: answers': 'CONNECT itself is refused: test/transports/forward.test.ts',
  'law 7: delivers the 502': 'CONNECT itself is refused: test/transports/forward.test.ts',
  'law 7: says nothing': 'CONNECT itself is refused: test/transports/forward.test.ts',
  'law 7: resets the client': 'CONNECT itself is reset: test/transports/forward.test.ts',
  'law 14: passes a TLS hello':
    'TLS is opened here; a tunnel that stays closed passes it: test/transports/forward.test.ts',
} as const
