/** What every listener of clients is: who is let in, who is connected, how they are slowed, how they are seen off. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { ProxyError } from '../errors.ts'
import type { Clock } from '../pipe/clock.ts'
import { noPolicy, type Policy } from '../pipe/policy.ts'
import type { ConnectionInfo, Tap } from '../pipe/tap.ts'
import { connectionInfo } from './connection-info.ts'
import { createDoor } from './listener-door.ts'
import { KeptWaiting } from './kept-waiting.ts'
import { listen } from './listen.ts'
import { TurnedAway, type Refused, type TurnedAwayOptions } from './turned-away.ts'

export interface Listener {
  readonly address: string
  readonly port: number
  /** Connections accepted so far, and open now; those that faults turned away too. */
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
  /** A fault ends all of it. */
  cutAll(how: 'fin' | 'rst', rule: string): void
  /** It has been kept waiting, and is served from now on. */
  letIn(): void
}

/** Who has connected. */
export interface Arrival {
  readonly socket: Socket
  /** How many came before it, and itself: the connection's number in the record where there is one for each. */
  readonly number: number
  /** The rule that keeps it waiting: it hears nothing, and no server hears of it, until `letIn`. */
  readonly waits: string | undefined
}

/** Serves a client; `gone` is called once, when all its sockets are. */
export type Accept = (arrival: Arrival, gone: (client: ListenerClient) => void) => ListenerClient

export interface ListenOptions {
  readonly host: string
  /** 0 for any. */
  readonly port: number
  readonly clock: Clock
  readonly tap: Tap
  /** Default: `noPolicy`. */
  readonly policy?: Policy | undefined
  /** Numbers of connections, where several listeners have one tap. Default: counted from 1. */
  nextConnection?: () => number
}

/** Where clients are pointed at. */
export interface ListenFor {
  /** Names of the servers behind it. */
  readonly servers: readonly string[]
  /** The one server's URL, where there is one. */
  readonly target?: URL
}

/** Listens; `accepting` is told the bound address and gives what serves each socket. Throws `LISTEN_FAILED`. */
export async function openListener(
  options: ListenOptions,
  behind: ListenFor,
  accepting: (bound: AddressInfo) => Accept,
): Promise<Listener> {
  const { host, port, clock, policy = noPolicy } = options
  const live = new Set<ListenerClient>()
  const waiting = new KeptWaiting<ListenerClient>(clock)
  const away = new Set<TurnedAway>()
  let full = false
  let connections = 0
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true, highWaterMark: 1 })
  await listen(server, host, port)
  const bound = addressOf(server)
  const accept = accepting(bound)
  const door = createDoor(server, host, bound.port, clock)
  server.on('connection', (socket) => {
    const number = ++connections
    const address = socket.remoteAddress ?? ''
    const admission = policy.admit({ servers: behind.servers, address, open: live.size - waiting.size })
    if (admission.do !== 'accept' && admission.do !== 'hang') {
      const about = { ...options, id: options.nextConnection?.() ?? number, info: infoOf(socket, behind) }
      return turnAway(socket, admission, about, away)
    }
    const client = accept({ socket, number, waits: admission.do === 'hang' ? admission.rule : undefined }, (gone) => {
      live.delete(gone)
      waiting.remove(gone)
    })
    live.add(client)
    if (admission.do === 'hang') waiting.add(client, admission)
    if (full) client.recorderFull(true)
  })
  policy.listening({
    servers: behind.servers,
    shut: (existing, rule) => {
      door.shut()
      if (existing !== 'keep') for (const client of [...live, ...away]) client.cutAll(existing, rule)
    },
    reopen: () => door.reopen(),
    letIn: (rule) => waiting.letIn(rule),
  })
  return {
    address: bound.address,
    port: bound.port,
    get connections() {
      return connections
    },
    get open() {
      return live.size + away.size
    },
    recorderFull: (value) => {
      full = value
      for (const client of live) client.recorderFull(value)
    },
    close: (graceMs) => {
      door.lock()
      return close(server, () => [...live, ...away], graceMs, clock)
    },
  }
}

function turnAway(socket: Socket, admission: Refused, about: TurnedAwayOptions, away: Set<TurnedAway>): void {
  const client: TurnedAway = new TurnedAway(socket, admission, about, () => away.delete(client))
  away.add(client)
}

function addressOf(server: Server): AddressInfo {
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new ProxyError('LISTEN_FAILED', 'The listener has no address.')
  return bound
}

const infoOf = (socket: Socket, { target, servers }: ListenFor): ConnectionInfo =>
  connectionInfo(socket, target, servers.length === 1 ? servers[0] : '')

function close(
  server: Server,
  clients: () => Pick<ListenerClient, 'stop'>[],
  graceMs: number,
  clock: Clock,
): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.at(clock.now() + graceMs * 1000, () => {
      for (const client of clients()) client.stop('rst')
    })
    server.close(() => {
      cancel()
      resolve()
    })
    for (const client of clients()) client.stop('fin')
  })
}
