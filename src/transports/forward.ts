/** The forward proxy: for clients that are told to use one. Each says where it wants to go, by absolute-form requests or CONNECT. */
import type { Clock } from '../pipe/clock.ts'
import type { Policy } from '../pipe/policy.ts'
import type { Tap } from '../pipe/tap.ts'
import type { Authority } from './authority.ts'
import type { DialOptions } from './dial.ts'
import { ForwardClient } from './forward-client.ts'
import { openListener, type Listener } from './listener.ts'

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
  /** Default: `noPolicy`. */
  readonly policy?: Policy | undefined
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
export function listenForward(options: ForwardOptions): Promise<Listener> {
  return openListener(options, { servers: [] }, ({ port }) => (arrival, gone) => {
    const client: ForwardClient = new ForwardClient(arrival, options, port, () => gone(client))
    return client
  })
}
