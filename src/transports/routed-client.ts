/** One client of a listener with several servers. */
import type { Socket } from 'node:net'
import type { ClientShare } from './client-share.ts'
import { Connection, type ConnectionParts } from './connection.ts'
import { connectionEdits } from './edits.ts'
import { FirstExchange } from './first-exchange.ts'
import type { Arrival } from './listener.ts'
import type { Refusal } from './refusal.ts'
import { RequestRouter } from './request-router.ts'
import type { Route, RoutedOptions } from './routed.ts'

/** The name of no server: a request that names none gets an answer of ours, and the connection ends. */
const NOBODY = ''

/** Method, perhaps scheme and authority, perhaps a well-known document whose path is that of the resource (RFC 9728 §3.1). */
const ROUTED_LINE = /^\s*\S+ +(?:https?:\/\/[^/\s]*)?(?:\/\.well-known\/[^/\s?]+)?\/s\/([^/\s?#]+)(?=[/?#\s])/i

/** The server a request line names; undefined for none. */
export function serverNamed(line: string): string | undefined {
  const name = ROUTED_LINE.exec(`${line} `)?.[1]
  try {
    return name === undefined ? undefined : decodeURIComponent(name)
  } catch {
    return undefined
  }
}

export class RoutedClient {
  readonly #socket: Socket
  readonly #routes: ReadonlyMap<string, Route>
  readonly #options: RoutedOptions
  readonly #closed: () => void
  readonly #legs = new Set<Connection>()
  readonly #first: FirstExchange
  #full = false
  #gone = false

  /** `closed` is called once, when all sockets are gone. */
  constructor(
    { socket, waits }: Pick<Arrival, 'socket' | 'waits'>,
    routes: ReadonlyMap<string, Route>,
    options: RoutedOptions,
    closed: () => void,
  ) {
    this.#socket = socket
    this.#routes = routes
    this.#options = options
    this.#closed = closed
    socket.on('error', () => undefined)
    socket.once('close', () => {
      this.#gone = true
      this.#settle()
    })
    this.#first = new FirstExchange(socket, options, (line) => this.#asked(line), waits)
  }

  recorderFull(full: boolean): void {
    this.#full = full
    for (const leg of this.#legs) leg.recorderFull(full)
  }

  /** The proxy stops. */
  stop(how: 'fin' | 'rst'): void {
    for (const leg of this.#legs) leg.stop(how)
    if (this.#legs.size > 0 && how === 'fin') return
    if (!this.#socket.destroyed) this.#socket.resetAndDestroy()
  }

  /** A fault ends all of it. */
  cutAll(how: 'fin' | 'rst', rule: string): void {
    if (this.#legs.size === 0) this.#first.cut(how, rule)
    for (const leg of this.#legs) leg.cutAll(how, rule)
    if (how === 'rst' && !this.#socket.destroyed) this.#socket.resetAndDestroy()
  }

  letIn(): void {
    this.#first.letIn()
  }

  #settle(): void {
    if (this.#gone && this.#legs.size === 0) this.#closed()
  }

  #asked(line: string): void {
    if (!this.#routes.has(serverNamed(line) ?? NOBODY)) return this.#first.refuse(namesNobody(line, this.#routes))
    this.#first.leave()
    new RequestRouter({
      socket: this.#socket,
      route: (next) => {
        const name = serverNamed(next)
        return name !== undefined && this.#routes.has(name) ? name : NOBODY
      },
      opened: (name, share) => this.#leg(name, share),
      lost: () => void this.#socket.resetAndDestroy(),
    })
  }

  #leg(name: string, share: ClientShare): void {
    const route = this.#routes.get(name)
    const [any] = this.#routes.values()
    const { target, names, prefix, memory, upstream, rewrite, headers, onUnreachable } = route ?? any!
    const { tap, clock, policy, notice, nextConnection, isControlPlane } = this.#options
    const parts: ConnectionParts = {
      id: nextConnection(),
      client: { socket: share, raw: share },
      tcp: this.#socket,
      edits: (to) => connectionEdits({ names: { ...names, upstream: to }, rewrite, headers }),
      memory,
      ...(route === undefined ? { reach: ({ failed }) => this.#reachNobody(failed) } : {}),
    }
    const options = {
      target,
      server: name,
      prefix,
      upstream,
      onUnreachable,
      tap,
      clock,
      policy,
      notice,
      isControlPlane,
    }
    const leg = new Connection(parts, options, () => {
      this.#legs.delete(leg)
      this.#settle()
    })
    this.#legs.add(leg)
    if (this.#full) leg.recorderFull(true)
  }

  #reachNobody(failed: (code: string, message: string) => void): () => void {
    queueMicrotask(() => failed('SERVER_UNKNOWN', knownServers(this.#routes)))
    return () => undefined
  }
}

/** Never 404: clients read that as evidence about sessions. */
function namesNobody(line: string, routes: ReadonlyMap<string, Route>): Refusal {
  const shown = line.slice(0, 80).replace(/[^\x20-\x7e]+/g, '?')
  return {
    code: 'SERVER_UNKNOWN',
    status: 502,
    message: `"${shown}" names no server of this proxy. ${knownServers(routes)}`,
  }
}

function knownServers(routes: ReadonlyMap<string, Route>): string {
  return `Known are ${[...routes.values()].map(({ prefix }) => `${prefix}/`).join(', ')}`
}
