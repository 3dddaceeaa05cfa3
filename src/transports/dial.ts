/** Opens the upstream's side of a connection: TCP, on request through another proxy, and TLS over it. */
import { connect, isIP, type Socket } from 'node:net'
import { connect as tlsConnect, type SecureContext } from 'node:tls'
import { ReadBuffer } from './read-buffer.ts'
import { openTunnel, type UpstreamProxy } from './upstream-proxy.ts'

export interface DialTarget {
  readonly host: string
  readonly port: number
  readonly tls: boolean
}

/** How upstreams are reached, the same for every connection of a listener. */
export interface DialOptions {
  /** Do not verify certificates. */
  readonly insecure: boolean
  /** Trusted authorities and a client certificate, where they are not the system's and none. */
  readonly secureContext?: SecureContext
  /** The proxy to go through for a host and port; undefined: straight. */
  readonly via?: (host: string, port: number) => UpstreamProxy | undefined
}

/**
 * A connected upstream: bytes go through `socket`; `raw` is the TCP socket underneath, the same without TLS. `via`: the TCP
 * connection ends at another proxy.
 */
export interface Dialled {
  readonly socket: Socket
  readonly raw: Socket
  readonly via: boolean
  /** What the socket is read into, where that is not Node's business. */
  readonly reads?: ReadBuffer
}

export interface DialHandlers {
  connected(dialled: Dialled): void
  /** `code` is the errno, Node's code of the TLS failure, or `UPSTREAM_PROXY` when the proxy in between refused. */
  failed(code: string, message: string): void
}

/** Host, port and scheme of a target URL. Schemes: http, https, ws, wss. */
export function dialTarget(url: URL): DialTarget {
  const tls = url.protocol === 'https:' || url.protocol === 'wss:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return { host, port: url.port === '' ? (tls ? 443 : 80) : Number(url.port), tls }
}

/** Starts dialling; the function given back gives up. Exactly one handler is called, unless given up. */
export function dial(target: DialTarget, options: DialOptions, handlers: DialHandlers): () => void {
  const { host } = target
  if (!target.tls) return dialTcp(target, options, handlers, new ReadBuffer())
  let giveUp = dialTcp(target, options, {
    failed: handlers.failed,
    connected: (dialled) => (giveUp = startTls(dialled, host, options, handlers)),
  })
  return () => giveUp()
}

/** As `dial`, without TLS whatever the target says. With `buffer` nothing may be laid over the socket. */
export function dialTcp(
  { host, port }: DialTarget,
  { via }: DialOptions,
  handlers: DialHandlers,
  buffer?: ReadBuffer,
): () => void {
  const proxy = via?.(host, port)
  const where = proxy ?? { host, port }
  // the answer of a proxy in between is read in Node's way
  const reads = proxy === undefined ? buffer : undefined
  const raw = connect({
    ...HALF_OPEN,
    host: where.host,
    port: where.port,
    ...(reads === undefined ? {} : { onread: reads.onread }),
  })
  const { fail, done, over } = settling(raw, handlers)
  raw.once('error', fail)
  raw.once('connect', () => {
    if (proxy === undefined) return done({ socket: raw, raw, via: false, ...(reads === undefined ? {} : { reads }) })
    openTunnel(raw, proxy, { host, port }, (error, socket) => {
      if (error === undefined) done({ socket, raw, via: true })
      else fail(error)
    })
  })
  return over
}

/** TLS over what is dialled, ALPN http/1.1 only. `servername` goes out as SNI unless it is an address. As `dial`. */
export function startTls(
  { socket, raw, via }: Dialled,
  servername: string,
  { insecure, secureContext }: DialOptions,
  handlers: DialHandlers,
): () => void {
  const options = {
    socket,
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: !insecure,
    host: servername,
    highWaterMark: 1,
    ...(secureContext === undefined ? {} : { secureContext }),
    ...(isIP(servername) === 0 ? { servername } : {}),
  }
  const secure = tlsConnect(options)
  const { fail, done, over } = settling(raw, handlers)
  raw.once('error', fail)
  secure.once('error', fail)
  secure.once('secureConnect', () => {
    secure.off('error', fail)
    done({ socket: secure, raw, via })
  })
  return over
}

const HALF_OPEN = { allowHalfOpen: true, noDelay: true, highWaterMark: 1 }

/** Errors of a socket that somebody else listens to by now. One for all: a closure of its own would keep what the dial needed. */
const ignored = (): void => undefined

/** The first of `fail`, `done` and `over` counts. */
function settling(raw: Socket, handlers: DialHandlers) {
  let settled = false
  const settle = (then: () => void): void => {
    if (settled) return
    settled = true
    raw.off('error', fail)
    raw.on('error', ignored)
    then()
  }
  const fail = (error: NodeJS.ErrnoException): void =>
    settle(() => {
      raw.destroy()
      handlers.failed(codeOf(error), error.message)
    })
  return {
    fail,
    done: (dialled: Dialled): void => settle(() => handlers.connected(dialled)),
    over: (): void => settle(() => raw.destroy()),
  }
}

/** `connect` to a name with several addresses fails with all their errors at once. */
function codeOf(error: NodeJS.ErrnoException | AggregateError): string {
  const first = 'errors' in error ? (error.errors[0] as NodeJS.ErrnoException | undefined) : error
  return first?.code ?? 'UNKNOWN'
}
