/** Composition root: the only place that knows everyone. */
import { parsePublicUrl, parseTarget } from './config/target.ts'
import { ProxyError } from './errors.ts'
import type { RecorderState } from './recorder/index.ts'
import type { Served } from './proxy/desk-thread.ts'
import type { FaultRules } from './proxy/own-rules.ts'
import { openListeners, type Opening } from './proxy/ports.ts'
import { openForward, type ForwardSettings, type OpenedForward } from './proxy/forward.ts'
import { dialOptions, type ReachSettings } from './proxy/reach.ts'
import { isLocal, openStation, type Station, type StationOptions, type StationStats } from './proxy/station.ts'
import { routedPrefix, transports, type Listener } from './transports/index.ts'

export type { RecordDepth, RedactOptions } from './proxy/station.ts'
export { defaultAuthorityFolder, type ForwardSettings } from './proxy/forward.ts'
export type { FaultRules, OwnRule } from './proxy/own-rules.ts'
export type { ReachSettings } from './proxy/reach.ts'
export type { RecorderState, Served, StationOptions }
export type ProxyStats = StationStats

/** How one server is reached, and how clients reach it. */
export interface ServerSettings extends ReachSettings {
  /** URL of the MCP server, path included. */
  target: string
  /** Address to listen on, and its spelling in every URL printed. Default `127.0.0.1`. */
  host?: string
  /** Default 6278 or the next free one; 0 any. A named port that is taken: `LISTEN_FAILED`. */
  port?: number
  /** Upstream cannot be reached: `502`, or `reset` the client's connection. Default `502`. */
  onUnreachable?: '502' | 'reset'
  /** Fields set on every request upstream, replacing the client's of that name; values are never recorded. */
  headers?: readonly (readonly [name: string, value: string])[]
  /** False turns off all rewriting. Default true. */
  rewrite?: boolean
  /** How clients outside reach this listener, `https://tunnel.example.com`: counts as our own name, and is what is printed. */
  publicUrl?: string
}

export interface ProxyOptions extends StationOptions, ServerSettings {
  /** Name of the server in the record. Default: the target's host and port. */
  server?: string
}

/** One of several servers; its name is in the record, and of its own. */
export interface NamedServer extends ServerSettings {
  name: string
}

/** Where a listener that several servers share is, and how clients outside reach it. As in `ServerSettings`. */
export interface OneListener {
  readonly host?: string
  readonly port?: number
  readonly publicUrl?: string
}

export interface ProxiesOptions extends StationOptions {
  /** None: the page alone. */
  servers: readonly NamedServer[]
  /** All behind one listener, at `/s/<name>/…`; what the servers say of host and port does not count. Default: one listener each. */
  oneListener?: OneListener
}

/** What proxies have in common, however many servers they stand in front of. */
export interface Running {
  /** Capture path; null when not recording. */
  readonly db: string | null
  /** UI address without the token; null when there is none. */
  readonly ui: string | null
  readonly token: string | null
  stats(): ProxyStats
  /** Faults on the live traffic. */
  readonly faults: FaultRules
  /** Told when recording stops (traffic goes on) and when it goes on. */
  onRecording(listener: (state: RecorderState) => void): void
  /** Told in words what the user should know of the traffic and of rules; the first listener is told what was said before, too. */
  onNotice(listener: (message: string) => void): void
  /** Resolves when everything received so far is committed. */
  flush(): Promise<void>
  /** Ends streams, flushes the capture. */
  close(): Promise<void>
}

export interface Proxy extends Running {
  /** For clients: listener address with the target's path. */
  readonly url: string
  readonly host: string
  readonly port: number
  readonly target: string
}

export interface Proxies extends Running {
  /** In the order they were given. */
  readonly servers: readonly (Served & { readonly host: string; readonly port: number })[]
}

/** Starts a proxy; resolves when it listens and the capture is open. Throws `ProxyError`. */
export async function createProxy(options: ProxyOptions): Promise<Proxy> {
  const { server, target } = options
  const proxies = await createProxies({
    ...options,
    servers: [{ ...options, name: server ?? parseTarget(target).host }],
  })
  const [only] = proxies.servers
  if (only === undefined) throw new Error('a proxy without its server')
  const { url, host, port } = only
  const { servers: _servers, ...running } = proxies
  return { url, host, port, target: only.target, ...running }
}

