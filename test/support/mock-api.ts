import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import type {
  ApiError,
  CallRow,
  FilterReading,
  FramePage,
  FrameRow,
  LiveChange,
  LogRow,
  Status,
} from '../../src/api/contract.ts'
import type { ProxyError } from '../../src/errors.ts'
import { compile, complete, explain, parseFilter, problemOf } from '../../src/filter/index.ts'
import { subject } from './filters.ts'
import { createMockFaults, type MockFaults } from './mock-faults.ts'
import { createMockTraffic, frameIds, pace, type MockTraffic } from './mock-traffic.ts'

/** The control API over made-up traffic, and the built page, on a loopback port. For tests of the page and to look at it. */
export interface MockApi {
  readonly url: string
  readonly token: string
  readonly traffic: MockTraffic
  readonly faults: MockFaults
  /** Lets exchanges (six frames each) happen, told to every open live stream in one change. */
  readonly push: (exchanges: number, options?: { leaveOut?: boolean }) => void
  /** Every request to a path that begins so is answered with this error, until null is given. */
  readonly fail: (path: string, failure: { status: number; error: ApiError } | null) => void
  /** Lines of the log, told to every open live stream; the newest session's, at the end of what there is, if nothing else is said. */
  readonly log: (...lines: readonly Partial<LogRow>[]) => void
  /** Cuts the live streams. */
  readonly cutLive: () => void
  /** Losses shown by `/api/status`. */
  readonly lose: (chunks: number) => void
  readonly liveStreams: () => number
  readonly close: () => Promise<void>
}

export interface MockOptions {
  /** Exchanges at the start; six frames each. */
  exchanges?: number
  port?: number
  token?: string
  /** Names of the servers behind it. */
  servers?: readonly string[]
}

/** As the real one has it: design §12. */
export const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'"

const page = fileURLToPath(new URL('../../dist/ui', import.meta.url))
const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}

