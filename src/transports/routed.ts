/** Many servers behind one listener, at `/s/<name>/…`: each request says by its path whom it is for. */
import type { Clock } from '../pipe/clock.ts'
import type { Policy } from '../pipe/policy.ts'
import type { Tap } from '../pipe/tap.ts'
import { createServerMemory, type ServerMemory } from './answer-watch.ts'
import type { DialOptions } from './dial.ts'
import type { Names } from './edits.ts'
import { openListener, type Listener } from './listener.ts'
import { ownNames } from './own-names.ts'
import { RoutedClient } from './routed-client.ts'

/** One of the servers. */
export interface RoutedServer {
  /** In paths and in the record; unique. */
  readonly name: string
  readonly target: URL
  readonly upstream: DialOptions
  /** Edit where requests name the proxy, or answers the upstream. The path is edited in any case. */
  readonly rewrite: boolean
  /** Fields set on every request; never recorded. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly onUnreachable: '502' | 'reset'
}

export interface RoutedOptions {
  readonly servers: readonly RoutedServer[]
  readonly host: string
  /** 0 for any. */
  readonly port: number
  /** How clients outside reach the proxy: scheme and authority. */
  readonly publicUrl?: URL | undefined
  readonly tap: Tap
  readonly clock: Clock
  /** Default: `noPolicy`. */
  readonly policy?: Policy | undefined
  readonly notice?: ((message: string) => void) | undefined
  /** Numbers of connections in the record: one for each client with each server. */
  nextConnection(): number
  /** True for addresses that are our own control plane. */
  isControlPlane(address: string, port: number): boolean
}

/** A server as all its connections see it. */
export interface Route extends RoutedServer {
  readonly prefix: string
  readonly names: Names
  readonly memory: ServerMemory
}

/** Path under which clients reach a server: `/s/<name>`. */
export function routedPrefix(name: string): string {
  return `/s/${encodeURIComponent(name)}`
}

/** Listens; throws `LISTEN_FAILED`. */
export function listenRouted(options: RoutedOptions): Promise<Listener> {
  const behind = { servers: options.servers.map(({ name }) => name) }
  return openListener(options, behind, (bound) => {
    const own = ownNames(options.host, bound.address, bound.port, options.publicUrl)
    const routes = new Map(options.servers.map((each) => [each.name, routeOf(each, own)]))
    return (arrival, gone) => {
      const client: RoutedClient = new RoutedClient(arrival, routes, options, () => gone(client))
      return client
    }
  })
}

function routeOf(server: RoutedServer, own: Omit<Names, 'upstream'>): Route {
  const prefix = routedPrefix(server.name)
  return { ...server, prefix, names: { ...own, upstream: server.target, prefix }, memory: createServerMemory() }
}
