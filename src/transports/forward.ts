/** The forward proxy: for clients that are told to use one. Each says where it wants to go, by absolute-form requests or CONNECT. */
import { createServer, type Server, type Socket } from 'node:net'
import { ProxyError } from '../errors.ts'
import type { Clock } from '../pipe/clock.ts'
import type { Tap } from '../pipe/tap.ts'
import type { Authority } from './authority.ts'
import type { DialOptions } from './dial.ts'
import { ForwardClient } from './forward-client.ts'
import { listen } from './listen.ts'
import type { Listener } from './reverse.ts'

export interface ForwardOptions {
  readonly host: string
  /** 0 for any. */
  readonly port: number
  /** Signs for the hosts whose TLS is opened; undefined leaves all TLS closed. */
  readonly authority: Authority | undefined
  /** Hosts whose tunnels stay closed: a name means itself and what is below it. */
  readonly tunnel: readonly string[]
  readonly upstream: DialOptions
  /** Fields set on every request; never recorded. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly onUnreachable: '502' | 'reset'
  readonly tap: Tap
  readonly clock: Clock
  /** Numbers of connections in the record: one for each client with each server, and one for each CONNECT. */
  nextConnection(): number
  /** True for addresses that are our own control plane. */
  isControlPlane(address: string, port: number): boolean
  /** Whether a client at this address may use us. */
  serves(address: string): boolean
  /** A client does not accept our certificates. */
  distrusted?(host: string, code: string): void
}

/** Listens; throws `LISTEN_FAILED`. */
export async function listenForward(options: ForwardOptions): Promise<Listener> {
  const live = new Set<ForwardClient>()
  let full = false
  let connections = 0
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true, highWaterMark: 1 })
  await listen(server, options.host, options.port)
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new ProxyError('LISTEN_FAILED', 'The listener has no address.')
  server.on('connection', (socket: Socket) => {
    connections++
    const client = new ForwardClient(socket, options, bound.port, () => live.delete(client))
    live.add(client)
    if (full) client.recorderFull(true)
  })
  return {
    address: bound.address,
    port: bound.port,
    get connections() {
      return connections
    },
    get open() {
      return live.size
    },
    recorderFull: (value) => {
      full = value
      for (const client of live) client.recorderFull(value)
    },
    close: (graceMs) => close(server, live, graceMs, options.clock),
  }
}

function close(server: Server, live: ReadonlySet<ForwardClient>, graceMs: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.at(clock.now() + graceMs * 1000, () => {
      for (const client of live) client.stop('rst')
    })
    server.close(() => {
      cancel()
      resolve()
    })
    for (const client of live) client.stop('fin')
  })
}
