/* oxlint-disable typescript/consistent-type-imports -- a CommonJS module cannot import types in another way */
/**
 * Loaded into every Node process of a client that `mitmcp run` starts: Nodes older than 22.21 and 24.5 do not read the proxy
 * variables. Sends `fetch`, `node:http` and `node:https` through the proxy; everything else of the process is left alone.
 */
const http = require('node:http') as typeof import('node:http')
const https = require('node:https') as typeof import('node:https')
const net = require('node:net') as typeof import('node:net')
const tls = require('node:tls') as typeof import('node:tls')

type Socket = import('node:net').Socket
type Connect = (options: Options, done?: (error: Error | null, socket?: Socket) => void) => Socket | undefined
interface Options {
  readonly host?: string
  readonly hostname?: string
  readonly port?: number | string
  readonly servername?: string
  readonly socketPath?: string
  readonly path?: string
}

const proxy = process.env['HTTP_PROXY'] ?? ''
const DISPATCHER = Symbol.for('undici.globalDispatcher.1')

/** Nodes that read the variables themselves when `NODE_USE_ENV_PROXY` is set. */
function readsVariables(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return (major === 22 && minor >= 21) || (major === 24 && minor >= 5) || major > 24
}

/** `fetch`: made when it is first used, as loading takes a while and most processes never fetch. */
function sendFetch(): void {
  let made: unknown
  Object.defineProperty(globalThis, DISPATCHER, {
    configurable: true,
    get: () => {
      if (made !== undefined) return made
      // the library asks for it while it is being loaded, and puts its own there when there is none
      made = {}
      const { EnvHttpProxyAgent } = require('undici') as Partial<typeof import('undici')>
      const placeholder = made
      // where the client shares our copy of the library and loads it just now, nothing of it is there yet
      made = EnvHttpProxyAgent === undefined ? undefined : new EnvHttpProxyAgent()
      return made ?? placeholder
    },
    set: (value) => {
      made = value
    },
  })
}

/** Every agent of `node:http`: a tunnel for each connection, in the clear too. */
function sendHttp(): void {
  const agent = http.Agent.prototype as unknown as { createConnection: Connect }
  const secureAgent = https.Agent.prototype as unknown as { createConnection: Connect }
  const direct = agent.createConnection
  agent.createConnection = function (options, done) {
    if (options.socketPath !== undefined || done === undefined) return direct.call(this, options, done)
    tunnel(options, 80, done)
    return undefined
  }
  const directSecure = secureAgent.createConnection
  secureAgent.createConnection = function (options, done) {
    if (options.socketPath !== undefined || done === undefined) return directSecure.call(this, options, done)
    tunnel(options, 443, (error, socket) => {
      if (error !== null || socket === undefined) return done(error)
      const host = options.host ?? options.hostname ?? 'localhost'
      const servername = options.servername ?? (net.isIP(host) === 0 ? host : '')
      done(null, tls.connect({ ...(options as import('node:tls').ConnectionOptions), socket, servername, host }))
    })
    return undefined
  }
}

/** RFC 9110 §9.3.6. */
function tunnel(options: Options, usual: number, done: (error: Error | null, socket?: Socket) => void): void {
  const host = options.host ?? options.hostname ?? 'localhost'
  const authority = `${host.includes(':') ? `[${host}]` : host}:${options.port ?? usual}`
  const { hostname, port } = new URL(proxy)
  const socket = net.connect(Number(port), hostname)
  let head = Buffer.alloc(0)
  const finish = (error: Error | null): void => {
    socket.off('readable', read)
    socket.off('error', finish)
    if (error !== null) socket.destroy()
    done(error, socket)
  }
  const read = (): void => {
    head = Buffer.concat([head, (socket.read() as Buffer | null) ?? Buffer.alloc(0)])
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) return
    if (head.length > end + 4) socket.unshift(head.subarray(end + 4))
    const refused = Object.assign(new Error(`mitmcp cannot reach ${authority}`), { code: 'ECONNREFUSED' })
    finish(head.toString('latin1', 0, 12) === 'HTTP/1.1 200' ? null : refused)
  }
  socket.on('readable', read)
  socket.on('error', finish)
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`)
}

if (proxy !== '' && !readsVariables()) {
  sendFetch()
  sendHttp()
}
