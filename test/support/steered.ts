/** A transport with a policy that a test has in its hands, before a raw server. */
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { readFileSync } from 'node:fs'
import { connect as tlsConnect, TLSSocket } from 'node:tls'
import { onTestFinished } from 'vitest'
import { createClock } from '../../src/pipe/clock.ts'
import { nullTap } from '../../src/pipe/null-tap.ts'
import { noPolicy, type Policy, type SteeredConnection, type SteeredListener } from '../../src/pipe/policy.ts'
import type { Tap } from '../../src/pipe/tap.ts'
import { openAuthority } from '../../src/transports/authority.ts'
import { transports, type Listener } from '../../src/transports/index.ts'
import type { Ending } from '../../src/wire/ending.ts'
import { createPeer, dial, type Peer } from './raw.ts'
import { authorityFolder, tunnelThrough } from './start-forward.ts'

export const modes = ['reverse', 'routed', 'absolute', 'tunnel', 'tls'] as const
export type Mode = (typeof modes)[number]

/** What the record was told, connection by connection. */
export interface Told {
  readonly endings: Partial<Record<'c2s' | 's2c', Ending & { unsent: number }>>
  /** `direction rule bytes`. */
  readonly edits: string[]
  readonly notes: { kind: string; detail: unknown }[]
  upstream: string
  closed: boolean
}

export interface Steered {
  readonly mode: Mode
  readonly listener: Listener
  /** The server, as clients of a forward proxy name it. */
  readonly authority: string
  readonly door: SteeredListener
  /** Those that were opened and are not over. */
  readonly live: Set<SteeredConnection>
  readonly told: Map<number, Told>
  readonly policy: { -readonly [name in keyof Policy]: Policy[name] }
  /** A client; in a tunnel once that is open. */
  dial(): Promise<Peer>
  /** Bytes of TLS and all that have come to a client. */
  read(client: Peer): number
  /** A request as this mode wants it. */
  get(path: string): string
  /** The oldest connection to the server nobody has taken. */
  accept(): Promise<Peer>
  /** A client whose request has come to the server, and the connection between. */
  open(path?: string): Promise<{ client: Peer; server: Peer; connection: SteeredConnection; told: Told }>
  /** Resolves when that is so. */
  until(what: () => boolean): Promise<void>
}

const pem = (name: string): string => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8')
const UPSTREAM = { insecure: true }

