/** Forward mode: one listener for every server its clients want to reach. */
import { dirname, join } from 'node:path'
import { defaultCapturePath } from '../store/open.ts'
import { openAuthority, transports, type Listener } from '../transports/index.ts'
import { openListeners } from './ports.ts'
import { dialOptions, type ReachSettings } from './reach.ts'
import { isLocal, openStation, type Station, type StationOptions } from './station.ts'

export interface ForwardSettings extends StationOptions, ReachSettings {
  /** Address to listen on. Default `127.0.0.1`. */
  host?: string
  /** Default 6278 or the next free one; 0 any. A named port that is taken: `LISTEN_FAILED`. */
  port?: number
  /** Serve clients of other machines too. Default false. */
  allowRemote?: boolean
  /** Hosts whose TLS stays closed. */
  tunnel?: readonly string[]
  /** Folder of the local authority. Default: beside the usual capture. */
  authority?: string
  /** Fields set on every request upstream; values are never recorded. */
  headers?: readonly (readonly [name: string, value: string])[]
  /** Default `502`. */
  onUnreachable?: '502' | 'reset'
  /** Told when a client does not accept our certificate for a host. */
  onDistrust?: (host: string, reason: string) => void
}

export interface OpenedForward {
  readonly station: Station
  readonly host: string
  readonly port: number
  /** For the proxy variables: `http://127.0.0.1:6278`. */
  readonly url: string
  /** What clients have to trust: the certificate alone, and with the usual roots. */
  readonly authority: { readonly file: string; readonly bundle: string }
}

/** The authority's folder when nobody says: `authority` beside the usual capture. */
export function defaultAuthorityFolder(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): string {
  return join(dirname(defaultCapturePath(env, platform)), 'authority')
}

/** Starts; throws `ProxyError`. */
export async function openForward(settings: ForwardSettings): Promise<OpenedForward> {
  const { host = '127.0.0.1', allowRemote = false, onDistrust } = settings
  const upstream = dialOptions(settings)
  const authority = await openAuthority(settings.authority ?? defaultAuthorityFolder(process.env, process.platform))
  const station = await openStation({ role: 'forward', ...settings }, [])
  let listeners: Listener[] = []
  try {
    const listen = (port: number): Promise<Listener> =>
      transports.forward({
        host,
        port,
        authority,
        tunnel: settings.tunnel ?? [],
        upstream,
        headers: settings.headers ?? [],
        onUnreachable: settings.onUnreachable ?? '502',
        tap: station.tap,
        clock: station.clock,
        policy: station.policy,
        nextConnection: () => station.nextConnection(),
        isControlPlane: (address, at) => station.isControlPlane(address, at),
        serves: (address) => allowRemote || isLocal(address),
        ...(onDistrust === undefined ? {} : { distrusted: onDistrust }),
      })
    listeners = await openListeners([{ port: settings.port, listen }])
    const port = listeners[0]?.port ?? 0
    const named = host === '0.0.0.0' || host === '::' ? 'localhost' : host
    const url = `http://${named.includes(':') ? `[${named}]` : named}:${port}`
    await station.serve(listeners, [{ name: 'forward', url, target: '' }])
    return { station, host, port, url, authority: { file: authority.file, bundle: authority.bundle } }
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.close(0)))
    await station.close()
    throw error
  }
}
