/** The proxy between us and the world: which hosts go through it, and the tunnel it opens (RFC 9110 §9.3.6). */
import { BlockList, isIP, type Socket } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import { ProxyError } from '../errors.ts'

export interface UpstreamProxy {
  readonly host: string
  readonly port: number
  /** The proxy itself is spoken to over TLS. */
  readonly tls: boolean
  /** Value of `Proxy-Authorization`; never recorded. */
  readonly authorization: string | undefined
  /** Do not verify the proxy's certificate. */
  readonly insecure: boolean
}

/** Reads `http://user:password@proxy:3128` or `https://…`. Throws `OPTION_INVALID`. */
export function parseUpstreamProxy(text: string, insecure = false): UpstreamProxy {
  const spelled = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`
  const url = URL.canParse(spelled) ? new URL(spelled) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    const shown = text.replace(/\/\/[^@/]*@/, '//***@')
    throw new ProxyError('OPTION_INVALID', `${shown} is not the URL of a proxy.`, {
      hint: 'Write it as http://proxy.example:3128 or http://user:password@proxy.example:3128 (https:// works too).',
    })
  }
  const tls = url.protocol === 'https:'
  const { username, password } = url
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (tls ? 443 : 80) : Number(url.port),
    tls,
    authorization:
      username === '' && password === '' ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`,
    insecure,
  }
}

/**
 * Reads `NO_PROXY`: hosts apart by commas or blanks. `example.com` means it and what is below it, as do `.example.com` and
 * `*.example.com`; `host:port` that port only; addresses and ranges (`10.0.0.0/8`) themselves; `*` everything.
 */
export function exemptions(noProxy: string): (host: string, port: number) => boolean {
  const rules = noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .map(exemption)
  return (host, port) => rules.some((rule) => rule(host.toLowerCase().replace(/\.$/, ''), port))
}

function exemption(word: string): (host: string, port: number) => boolean {
  if (word === '*') return () => true
  const range = /^([\d.]+|[\da-f:.]+)\/(\d+)$/.exec(word)
  if (range !== null && isIP(range[1] ?? '') !== 0) return within(range[1] ?? '', Number(range[2]))
  const [, bracketed, plain, port] = /^(?:\[(.*)\]|(.*?))(?::(\d+))?$/.exec(isIP(word) === 6 ? `[${word}]` : word) ?? []
  const name = (bracketed ?? plain ?? '').replace(/^\*?\./, '').replace(/\.$/, '')
  return (host, at) =>
    (port === undefined || Number(port) === at) && (host === name || (isIP(host) === 0 && host.endsWith(`.${name}`)))
}

function within(network: string, bits: number): (host: string) => boolean {
  const family = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4')
  if (bits > (isIP(network) === 6 ? 128 : 32)) return () => false
  const list = new BlockList()
  list.addSubnet(network, bits, family(network))
  return (host) => isIP(host) !== 0 && list.check(host, family(host))
}

/** An answer longer than this is none. */
const HEAD_BYTES = 64 * 1024

type Opened = (error: NodeJS.ErrnoException | undefined, socket: Socket) => void

/** Asks `proxy`, to which `raw` is connected, for a tunnel. Gives the socket that leads through it: `raw`, or the TLS over it. */
export function openTunnel(
  raw: Socket,
  proxy: UpstreamProxy,
  { host, port }: { host: string; port: number },
  opened: Opened,
): void {
  if (!proxy.tls) return ask(raw, proxy, host, port, opened)
  const options = {
    socket: raw,
    host: proxy.host,
    rejectUnauthorized: !proxy.insecure,
    highWaterMark: 1,
    ...(isIP(proxy.host) === 0 ? { servername: proxy.host } : {}),
  }
  const secure = tlsConnect(options)
  secure.once('error', (error) => opened(failure(`the TLS of the upstream proxy: ${error.message}`), secure))
  secure.once('secureConnect', () => {
    secure.removeAllListeners('error')
    secure.on('error', () => undefined)
    ask(secure, proxy, host, port, opened)
  })
}

function ask(socket: Socket, { authorization }: UpstreamProxy, host: string, port: number, opened: Opened): void {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const credentials = authorization === undefined ? '' : `Proxy-Authorization: ${authorization}\r\n`
  let head = Buffer.alloc(0)
  const stop = (): void => {
    socket.off('data', onData)
    socket.off('end', onEnd)
    socket.pause()
  }
  const onEnd = (): void => {
    stop()
    opened(failure('the upstream proxy closed the connection'), socket)
  }
  const onData = (bytes: Buffer): void => {
    head = Buffer.concat([head, bytes])
    const end = head.indexOf('\r\n\r\n')
    if (end < 0 && head.length < HEAD_BYTES) return
    stop()
    const [line = ''] = head.toString('latin1', 0, 200).split('\r\n')
    if (end < 0 || !/^HTTP\/1\.[01] 2\d\d/.test(line)) return opened(failure(refused(line)), socket)
    if (head.length > end + 4) socket.unshift(head.subarray(end + 4))
    opened(undefined, socket)
  }
  socket.on('data', onData)
  socket.on('end', onEnd)
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${credentials}\r\n`)
  socket.resume()
}

function refused(line: string): string {
  const status = /^HTTP\/1\.[01] (\d{3}.*)/.exec(line)?.[1]
  if (status === undefined) return 'what listens at --upstream-proxy is no HTTP proxy'
  const way = status.startsWith('407') ? '. Put user and password into the URL of --upstream-proxy' : ''
  return `the upstream proxy answered ${status}${way}`
}

function failure(message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(message), { code: 'UPSTREAM_PROXY' })
}
