/** One client of the forward proxy, from its first request line to its last upstream. */
import type { Socket } from 'node:net'
import type { ErrorCode } from '../errors.ts'
import { noPolicy } from '../pipe/policy.ts'
import type { Ending } from '../wire/ending.ts'
import type { ClientShare } from './client-share.ts'
import { openClientTls } from './client-tls.ts'
import { connectionInfo } from './connection-info.ts'
import { Connection, type ConnectionOptions, type ConnectionParts } from './connection.ts'
import { dialTarget, startTls, type Dialled } from './dial.ts'
import { connectionEdits, type ConnectionEdits, type Names } from './edits.ts'
import { FirstExchange } from './first-exchange.ts'
import type { ForwardOptions } from './forward.ts'
import type { LinkEnd } from './link.ts'
import type { Arrival } from './listener.ts'
import { askedFor, proxyRequestEdits, type Asked } from './proxy-request.ts'
import { refusalFor, type Refusal } from './refusal.ts'
import { RequestRouter } from './request-router.ts'
import type { SteeredDial } from './steering-dial.ts'
import { steeredTunnel } from './steering-tunnel.ts'
import { whoSpeaks } from './tunnel-start.ts'
import { httpOrigin } from './url-map.ts'

const ESTABLISHED = Buffer.from('HTTP/1.1 200 Connection Established\r\n\r\n', 'latin1')

type Reach = NonNullable<ConnectionParts['reach']>

export class ForwardClient {
  readonly #socket: Socket
  readonly #options: ForwardOptions
  readonly #ownPort: number
  readonly #closed: () => void
  readonly #legs = new Set<Connection>()
  readonly #first: FirstExchange
  /** An upstream that is dialled and not joined yet. */
  #waiting: Dialled | undefined
  #full = false
  #gone = false

