/** Opens the upstream's side of a connection. */
import { connect, type Socket } from 'node:net'
import { connect as tlsConnect } from 'node:tls'

export interface DialTarget {
  readonly host: string
  readonly port: number
  readonly tls: boolean
  /** Do not verify the certificate. */
  readonly insecure: boolean
}

/** A connected upstream: bytes go through `socket`; `raw` is the TCP socket underneath, the same without TLS. */
export interface Dialled {
  readonly socket: Socket
  readonly raw: Socket
}

export interface DialHandlers {
  connected(dialled: Dialled): void
  /** `code` is the errno, or Node's code of the TLS failure. */
  failed(code: string, message: string): void
}

/** Host, port and scheme of a target URL. Schemes: http, https, ws, wss. */
export function dialTarget(url: URL, insecure: boolean): DialTarget {
  const tls = url.protocol === 'https:' || url.protocol === 'wss:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return { host, port: url.port === '' ? (tls ? 443 : 80) : Number(url.port), tls, insecure }
}

/** Starts dialling; the function given back gives up. Exactly one handler is called, unless given up. */
export function dial(target: DialTarget, handlers: DialHandlers): () => void {
  const { host, port } = target
  const options = { host, port, allowHalfOpen: true, noDelay: true, highWaterMark: 1 }
  const raw = connect(options)
  let settled = false
  let socket: Socket = raw

  const fail = (error: NodeJS.ErrnoException): void => {
    if (settled) return
    settled = true
    raw.destroy()
    handlers.failed(codeOf(error), error.message)
  }
  const done = (): void => {
    if (settled) return
    settled = true
    raw.off('error', fail)
    socket.off('error', fail)
    raw.on('error', () => undefined)
    handlers.connected({ socket, raw })
  }

  raw.once('error', fail)
  if (!target.tls) {
    raw.once('connect', done)
  } else {
    raw.once('connect', () => {
      const servername = /^[\d.]+$|:/.test(host) ? undefined : host
      const secure = tlsConnect({
        socket: raw,
        ALPNProtocols: ['http/1.1'],
        rejectUnauthorized: !target.insecure,
        ...(servername === undefined ? {} : { servername }),
      })
      socket = secure
      secure.once('error', fail)
      secure.once('secureConnect', done)
    })
  }
  return () => {
    settled = true
    raw.on('error', () => undefined)
    raw.destroy()
  }
}

/** `connect` to a name with several addresses fails with all their errors at once. */
function codeOf(error: NodeJS.ErrnoException | AggregateError): string {
  const first = 'errors' in error ? (error.errors[0] as NodeJS.ErrnoException | undefined) : error
  return first?.code ?? 'UNKNOWN'
}
