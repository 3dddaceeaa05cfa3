/** The reverse proxy: a listener whose every connection gets an upstream connection of its own, opened when the client connects. */
import { createServer, type Server } from 'node:net'
import type { Clock } from '../pipe/clock.ts'
import { ProxyError } from '../errors.ts'
import { createServerMemory } from './answer-watch.ts'
import { Connection, type ConnectionOptions } from './connection.ts'
import { connectionEdits } from './edits.ts'
import { listen } from './listen.ts'
import { ownNames } from './own-names.ts'

export interface ReverseOptions extends ConnectionOptions {
  /** Edit heads where they name the proxy or the upstream. */
  readonly rewrite: boolean
  /** Fields set on every request; never recorded. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** How clients outside reach the proxy: scheme and authority. */
  readonly publicUrl?: URL | undefined
  readonly host: string
  /** 0 for any. */
  readonly port: number
  /** Numbers of connections, where several listeners have one tap. Default: counted from 1. */
  nextConnection?: () => number
}

export interface Listener {
  readonly address: string
  readonly port: number
  /** Connections accepted so far, and open now. */
  readonly connections: number
  readonly open: number
  recorderFull(full: boolean): void
  /** Stops listening and ends every connection; resolves when all sockets are gone, at the latest after `graceMs`. */
  close(graceMs: number): Promise<void>
}

/** Listens; throws `LISTEN_FAILED`. */
export async function listenReverse(options: ReverseOptions): Promise<Listener> {
  const live = new Set<Connection>()
  let full = false
  let connections = 0

  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true, highWaterMark: 1 })
  await listen(server, options.host, options.port)
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new ProxyError('LISTEN_FAILED', 'The listener has no address.')
  const { host, publicUrl, target } = options
  const names = { ...ownNames(host, bound.address, bound.port, publicUrl), upstream: target }
  const memory = createServerMemory()
  server.on('connection', (socket) => {
    connections++
    const parts = {
      id: options.nextConnection?.() ?? connections,
      client: { socket, raw: socket },
      tcp: socket,
      edits: connectionEdits({ names, rewrite: options.rewrite, headers: options.headers }),
      memory,
    }
    const connection = new Connection(parts, options, (closed) => live.delete(closed))
    live.add(connection)
    if (full) connection.recorderFull(true)
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
      for (const connection of live) connection.recorderFull(value)
    },
    close: (graceMs) => close(server, live, graceMs, options.clock),
  }
}

function close(server: Server, live: ReadonlySet<Connection>, graceMs: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.at(clock.now() + graceMs * 1000, () => {
      for (const connection of live) connection.stop('rst')
    })
    server.close(() => {
      cancel()
      resolve()
    })
    for (const connection of live) connection.stop('fin')
  })
}