  /** `closed` is called once, when all sockets are gone. */
  constructor(
    { socket, waits }: Pick<Arrival, 'socket' | 'waits'>,
    options: ForwardOptions,
    ownPort: number,
    closed: () => void,
  ) {
    this.#socket = socket
    this.#options = options
    this.#ownPort = ownPort
    this.#closed = closed
    socket.on('error', () => undefined)
    socket.once('close', () => this.#over())
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
    this.#waiting?.raw.resetAndDestroy()
    if (!this.#socket.destroyed) this.#socket.resetAndDestroy()
  }

  /** A fault ends all of it. */
  cutAll(how: 'fin' | 'rst', rule: string): void {
    if (this.#legs.size === 0) this.#first.cut(how, rule)
    for (const leg of this.#legs) leg.cutAll(how, rule)
    this.#waiting?.raw.resetAndDestroy()
    if (how === 'rst' && !this.#socket.destroyed) this.#socket.resetAndDestroy()
  }

  letIn(): void {
    this.#first.letIn()
  }

  #over(): void {
    this.#gone = true
    if (this.#waiting?.raw.destroyed === false) this.#waiting.raw.resetAndDestroy()
    this.#settle()
  }

  #settle(): void {
    if (this.#gone && this.#legs.size === 0) this.#closed()
  }

  #asked(line: string): void {
    const { serves } = this.#options
    const asked = askedFor(line)
    const address = this.#socket.remoteAddress ?? ''
    if (!serves(address)) return this.#first.refuse(notServed(address))
    if (asked.kind === 'connect') return this.#connect(asked)
    if (asked.kind === 'absolute') return this.#route()
    this.#first.refuse(notAProxyRequest(line))
  }

  // absolute-form

  #route(): void {
    this.#first.leave()
    new RequestRouter({
      socket: this.#socket,
      route: (line) => {
        const asked = askedFor(line)
        return asked.kind === 'absolute' ? `${asked.target.protocol}//${asked.target.host}` : undefined
      },
      opened: (name, share) => this.#leg(new URL(name), share),
      lost: () => void this.#socket.resetAndDestroy(),
    })
  }

  #leg(target: URL, share: ClientShare): void {
    this.#join(target, { socket: share, raw: share }, (to) => this.#edits(target, to, true))
  }

  // CONNECT

  #connect({ host, port }: Extract<Asked, { kind: 'connect' }>): void {
    const { tunnel, onUnreachable, policy = noPolicy, tap, clock } = this.#options
    const named = `${host.includes(':') ? `[${host}]` : host}:${port}`
    this.#first.whenHeadIsComplete(named, () => {
      const failed = (code: string, message: string): void => {
        if (onUnreachable === 'reset' && code !== 'SELF_TARGET') this.#first.reset(code)
        else this.#first.refuse(refusalFor(named, code, message))
      }
      const first = this.#first
      const verdict = policy.dial(first.id, first.info, () => opening.goOn())
      if (verdict.do !== 'dial') tap.note(first.id, clock.now(), 'dial-fault', verdict)
      const elsewhere = verdict.do === 'elsewhere' ? verdict.to : undefined
      const opening: SteeredDial = steeredTunnel(this.#socket, verdict, { host, port, tls: false }, this.#options, {
        failed,
        faulted: (refusal, as, rule) => {
          if (as === 'refuse' && onUnreachable === 'reset') first.cut('rst', rule)
          else first.refuse(refusal)
        },
        left: (rule) => first.cut('hang', rule),
        connected: (dialled) => {
          this.#socket.off('close', opening.giveUp)
          this.#waiting = dialled
          if (this.#isOwn(dialled, host, port)) {
            dialled.raw.destroy()
            return failed('SELF_TARGET', '')
          }
          this.#first.answer(ESTABLISHED, 'connect')
          const asked = { host, port, named, elsewhere }
          if (tunnel.some((rule) => isBelow(host, rule))) return this.#plain(asked, dialled)
          this.#sniff(asked, dialled)
        },
      })
      this.#socket.once('close', opening.giveUp)
    })
  }

  #sniff(asked: Tunnel, dialled: Dialled): void {
    const { authority } = this.#options
    whoSpeaks(this.#socket, dialled.socket, (what) => {
      if (what === 'tls' && authority !== undefined) void this.#tls(asked, dialled)
      else if (what === 'client left' || what === 'server left') this.#left(asked.named, dialled, what)
      else this.#plain(asked, dialled)
    })
  }

  /** One side reset the tunnel before a word was said. */
  #left(named: string, { raw }: Dialled, who: 'client left' | 'server left'): void {
    this.#record(new URL(`http://${named}`), {
      how: 'rst',
      by: who === 'client left' ? 'client' : 'server',
      detail: 'ECONNRESET',
    })
    for (const socket of [raw, this.#socket]) if (!socket.destroyed) socket.resetAndDestroy()
  }

  /** Whatever is spoken in the tunnel is passed as it is: HTTP is understood by itself, all else is opaque. */
  #plain({ named, elsewhere }: Tunnel, dialled: Dialled): void {
    this.#waiting = undefined
    const end = { socket: this.#socket, raw: this.#socket }
    const target = new URL(`http://${named}`)
    this.#join(target, end, () => this.#edits(target, elsewhere ?? target, false), dialled)
  }

  async #tls({ host, port, elsewhere }: Tunnel, dialled: Dialled): Promise<void> {
    const { authority, upstream, distrusted } = this.#options
    if (authority === undefined) return
    const target = (name: string): URL => {
      const url = `https://${name.includes(':') ? `[${name}]` : name}:${port}`
      return URL.canParse(url) ? new URL(url) : target(host)
    }
    await openClientTls(this.#socket, host, authority, {
      failed: (code, message) => {
        this.#record(target(host), { how: 'rst', by: 'client', detail: code })
        distrusted?.(host, `${message} (${code})`)
        this.#socket.destroy()
      },
      opened: (secure, servername) => {
        this.#waiting = undefined
        const end = { socket: secure, raw: this.#socket }
        const named = target(servername)
        const { host: name, tls } = elsewhere === undefined ? { host: servername, tls: true } : dialTarget(elsewhere)
        const reach: Reach = tls ? (handlers) => startTls(dialled, name, upstream, handlers) : dialled
        const leg = this.#join(named, end, () => this.#edits(named, elsewhere ?? named, false), reach)
        // some clients look at the certificate when the handshake is done, and then just leave
        secure.once('close', () => {
          if (leg.received === 0) distrusted?.(host, 'the client left right after the handshake')
        })
      },
    })
  }

  /** A connection that came to nothing before anything could pass. */
  #record(target: URL, ending: Ending): void {
    const { tap, clock, nextConnection } = this.#options
    const id = nextConnection()
    tap.opened(id, clock.now(), connectionInfo(this.#socket, target))
    for (const direction of ['c2s', 's2c'] as const) tap.ended(id, direction, clock.now(), ending, 0)
    tap.closed(id, clock.now())
  }

  /** Towards another server than the one asked for it is like a reverse proxy in that one's name. */
  #edits(target: URL, to: URL, asProxy: boolean): ConnectionEdits {
    const { headers } = this.#options
    const names = to === target ? NO_NAMES : namesFor(target, to)
    const edits = connectionEdits({ names, rewrite: to !== target, headers })
    return asProxy ? { ...edits, request: proxyRequestEdits(edits.request) } : edits
  }

  #join(target: URL, client: LinkEnd, edits: ConnectionParts['edits'], reach?: Reach): Connection {
    const { upstream, onUnreachable, tap, clock, policy, nextConnection } = this.#options
    const options: ConnectionOptions = {
      target,
      server: target.host,
      upstream,
      onUnreachable,
      tap,
      clock,
      policy,
      isControlPlane: (address, port) => this.#isOwnAddress(address, port),
    }
    const parts = { id: nextConnection(), client, tcp: this.#socket, edits, ...(reach === undefined ? {} : { reach }) }
    const leg = new Connection(parts, options, () => {
      this.#legs.delete(leg)
      this.#settle()
    })
    this.#legs.add(leg)
    if (this.#full) leg.recorderFull(true)
    return leg
  }

  /** Behind another proxy only the name is known. */
  #isOwn({ raw, via }: Dialled, host: string, port: number): boolean {
    return via ? this.#isOwnAddress(host, port) : this.#isOwnAddress(raw.remoteAddress ?? '', raw.remotePort ?? 0)
  }

  #isOwnAddress(address: string, port: number): boolean {
    const { isControlPlane } = this.#options
    return isControlPlane(address, port) || (port === this.#ownPort && address === this.#socket.localAddress)
  }
}

