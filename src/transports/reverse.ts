/** The reverse proxy: a listener whose every connection gets an upstream connection of its own, opened when the client connects. */
import { createServer, type Server, type Socket } from 'node:net'
import type { Clock } from '../pipe/clock.ts'
import type { Tap } from '../pipe/tap.ts'
import { ProxyError } from '../errors.ts'
import { createOutstanding } from '../wire/http1.ts'
import { dial, dialTarget, type Dialled } from './dial.ts'
import { connectionEdits, type Names } from './edits.ts'
import { HeadEditor } from './head-editor.ts'
import { Link } from './link.ts'
import { refusalFor, refusalResponse } from './refusal.ts'

export interface ReverseOptions {
  readonly target: URL
  readonly host: string
  /** 0 for any. */
  readonly port: number
  /** Name of the server in the record. */
  readonly server: string
  readonly insecure: boolean
  readonly rewrite: boolean
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly onUnreachable: '502' | 'reset'
  readonly tap: Tap
  readonly clock: Clock
  /** True for addresses that are our own control plane. */
  isControlPlane(address: string, port: number): boolean
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

/** An unfinished line that may be edited is let go after this long. */
const HOLD_US = 1_000_000
/** Linux caps it at `somaxconn`; the default of 511 loses connects when thousands come at once. */
const LISTEN_BACKLOG = 4096

/** Listens; throws `LISTEN_FAILED`. */
export async function listenReverse(options: ReverseOptions): Promise<Listener> {
  const links = new Set<Link>()
  let full = false
  let connections = 0
  let names: Names | undefined

  const accept = (socket: Socket): void => {
    if (names === undefined) return
    connections++
    const link = openConnection(socket, connections, options, names, (closed) => links.delete(closed))
    links.add(link)
    if (full) link.recorderFull(true)
  }
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true, highWaterMark: 1 }, accept)
  await listen(server, options.host, options.port)
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new ProxyError('LISTEN_FAILED', 'The listener has no address.')
  names = ownNames(options, bound.address, bound.port)

  return {
    address: bound.address,
    port: bound.port,
    get connections() {
      return connections
    },
    get open() {
      return links.size
    },
    recorderFull: (value) => {
      full = value
      for (const link of links) link.recorderFull(value)
    },
    close: (graceMs) => close(server, links, graceMs, options.clock),
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const where = `${host}:${port}`
      const why = error.code === 'EADDRINUSE' ? `${where} is taken.` : `Cannot listen on ${where}: ${error.message}.`
      reject(new ProxyError('LISTEN_FAILED', why, { hint: 'Use --port 0 for any free port.', cause: error }))
    })
    server.listen({ host, port, backlog: LISTEN_BACKLOG }, () => {
      server.removeAllListeners('error')
      server.on('error', () => undefined)
      resolve()
    })
  })
}

/** All spellings by which a client may have meant this listener. */
function ownNames({ target, host }: ReverseOptions, address: string, port: number): Names {
  const hosts = new Set([host.toLowerCase(), address, 'localhost', '127.0.0.1', '::1'])
  const own = new Set<string>()
  for (const name of hosts) own.add(`${name.includes(':') ? `[${name}]` : name}:${port}`)
  return {
    own,
    ownAuthority: `${host.includes(':') ? `[${host}]` : host}:${port}`,
    ownScheme: 'http:',
    upstream: target,
  }
}

function openConnection(
  socket: Socket,
  id: number,
  options: ReverseOptions,
  names: Names,
  closed: (link: Link) => void,
): Link {
  const { tap, clock, target } = options
  const outstanding = createOutstanding()
  let refuse: (() => void) | undefined
  const edits = connectionEdits({ names, rewrite: options.rewrite, headers: options.headers })
  const request = { ...edits.request, head: () => refuse?.() }

  tap.opened(id, clock.now(), {
    transport: 'http',
    server: options.server,
    target: target.href,
    clientAddress: socket.remoteAddress ?? '',
    clientPort: socket.remotePort ?? 0,
    localAddress: socket.localAddress ?? '',
    localPort: socket.localPort ?? 0,
  })

  const link = new Link({
    id,
    client: socket,
    tap,
    clock,
    outlet: (direction, write, pipe) => {
      return new HeadEditor({
        side: direction === 'c2s' ? 'request' : 'response',
        outstanding,
        table: direction === 'c2s' ? request : edits.response,
        write,
        edited: (offset, removed, bytes, rule) => tap.edited(id, direction, offset, removed, bytes, rule),
        holdTime: (then) => clock.at(clock.now() + HOLD_US, then),
        released: () => pipe().flushed(),
        opaque: () => notHttp(),
      })
    },
    abandoned: () => giveUp(),
    closed,
  })

  const giveUp = dial(dialTarget(target, options.insecure), {
    connected: (dialled) => connected(dialled),
    failed: (code, message) => unreachable(code, message),
  })

  const connected = ({ socket: upstream, raw }: Dialled): void => {
    const address = raw.remoteAddress ?? ''
    const port = raw.remotePort ?? 0
    if (options.isControlPlane(address, port)) {
      raw.destroy()
      return unreachable('SELF_TARGET', '')
    }
    tap.upstream(id, { at: clock.now(), address, port })
    link.join(upstream, raw)
  }

  /** There is no answer of ours in a protocol we do not know. */
  const notHttp = (): void => {
    if (refuse !== undefined) link.stop('rst')
  }

  const unreachable = (code: string, message: string): void => {
    tap.upstream(id, { at: clock.now(), error: code })
    if (options.onUnreachable === 'reset') return link.stop('rst')
    refuse = () => {
      refuse = undefined
      const refusal = refusalFor(target.origin, code, message)
      link.answer(refusalResponse(refusal), refusal.code)
    }
    link.refuse(() => undefined)
  }
  return link
}

function close(server: Server, links: ReadonlySet<Link>, graceMs: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.at(clock.now() + graceMs * 1000, () => {
      for (const link of links) link.stop('rst')
    })
    server.close(() => {
      cancel()
      resolve()
    })
    for (const link of links) link.stop('fin')
  })
}