/** Starts a listener for each server, all on one capture and one page. All or none; throws `ProxyError` with every problem in it. */
export async function createProxies(options: ProxiesOptions): Promise<Proxies> {
  const { oneListener } = options
  const lines = options.servers.map((server) => ({
    server: oneListener === undefined ? server : sharing(server, oneListener),
    target: parseTarget(server.target),
  }))
  refuseSelf(lines)
  const station = await openStation(
    options,
    lines.map(({ target }) => target.href),
  )
  let listeners: Listener[] = []
  try {
    listeners = await openListeners(
      oneListener === undefined ? lines.map((line) => opening(line, station)) : [together(lines, oneListener, station)],
      lines.map(({ target }) => localPort(target)),
    )
    const servers = lines.map(({ server, target }, index) => {
      const { host = '127.0.0.1', name, publicUrl } = server
      const port = listeners[oneListener === undefined ? index : 0]?.port ?? 0
      const prefix = oneListener === undefined ? '' : routedPrefix(name)
      return { name, url: clientUrl({ host, port, target, publicUrl, prefix }), target: target.href, host, port }
    })
    await station.serve(
      listeners,
      servers.map(({ name, url, target }) => ({ name, url, target })),
    )
    return { servers, ...running(station) }
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.close(0)))
    await station.close()
    throw error
  }
}

/** A forward proxy that runs. */
export interface Forward extends Running, Pick<OpenedForward, 'url' | 'host' | 'port' | 'authority'> {}

/** Starts a forward proxy; resolves when it listens, its authority is there and the capture is open. Throws `ProxyError`. */
export async function createForward(settings: ForwardSettings): Promise<Forward> {
  const { station, url, host, port, authority } = await openForward(settings)
  return { url, host, port, authority, ...running(station) }
}

/** What a server says of its own listener does not count where several share one. */
function sharing(
  { host: _host, port: _port, publicUrl: _publicUrl, ...server }: NamedServer,
  shared: OneListener,
): NamedServer {
  return { ...server, ...shared }
}

interface Line {
  readonly server: NamedServer
  readonly target: URL
}

function opening({ server, target }: Line, station: Station): Opening {
  const publicUrl = server.publicUrl === undefined ? undefined : parsePublicUrl(server.publicUrl)
  const upstream = dialOptions(server)
  return {
    port: server.port,
    listen: (port) =>
      transports.reverse({
        target,
        host: server.host ?? '127.0.0.1',
        port,
        server: server.name,
        upstream,
        rewrite: server.rewrite ?? true,
        headers: server.headers ?? [],
        publicUrl,
        onUnreachable: server.onUnreachable ?? '502',
        tap: station.tap,
        clock: station.clock,
        policy: station.policy,
        notice: (message) => station.notice(message),
        nextConnection: () => station.nextConnection(),
        isControlPlane: (address, port) => station.isControlPlane(address, port),
      }),
  }
}

/** One listener for all of them. */
function together(
  lines: readonly Line[],
  { host = '127.0.0.1', port, publicUrl }: OneListener,
  station: Station,
): Opening {
  const servers = lines.map(({ server, target }) => ({
    name: server.name,
    target,
    upstream: dialOptions(server),
    rewrite: server.rewrite ?? true,
    headers: server.headers ?? [],
    onUnreachable: server.onUnreachable ?? '502',
  }))
  return {
    port,
    listen: (port) =>
      transports.routed({
        servers,
        host,
        port,
        publicUrl: publicUrl === undefined ? undefined : parsePublicUrl(publicUrl),
        tap: station.tap,
        clock: station.clock,
        policy: station.policy,
        notice: (message) => station.notice(message),
        nextConnection: () => station.nextConnection(),
        isControlPlane: (address, port) => station.isControlPlane(address, port),
      }),
  }
}

function running(station: Station): Running {
  return {
    db: station.db,
    ui: station.ui,
    token: station.token,
    stats: () => station.stats(),
    faults: station.faults,
    onRecording: (listener) => station.onRecording(listener),
    onNotice: (listener) => station.onNotice(listener),
    flush: () => station.flush(),
    close: () => station.close(),
  }
}

function refuseSelf(lines: readonly Line[]): void {
  const own = lines.filter(({ server, target }) => (server.port ?? 0) !== 0 && server.port === localPort(target))
  if (own.length === 0) return
  const told = own.map(({ server }) => `Port ${server.port} is the target's own: the proxy would talk to itself.`)
  throw new ProxyError('SELF_TARGET', told.join('\n      '), { hint: 'Leave --port out, or choose another.' })
}

/** The port of a target on this machine; 0 for any other. */
function localPort({ hostname, port }: URL): number {
  return isLocal(hostname) ? Number(port) : 0
}

interface Reached {
  readonly host: string
  readonly port: number
  readonly target: URL
  readonly publicUrl: string | undefined
  readonly prefix: string
}

/** What clients are to be pointed at: our address with the target's path. */
function clientUrl({ host, port, target, publicUrl, prefix }: Reached): string {
  const path = `${prefix}${target.pathname}${target.search}`
  if (publicUrl !== undefined) {
    const { origin } = parsePublicUrl(publicUrl)
    return `${target.protocol.startsWith('ws') ? origin.replace(/^http/, 'ws') : origin}${path}`
  }
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  const scheme = target.protocol.startsWith('ws') ? 'ws:' : 'http:'
  return `${scheme}//${name.includes(':') ? `[${name}]` : name}:${port}${path}`
}
