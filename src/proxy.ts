/** Composition root: the only place that knows everyone. */
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { ProxyError, type ErrorCode } from './errors.ts'
import { createClock, nullTap, type AnchoredClock } from './pipe/index.ts'
import { createRecorder, type Recorder, type RecorderState } from './recorder/index.ts'
import { portHolder, transports, type Listener } from './transports/index.ts'
import { VERSION } from './version.ts'

/** How much of the traffic is kept. `heads`: no bodies. `metadata`: no bytes at all. */
export type RecordDepth = 'full' | 'heads' | 'metadata'

export interface RedactOptions {
  /** False keeps everything (file mode 0600 all the same). Default true. */
  enabled?: boolean
  /** Further names: headers, JSON keys, form and query keys; case-insensitive. */
  keys?: readonly string[]
  /** Further places in JSON bodies, dotted: `params.arguments.password`; `*` matches one step. */
  paths?: readonly string[]
  /** Further values, as regular expressions. */
  values?: readonly string[]
  /** File with the hash key, shared between machines; made (0600) when absent. Default: beside the capture. */
  keyFile?: string
}

export interface ProxyOptions {
  /** URL of the MCP server, path included. */
  target: string
  /** Address to listen on, and its spelling in every URL printed. Default `127.0.0.1`. */
  host?: string
  /** Default 6278 or the next free one; 0 any. A named port that is taken: `LISTEN_FAILED`. */
  port?: number
  /** Name of this tap. Default: none. */
  name?: string
  /** Capture file, or false for no recording. Default: the user's data folder. */
  db?: string | false
  record?: RecordDepth
  redact?: RedactOptions
  /** At the queue's bound: `slow` pauses reading, `drop` counts losses. Default `slow`. */
  onOverload?: 'slow' | 'drop'
  /** Bound of the queue to the recorder. Default 8 MiB. */
  queueBytes?: number
  /** Upstream cannot be reached: `502`, or `reset` the client's connection. Default `502`. */
  onUnreachable?: '502' | 'reset'
  /** Do not verify the upstream's certificate. */
  insecure?: boolean
  /** Fields set on every request upstream, replacing the client's of that name; values are never recorded. */
  headers?: readonly (readonly [name: string, value: string])[]
  /** False turns off all rewriting of heads. Default true. */
  rewrite?: boolean
  /** UI and API; false for none. Default: 127.0.0.1, port 6273 or the next free one, a fresh token. */
  ui?: false | { host?: string; port?: number; token?: string }
  /** Role in the capture's `instance` table. Default `proxy`. */
  role?: string
}

export interface ProxyStats {
  readonly connections: number
  readonly open: number
  readonly recordedBytes: number
  readonly queueBytes: number
  readonly queueHighWater: number
  readonly lostChunks: number
  readonly lostBytes: number
}

export type { RecorderState }

export interface Proxy {
  /** For clients: listener address with the target's path. */
  readonly url: string
  readonly host: string
  readonly port: number
  readonly target: string
  /** Capture path; null when not recording. */
  readonly db: string | null
  /** UI address without the token; null when there is none. */
  readonly ui: string | null
  readonly token: string | null
  stats(): ProxyStats
  /** Told when recording stops (traffic goes on) and when it goes on. */
  onRecording(listener: (state: RecorderState) => void): void
  /** Resolves when everything received so far is committed. */
  flush(): Promise<void>
  /** Ends streams, flushes the capture. */
  close(): Promise<void>
}

/** First port tried for the proxy. */
export const PROXY_PORT = 6278
/** First port tried for the UI. */
export const UI_PORT = 6273
/** Ports never taken by default: ours for the UI, and those of MCP Inspector. */
const LEFT_ALONE = new Set([6273, 6274, 6275, 6276, 6277])
const PORTS_TRIED = 100

const SCHEMES = new Set(['http:', 'https:', 'ws:', 'wss:'])
/** Peers that do not close by then are reset when the proxy stops. */
const CLOSE_GRACE_MS = 300
const CLOCK_CHECK_MS = 1000