export async function startMockApi({
  exchanges = 40_000,
  port = 0,
  token = 'test-token',
  servers = ['localhost:3000'],
}: MockOptions = {}): Promise<MockApi> {
  const beganAt = Date.now() * 1000 - exchanges * pace
  const traffic = createMockTraffic(exchanges, beganAt)
  const streams = new Map<ServerResponse, (change: LiveChange) => LiveChange>()
  const failures = new Map<string, { status: number; error: ApiError }>()
  const logs: LogRow[] = []
  let lost = 0

  const status = (): Status => ({
    version: '0.1.0',
    capture: { path: '/home/ada/.local/share/mitmcp/capture.db', bytes: 182_000_000, seq: traffic.calls },
    totals: {
      sessions: traffic.calls === 0 ? 0 : traffic.sessions().length,
      frames: traffic.frames,
      calls: traffic.calls,
    },
    instances: [instanceRow(beganAt)],
    losses:
      lost === 0
        ? []
        : [
            {
              id: 1,
              instance: 1,
              from: beganAt,
              to: null,
              chunks: lost,
              bytes: lost * 1400,
              reason: 'The disk is full',
            },
          ],
    proxyUrl: 'http://127.0.0.1:6278/mcp',
    target: 'http://localhost:3000/mcp',
    servers: servers.map((name, n) => ({
      name,
      url: `http://127.0.0.1:${6278 + n}/mcp`,
      target: `http://localhost:${3000 + n}/mcp`,
    })),
    now: Date.now() * 1000,
  })

  const faults = createMockFaults({
    frames: () => Array.from({ length: 12 }, (_, at) => traffic.frame(traffic.frames - 12 + at)),
    changed: (change) => {
      const text = changeText({ ...changeOf(traffic, traffic.calls, 0, false), ...change })
      for (const stream of streams.keys()) stream.write(text)
    },
  })
  const api = async (url: URL, request: IncomingMessage, response: ServerResponse) => {
    if (request.headers.authorization !== `Bearer ${token}`)
      return send(response, 401, {
        code: 'UNAUTHORIZED',
        message: 'The token is not the one of this run.',
        hint: 'Open the URL that mitmcp printed when it started.',
      })
    for (const [path, { status: code, error }] of failures)
      if (url.pathname.startsWith(path)) return send(response, code, error)
    if (url.pathname === '/api/status') return send(response, 200, status())
    if (url.pathname === '/api/logs') return send(response, 200, logsOf(url.searchParams, logs))
    if (url.pathname === '/api/filter') return send(response, 200, readingOf(url.searchParams))
    const wrong = readingOf(new URLSearchParams({ text: url.searchParams.get('filter') ?? '' })).problem
    if (wrong !== null) return send(response, 400, { code: 'FILTER_INVALID', message: wrong.message, hint: wrong.hint })
    if (url.pathname === '/api/live')
      return live(response, numberOf(url.searchParams, 'since'), url.searchParams.get('filter') ?? '')
    const told = faults.answer(request.method ?? 'GET', url, await bodyOf(request))
    if (told !== undefined) return send(response, told.status, told.body)
    const answer = answerFor(url, traffic)
    if (answer instanceof Buffer)
      return response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(answer)
    if (answer === undefined)
      return send(response, 404, { code: 'NOT_FOUND', message: `Nothing at ${url.pathname}.`, hint: '' })
    return send(response, 200, answer)
  }
  const live = (response: ServerResponse, since: number | null, filter: string) => {
    const narrowed = narrowedBy(holdsFor(filter))
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`event: status\ndata: ${JSON.stringify(status())}\n\n`)
    if (since !== null && since < traffic.calls)
      response.write(changeText(narrowed(changeOf(traffic, since, traffic.calls - since, false))))
    streams.set(response, narrowed)
    response.on('close', () => streams.delete(response))
  }
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://mock')
    response.setHeader('content-security-policy', contentSecurityPolicy)
    response.setHeader('x-content-type-options', 'nosniff')
    if (url.pathname.startsWith('/api/')) return void api(url, request, response)
    return void file(url.pathname, response)
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))

  const push = (more: number, { leaveOut = false } = {}) => {
    const from = traffic.calls
    traffic.grow(more)
    const change = changeOf(traffic, from, leaveOut ? Math.min(more, 10) : more, leaveOut)
    const told = `event: status\ndata: ${JSON.stringify(status())}\n\n`
    for (const [stream, narrowed] of streams) stream.write(changeText(narrowed(change)) + told)
  }
  const log = (...lines: readonly Partial<LogRow>[]) => {
    const { session, connection, receivedLastAt: at } = traffic.frame(traffic.frames)
    const rows = lines.map((line, n) => {
      const plain = { instance: 1, connection, session, flow: null, at: at + 1000, kind: 'stderr', detail: {} }
      return { id: logs.length + 1 + n, ...plain, ...line }
    })
    logs.push(...rows)
    const change = { ...changeOf(traffic, traffic.calls, 0, false), logs: rows }
    for (const stream of streams.keys()) stream.write(changeText(change))
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    traffic,
    faults,
    push,
    log,
    fail: (path, failure) => void (failure === null ? failures.delete(path) : failures.set(path, failure)),
    cutLive: () => streams.forEach((_, stream) => stream.destroy()),
    lose: (chunks) => void (lost = chunks),
    liveStreams: () => streams.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const changeText = (change: LiveChange) => `event: change\nid: ${change.seq}\ndata: ${JSON.stringify(change)}\n\n`

const instanceRow = (startedAt: number) => ({
  id: 1,
  pid: 4711,
  role: 'proxy',
  name: '',
  url: 'http://127.0.0.1:6278/mcp',
  target: 'http://localhost:3000/mcp',
  uiPort: 6273,
  startedAt,
  seenAt: Date.now() * 1000,
  endedAt: null,
})

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return parts.length === 0 ? undefined : JSON.parse(Buffer.concat(parts).toString())
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function file(path: string, response: ServerResponse): Promise<void> {
  const name = path === '/' ? 'index.html' : normalize(path).replace(/^[/.]+/, '')
  try {
    const body = await readFile(join(page, name))
    response.writeHead(200, { 'content-type': types[extname(name)] ?? 'application/octet-stream' }).end(body)
  } catch {
    response.writeHead(404).end()
  }
}

function changeOf(traffic: MockTraffic, from: number, exchanges: number, framesLeftOut: boolean): LiveChange {
  const first = frameIds(from)
  return {
    seq: traffic.calls,
    frames: Array.from({ length: exchanges * 6 }, (_, at) => traffic.frame(first + at)),
    otherFrames: [],
    flows: [],
    calls: Array.from({ length: exchanges }, (_, at) => traffic.call(from + 1 + at)),
    sessions: traffic.sessions().slice(-1),
    logs: [],
    rules: [],
    held: [],
    framesLeftOut,
    logsLeftOut: false,
  }
}

function answerFor({ pathname, searchParams }: URL, traffic: MockTraffic): unknown {
  const [, , noun, id, part] = pathname.split('/')
  if (noun === 'sessions') {
    if (id === undefined) return traffic.calls === 0 ? [] : traffic.sessions().toReversed()
    return traffic.sessions().find(({ uid }) => uid === id)
  }
  if (noun === 'calls') return calls(searchParams, traffic)
  if (noun === 'frames' && id === undefined) return frames(searchParams, traffic)
  if (noun === 'flows' && id === undefined) return [traffic.flow(1)]
  const number = Number(id)
  if (noun === 'frames' && number >= 1 && number <= traffic.frames) {
    if (part !== undefined) return Buffer.from(traffic.payload(number))
    return traffic.detail(number)
  }
  if (noun === 'flows' && number >= 1 && number <= traffic.calls) {
    const first = frameIds(number - 1)
    const rows = Array.from({ length: 6 }, (_, at) => traffic.frame(first + at))
    return {
      flow: traffic.flow(number),
      connection: traffic.connection(rows[0]!.connection),
      process: null,
      frames: rows,
    }
  }
  return undefined
}

const numberOf = (query: URLSearchParams, name: string) => (query.has(name) ? Number(query.get(name)) : null)

function accepts(row: FrameRow, query: URLSearchParams): boolean {
  if (query.has('session') && row.session !== query.get('session')) return false
  if (query.has('direction') && row.direction !== query.get('direction')) return false
  if (query.get('messages') === 'true' && row.messages.length === 0) return false
  return holdsFor(query.get('filter') ?? '')(row)
}

/** The filter, of what a row alone tells. */
function holdsFor(filter: string): (row: FrameRow) => boolean {
  const holds = compile(parseFilter(filter))
  return ({ direction, kind, label, messages, size, receivedAt: at, session }) => {
    const said = messages.map(({ rpcId, ...message }) => ({ ...message, id: rpcId }))
    return holds(subject({ direction, kind, size, at, session, says: label ?? '', messages: said }))
  }
}

const narrowedBy =
  (holds: (row: FrameRow) => boolean) =>
  (change: LiveChange): LiveChange => {
    const others = change.frames.filter((row) => !holds(row))
    return { ...change, frames: change.frames.filter(holds), otherFrames: others.map(({ id }) => id) }
  }

function readingOf(query: URLSearchParams): FilterReading {
  const [text, cursor] = [query.get('text') ?? '', numberOf(query, 'cursor')]
  const completion = cursor === null ? null : complete(text, cursor, { tool: ['search', 'read_file'] })
  try {
    return { sentence: explain(parseFilter(text)), problem: null, completion }
  } catch (error) {
    const { message, hint } = error as ProxyError
    return { sentence: null, problem: { ...problemOf(error)!, message, hint }, completion }
  }
}

function logsOf(query: URLSearchParams, logs: readonly LogRow[]): LogRow[] {
  const [after, before, from, to] = ['after', 'before', 'from', 'to'].map((name) => numberOf(query, name))
  const found = logs.filter(
    ({ id, at, session }) =>
      id > (after ?? 0) &&
      id < (before ?? Infinity) &&
      at >= (from ?? 0) &&
      at < (to ?? Infinity) &&
      (!query.has('session') || session === query.get('session')),
  )
  const limit = numberOf(query, 'limit') ?? 200
  return after === null && from === null ? found.slice(-limit) : found.slice(0, limit)
}

/** Rows looked at before the scan stops, as the real one stops for time. */
const scanLimit = 60_000

function frames(query: URLSearchParams, traffic: MockTraffic): FramePage {
  const limit = Math.min(5000, numberOf(query, 'limit') ?? 200)
  const after = numberOf(query, 'after')
  const rows: FrameRow[] = []
  const by = after === null ? -1 : 1
  let id = after === null ? Math.min(traffic.frames, (numberOf(query, 'before') ?? Infinity) - 1) : after + 1
  let scanned = 0
  for (; id >= 1 && id <= traffic.frames && rows.length < limit && scanned < scanLimit; id += by, scanned++) {
    const row = traffic.frame(id)
    if (accepts(row, query)) rows.push(row)
  }
  const stopped = scanned === scanLimit && rows.length < limit
  return { rows: by < 0 ? rows.toReversed() : rows, scannedTo: stopped ? id - by : null }
}

function calls(query: URLSearchParams, traffic: MockTraffic): CallRow[] {
  const limit = numberOf(query, 'limit') ?? 200
  const session = query.get('session')
  const outcome = query.get('outcome')
  const rows: CallRow[] = []
  for (
    let id = Math.min(traffic.calls, (numberOf(query, 'before') ?? Infinity) - 1);
    id >= 1 && rows.length < limit;
    id--
  ) {
    const row = traffic.call(id)
    if ((session === null || row.session === session) && (outcome === null || row.outcome === outcome)) rows.push(row)
  }
  return rows.toReversed()
}
