/** What every listener of clients is: who is connected, how they are slowed, how they are seen off. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { ProxyError } from '../errors.ts'
import type { Clock } from '../pipe/clock.ts'
import { listen } from './listen.ts'

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

/** One that has connected. */
export interface ListenerClient {
  recorderFull(full: boolean): void
  stop(how: 'fin' | 'rst'): void
}

/** Serves a socket, the `number`th of its listener; `gone` is called once, when all its sockets are. */
export type Accept = (socket: Socket, number: number, gone: (client: ListenerClient) => void) => ListenerClient

export interface ListenOptions {
  readonly host: string
  /** 0 for any. */
  readonly port: number
  readonly clock: Clock
}

/** Listens; `accepting` is told the bound address and gives what serves each socket. Throws `LISTEN_FAILED`. */
export async function openListener(
  { host, port, clock }: ListenOptions,
  accepting: (bound: AddressInfo) => Accept,
): Promise<Listener> {
  const live = new Set<ListenerClient>()
  let full = false
  let connections = 0
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true, highWaterMark: 1 })
  await listen(server, host, port)
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new ProxyError('LISTEN_FAILED', 'The listener has no address.')
  const accept = accepting(bound)
  server.on('connection', (socket) => {
    const client = accept(socket, ++connections, (gone) => live.delete(gone))
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
    close: (graceMs) => close(server, live, graceMs, clock),
  }
}

function close(server: Server, live: ReadonlySet<ListenerClient>, graceMs: number, clock: Clock): Promise<void> {
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