/** Threads load from the built files, also when this module was loaded by a test runner. */
const built = (path: string): URL =>
  new URL(import.meta.url.endsWith('.ts') ? `../dist/${path}` : `./${path}`, import.meta.url)

/** Starts a proxy; resolves when it listens and the capture is open. Throws `ProxyError`. */
export async function createProxy(options: ProxyOptions): Promise<Proxy> {
  const target = parseTarget(options.target)
  const clock = createClock()
  const db = options.db === false ? null : (options.db ?? (await defaultPath()))
  const controlPorts = new Set<number>()
  const recorder = db === null ? undefined : await openRecorder(options, target, db)
  let listener: Listener | undefined
  let desk: Desk | undefined
  try {
    listener = await openListener(options, target, clock, recorder, controlPorts)
    const url = clientUrl(options.host ?? '127.0.0.1', listener.port, target)
    recorder?.setInstance({ url })
    if (db !== null && options.ui !== false) desk = await openDesk(options.ui ?? {}, db, url, target)
    if (desk !== undefined) {
      controlPorts.add(desk.port)
      recorder?.setInstance({ uiPort: desk.port })
    }
    return proxyOf({ options, target, clock, db, recorder, listener, desk, url })
  } catch (error) {
    await Promise.all([listener?.close(0), recorder?.close(), desk?.close()])
    throw error
  }
}

interface Parts {
  readonly options: ProxyOptions
  readonly target: URL
  readonly clock: AnchoredClock
  readonly db: string | null
  readonly recorder: Recorder | undefined
  readonly listener: Listener
  readonly desk: Desk | undefined
  readonly url: string
}

function proxyOf({ options, target, clock, db, recorder, listener, desk, url }: Parts): Proxy {
  recorder?.onPressure((full) => listener.recorderFull(full))
  const ticking = setInterval(() => {
    const step = clock.check()
    if (step !== undefined) recorder?.tap.note(0, clock.now(), 'clock', { stepUs: step })
  }, CLOCK_CHECK_MS)
  ticking.unref()

  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    clearInterval(ticking)
    await Promise.all([desk?.close(), listener.close(CLOSE_GRACE_MS)])
    await recorder?.close()
  }
  return {
    url,
    host: options.host ?? '127.0.0.1',
    port: listener.port,
    target: target.href,
    db,
    ui: desk?.url ?? null,
    token: desk?.token ?? null,
    stats: () => ({
      connections: listener.connections,
      open: listener.open,
      ...(recorder?.stats() ?? { recordedBytes: 0, queueBytes: 0, queueHighWater: 0, lostChunks: 0, lostBytes: 0 }),
    }),
    onRecording: (listener) => recorder?.onState(listener),
    flush: async () => recorder?.flush(),
    close: () => (closing ??= close()),
  }
}

function parseTarget(text: string): URL {
  const target = URL.canParse(text) ? new URL(text) : undefined
  if (target !== undefined && SCHEMES.has(target.protocol) && target.hostname !== '') return target
  const guess = /^[\w.-]+(:\d+)?(\/|$)/.test(text)
    ? `Did you mean http://${text}?`
    : 'Give a URL such as http://localhost:3000/mcp.'
  throw new ProxyError('TARGET_INVALID', `"${text}" is not a URL that can be proxied.`, { hint: guess })
}

function openRecorder(options: ProxyOptions, target: URL, db: string): Promise<Recorder> {
  return createRecorder({
    db,
    workerUrl: built('recorder/thread.js'),
    instance: { role: options.role ?? 'proxy', name: options.name ?? '', url: null, target: target.href, uiPort: null },
    record: options.record ?? 'full',
    redact: options.redact ?? {},
    ...(options.queueBytes === undefined ? {} : { queueBytes: options.queueBytes }),
    onOverload: options.onOverload ?? 'slow',
  })
}