/** A raw server; its connections in order. */
export async function rawServer({ tls = false } = {}): Promise<{ port: number; accept(): Promise<Peer> }> {
  const accepted: Peer[] = []
  const waiting: ((peer: Peer) => void)[] = []
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true, highWaterMark: 1 }, (raw) => {
    sockets.add(raw)
    raw.on('error', () => undefined)
    const identity = { key: pem('localhost.key'), cert: pem('localhost.pem'), isServer: true, highWaterMark: 1 }
    const peer = createPeer(tls ? new TLSSocket(raw, identity) : raw, { raw })
    const taker = waiting.shift()
    if (taker === undefined) accepted.push(peer)
    else taker(peer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return {
    port: (server.address() as AddressInfo).port,
    accept: () => {
      const peer = accepted.shift()
      return peer === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(peer)
    },
  }
}

/** `serverPort`: another server than the raw one that is started. */
export async function steer(
  mode: Mode,
  policy: Partial<Policy> = {},
  { onUnreachable = '502' as '502' | 'reset', serverPort = 0 } = {},
): Promise<Steered> {
  const server = await rawServer({ tls: mode === 'tls' })
  const port = serverPort === 0 ? server.port : serverPort
  const live = new Set<SteeredConnection>()
  const told = new Map<number, Told>()
  let door: SteeredListener | undefined
  const steering = {
    ...noPolicy,
    ...policy,
    opened: (connection: SteeredConnection) => {
      const over = policy.opened?.(connection)
      live.add(connection)
      return () => {
        over?.()
        live.delete(connection)
      }
    },
    listening: (listener: SteeredListener) => void (door = listener),
  }
  let connections = 0
  const authority = mode === 'tls' ? await openAuthority(authorityFolder) : undefined
  const common = {
    host: '127.0.0.1',
    port: 0,
    upstream: UPSTREAM,
    onUnreachable,
    policy: steering,
    tap: tapInto(told),
    clock: createClock(),
    headers: [],
    nextConnection: () => ++connections,
    isControlPlane: () => false,
  }
  const one = { target: new URL(`http://127.0.0.1:${port}/mcp`), rewrite: true }
  const forward = { ...common, authority, tunnel: [], serves: () => true }
  const listener =
    mode === 'reverse'
      ? await transports.reverse({ ...common, ...one, server: 'own' })
      : mode === 'routed'
        ? await transports.routed({
            ...common,
            servers: [{ ...one, name: 'own', upstream: UPSTREAM, headers: [], onUnreachable }],
          })
        : await transports.forward(forward)
  onTestFinished(() => listener.close(0))
  const raws = new Map<Peer, Socket>()
  const client = async (): Promise<Peer> => {
    if (mode === 'tunnel') return createPeer(withErrors(await tunnelThrough(listener.port, `127.0.0.1:${port}`)))
    if (mode !== 'tls') return dial(listener.port)
    const raw = withErrors(await tunnelThrough(listener.port, `localhost:${port}`))
    const secure = tlsConnect({ socket: raw, servername: 'localhost', rejectUnauthorized: false })
    await new Promise<void>((resolve, reject) => secure.once('secureConnect', resolve).once('error', reject))
    const peer = createPeer(secure, { raw })
    raws.set(peer, raw)
    return peer
  }
  const paths: Partial<Record<Mode, string>> = { routed: '/s/own', absolute: `http://127.0.0.1:${port}` }
  const get = (path: string): string => `GET ${paths[mode] ?? ''}${path} HTTP/1.1\r\nHost: x\r\n\r\n`
  const steered: Steered = {
    mode,
    listener,
    authority: `${mode === 'tls' ? 'localhost' : '127.0.0.1'}:${port}`,
    get door() {
      if (door === undefined) throw new Error('nobody listens')
      return door
    },
    live,
    told,
    policy: steering,
    dial: async () => {
      const peer = await client()
      onTestFinished(() => void peer.socket.destroy())
      return peer
    },
    read: (peer) => (raws.get(peer) ?? peer.socket).bytesRead,
    get,
    accept: server.accept,
    open: async (path = '/mcp') => {
      const peer = await steered.dial()
      peer.write(get(path))
      const other = await server.accept()
      await other.until('\r\n\r\n')
      const connection = [...live].at(-1)
      if (connection === undefined) throw new Error('no connection')
      return { client: peer, server: other, connection, told: told.get(connection.id) as Told }
    },
    until,
  }
  return steered
}

function withErrors(socket: Socket): Socket {
  socket.on('error', () => undefined)
  return socket
}

async function until(what: () => boolean): Promise<void> {
  const end = performance.now() + 5000
  while (!what()) {
    if (performance.now() > end) throw new Error(`never: ${String(what)}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

function tapInto(told: Map<number, Told>): Tap {
  const of = (id: number): Told => {
    const known = told.get(id) ?? { endings: {}, edits: [], notes: [], upstream: '', closed: false }
    told.set(id, known)
    return known
  }
  return {
    ...nullTap,
    opened: (id) => void of(id),
    upstream: (id, { address, port, error }) => void (of(id).upstream = error ?? `${address}:${port}`),
    edited: (id, direction, _offset, _removed, bytes, rule) =>
      void of(id).edits.push(`${direction} ${rule} ${Buffer.from(bytes).toString('latin1')}`),
    ended: (id, direction, _at, ending, unsent) => void (of(id).endings[direction] ??= { ...ending, unsent }),
    note: (id, _at, kind, detail) => void of(id).notes.push({ kind, detail }),
    closed: (id) => void (of(id).closed = true),
  }
}