/** What a CONNECT asked for. */
interface Tunnel {
  readonly host: string
  readonly port: number
  readonly named: string
  /** Where a fault leads it. */
  readonly elsewhere: URL | undefined
}

const NO_NAMES: Names = {
  own: new Set<string>(),
  ownAuthority: '',
  ownScheme: 'http:',
  upstream: new URL('http://none.invalid'),
}

/** As if `target` were our own name. */
function namesFor(target: URL, upstream: URL): Names {
  const { host, hostname } = target
  const spelled = [host, `${hostname}:${dialTarget(target).port}`].map((name) => name.toLowerCase())
  return { own: new Set(spelled), ownAuthority: host, ownScheme: httpOrigin(target).replace(/\/\/.*/, ''), upstream }
}

function isBelow(host: string, rule: string): boolean {
  const name = rule.toLowerCase().replace(/^\*?\./, '')
  const asked = host.toLowerCase()
  return asked === name || asked.endsWith(`.${name}`)
}

function notServed(address: string): Refusal {
  const message = `This proxy serves clients of its own machine only, and ${address} is another. Start it with --allow-remote to change that.`
  return { code: 'CLIENT_REFUSED' satisfies ErrorCode, status: 403, message }
}

function notAProxyRequest(line: string): Refusal {
  const shown = line.slice(0, 80).replace(/[^\x20-\x7e]+/g, '?')
  const message = `"${shown}" names no server. This is a forward proxy: point HTTP_PROXY and HTTPS_PROXY at it, or use \`mitmcp run -- command\`.`
  return { code: 'TARGET_INVALID', status: 502, message }
}