async function openListener(
  options: ProxyOptions,
  target: URL,
  clock: AnchoredClock,
  recorder: Recorder | undefined,
  controlPorts: ReadonlySet<number>,
): Promise<Listener> {
  const own = isLoopback(target.hostname) ? Number(target.port) : 0
  if (own !== 0 && options.port === own) {
    throw new ProxyError('SELF_TARGET', `Port ${own} is the target's own: the proxy would talk to itself.`, {
      hint: 'Leave --port out, or choose another.',
    })
  }
  const listen = (port: number): Promise<Listener> =>
    transports.reverse({
      target,
      host: options.host ?? '127.0.0.1',
      port,
      server: target.host,
      upstream: { insecure: options.insecure ?? false },
      rewrite: options.rewrite ?? true,
      headers: options.headers ?? [],
      onUnreachable: options.onUnreachable ?? '502',
      tap: recorder?.tap ?? nullTap,
      clock,
      isControlPlane: (address, port) => controlPorts.has(port) && isLoopback(address),
    })
  if (options.port !== undefined)
    return listen(options.port).catch((error: unknown) => nameHolder(error, options.port ?? 0))
  for (let port = PROXY_PORT; port < PROXY_PORT + PORTS_TRIED; port++) {
    if (LEFT_ALONE.has(port) || port === own) continue
    const listener = await listen(port).catch((error: unknown) => {
      if (!isTaken(error)) throw error
    })
    if (listener !== undefined) return listener
  }
  return listen(0)
}

function isTaken(error: unknown): boolean {
  return error instanceof ProxyError && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'EADDRINUSE'
}

async function nameHolder(error: unknown, port: number): Promise<never> {
  const holder = isTaken(error) ? await portHolder(port) : undefined
  if (holder === undefined) throw error
  throw new ProxyError('LISTEN_FAILED', `Port ${port} is taken by ${holder}.`, {
    hint: 'Use --port 0 for any free port.',
    cause: error,
  })
}

function isLoopback(host: string): boolean {
  return /^(localhost|127\..*|::1|\[::1\]|::ffff:127\..*|0\.0\.0\.0|::|\[::\])$/.test(host)
}

/** SQLite is not loaded on this thread for the sake of a path. */
async function defaultPath(): Promise<string> {
  const { defaultCapturePath } = await import('./store/open.ts')
  return defaultCapturePath(process.env, process.platform)
}

/** What clients are to be pointed at: our address with the target's path. */
function clientUrl(host: string, port: number, target: URL): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  const scheme = target.protocol.startsWith('ws') ? 'ws:' : 'http:'
  return `${scheme}//${name.includes(':') ? `[${name}]` : name}:${port}${target.pathname}${target.search}`
}

/** The thread with API and UI. */
interface Desk {
  readonly url: string
  readonly port: number
  readonly token: string
  close(): Promise<void>
}

type DeskMessage =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'error'; readonly code: ErrorCode | 'BUG'; readonly message: string; readonly hint: string }

function openDesk(
  ui: { host?: string; port?: number; token?: string },
  db: string,
  proxyUrl: string,
  target: URL,
): Promise<Desk> {
  const host = ui.host ?? '127.0.0.1'
  const token = ui.token ?? randomBytes(24).toString('base64url')
  const uiFolder = fileURLToPath(built('ui'))
  const workerData = { db, host, port: ui.port, token, uiFolder, proxyUrl, target: target.href, version: VERSION }
  const worker = new Worker(built('api/thread.js'), { workerData })
  return new Promise((resolve, reject) => {
    worker.once('error', reject)
    worker.once('message', (message: DeskMessage) => {
      if (message.kind === 'error') {
        void worker.terminate()
        const { code, hint } = message
        return reject(code === 'BUG' ? new Error(message.message) : new ProxyError(code, message.message, { hint }))
      }
      const close = async (): Promise<void> => {
        const gone = new Promise((done) => worker.once('exit', done))
        worker.postMessage({ kind: 'stop' })
        await gone
      }
      const name = host.includes(':') ? `[${host}]` : host
      resolve({ url: `http://${name}:${message.port}/`, port: message.port, token, close })
    })
  })
}
