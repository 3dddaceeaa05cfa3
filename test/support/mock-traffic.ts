import type {
  CallRow,
  ConnectionRow,
  FlowRow,
  FrameDetail,
  FrameRow,
  MessageRow,
  SessionRow,
} from '../../src/api/contract.ts'

/**
 * Made-up traffic in which every row follows from its id, so that hundreds of thousands cost nothing to keep.
 * An exchange is six frames: request head, request, response head, progress, answer, end.
 */
const perExchange = 6
const sessionCount = 9
/** Microseconds between two exchanges. */
export const pace = 400_000

const tools = [
  'search_issues',
  'read_file',
  'run_query',
  'create_ticket',
  'summarise',
  'fetch_url_with_a_rather_long_name',
]
const clients = [
  ['claude-code', '2.4.1'],
  ['cursor', '1.9.0'],
  ['mcp-inspector', '0.18.2'],
  ['python-sdk', '1.24.0'],
] as const

export const frameIds = (exchange: number) => exchange * perExchange + 1

/** Everything about an exchange that its rows are made from. */
function plan(exchange: number, beganAt: number) {
  const session = exchange % 7 < 4 ? sessionCount - 1 : Math.floor(exchange / 50) % sessionCount
  const at = beganAt + exchange * pace
  const kind = exchange % 10
  const method = kind === 7 ? 'resources/read' : kind === 8 ? 'tools/list' : kind === 9 ? 'prompts/get' : 'tools/call'
  const tool = method === 'tools/call' ? tools[exchange % tools.length]! : method === 'prompts/get' ? 'greeting' : null
  const fails = exchange % 23 === 5
  const pending = exchange % 5000 === 4998
  const took = 6000 + ((exchange * 7919) % 340_000)
  return { exchange, session, at, method, tool, fails, pending, took, rpcId: String(exchange % 400) }
}

export interface MockTraffic {
  /** Frames there are so far; ids are 1 to this. */
  readonly frames: number
  readonly calls: number
  readonly grow: (exchanges: number) => void
  /** Makes a frame another than it would be. */
  readonly change: (id: number, change: Partial<FrameDetail>) => void
  readonly frame: (id: number) => FrameRow
  readonly detail: (id: number) => FrameDetail
  readonly payload: (id: number) => string
  readonly call: (id: number) => CallRow
  readonly flow: (id: number) => FlowRow
  readonly connection: (id: number) => ConnectionRow
  readonly sessions: () => SessionRow[]
}

export const uidOf = (session: number) => `k${session}x7m2q${session}`

/** `beganAt` is the instant of the first frame, in microseconds. */
export function createMockTraffic(exchanges: number, beganAt: number): MockTraffic {
  let count = exchanges
  const planOf = (frame: number) => plan(Math.floor((frame - 1) / perExchange), beganAt)
  const changes = new Map<number, Partial<FrameDetail>>()
  const frame = (id: number) => ({ ...frameRow(id, planOf(id)), ...changes.get(id) })
  return {
    get frames() {
      return count * perExchange
    },
    get calls() {
      return count
    },
    grow: (more) => void (count += more),
    change: (id, change) => void changes.set(id, change),
    frame,
    payload: (id) => payloadOf(id, planOf(id)),
    detail: (id) => ({ ...detailOf(frame(id), payloadOf(id, planOf(id))), ...changes.get(id) }),
    call: (id) => callRow(plan(id - 1, beganAt)),
    flow: (id) => flowRow(plan(id - 1, beganAt)),
    connection: (id) => connectionRow(id, beganAt),
    sessions: () => Array.from({ length: sessionCount }, (_, index) => sessionRow(index, count, beganAt)),
  }
}

type Plan = ReturnType<typeof plan>

const step = (id: number) => (id - 1) % perExchange

function instants({ at, took, pending }: Plan, part: number) {
  const answer = pending ? at + 2000 : at + took
  const offsets = [at, at + 180, at + 900, at + 900 + Math.floor(took / 2), answer, answer + 60]
  const receivedAt = offsets[part]!
  const spread = part === 4 ? 1400 : part === 1 ? 90 : 0
  return {
    receivedAt,
    receivedLastAt: receivedAt + spread,
    sentAt: receivedAt + 110,
    sentLastAt: receivedAt + spread + 130,
  }
}

function messageOf(part: number, { method, tool, fails, rpcId, exchange }: Plan): MessageRow | null {
  const base = {
    method,
    tool,
    rpcId,
    uri: method === 'resources/read' ? 'file:///srv/notes/today.md' : null,
    token: null,
    code: null,
  }
  if (part === 1) return { ...base, kind: 'request', call: exchange + 1 }
  if (part === 3)
    return {
      ...base,
      kind: 'notification',
      method: 'notifications/progress',
      rpcId: null,
      tool: null,
      uri: null,
      token: `${exchange}`,
      call: null,
    }
  if (part === 4)
    return { ...base, kind: fails ? 'error' : 'response', code: fails ? -32602 : null, call: exchange + 1 }
  return null
}

const labels = ['POST /mcp HTTP/1.1', null, 'HTTP/1.1 200 OK', null, null, 'last chunk']
const kinds = ['head', 'body', 'head', 'event', 'event', 'end'] as const

function frameRow(id: number, of: Plan): FrameRow {
  const part = step(id)
  const message = messageOf(part, of)
  const dropped = of.pending && part >= 4
  return {
    id,
    flow: of.exchange + 1,
    connection: (of.exchange % 40) + 1,
    session: uidOf(of.session),
    direction: part < 2 ? 'c2s' : 's2c',
    kind: dropped ? 'event' : kinds[part]!,
    ...instants(of, part),
    offset: id * 311,
    length: payloadOf(id, of).length + 12,
    size: payloadOf(id, of).length,
    label: dropped ? ': keep-alive' : part === 2 && of.exchange % 61 === 3 ? 'HTTP/1.1 404 Not Found' : labels[part]!,
    edits: part === 0 ? ['host'] : [],
    faults: [],
    droppedBy: null,
    ours: null,
    messages: message === null || dropped ? [] : [message],
  }
}

function payloadOf(id: number, of: Plan): string {
  const part = step(id)
  if (of.pending && part >= 4) return ': keep-alive\n\n'
  if (part === 0) return requestHead
  if (part === 2) return responseHead
  if (part === 5) return ''
  const body = JSON.stringify(jsonOf(part, of))
  return part === 1 ? body : `event: message\nid: ${of.exchange}-${part}\ndata: ${body}\n\n`
}

const requestHead = `POST /mcp HTTP/1.1\r
Host: 127.0.0.1:6278\r
User-Agent: claude-code/2.4.1\r
Accept: application/json, text/event-stream\r
Content-Type: application/json\r
Authorization: Bearer xxxxxxxxxxxxxxxxxxxxxxxx\r
Mcp-Session-Id: 6f0d1c1e-8f6b-4a4e-9a33-1b5c1cf7d1aa\r
MCP-Protocol-Version: 2025-11-25\r
Content-Length: 164\r
\r
`
const responseHead = `HTTP/1.1 200 OK\r
Content-Type: text/event-stream\r
Cache-Control: no-cache, no-transform\r
Date: Sun, 22 Nov 2026 15:04:05 GMT\r
Transfer-Encoding: chunked\r
\r
`

function jsonOf(part: number, { method, tool, fails, rpcId, exchange }: Plan): unknown {
  const id = Number(rpcId)
  if (part === 1)
    return {
      jsonrpc: '2.0',
      id,
      method,
      params: {
        ...(tool !== null && {
          name: tool,
          arguments: { query: 'is:open label:"needs triage"', limit: 25, exact: false, cursor: null },
        }),
        _meta: { progressToken: exchange },
      },
    }
  if (part === 3)
    return {
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: exchange, progress: 4, total: 9, message: 'Reading the index' },
    }
  if (fails)
    return {
      jsonrpc: '2.0',
      id,
      error: {
        code: -32602,
        message: 'Invalid params: limit must be at most 20',
        data: { path: ['arguments', 'limit'], received: 25 },
      },
    }
  if (exchange % 50 === 40)
    return {
      jsonrpc: '2.0',
      id,
      result: {
        content: Array.from({ length: 900 }, (_, at) => ({ type: 'text', text: `Row ${at}: <b>not markup</b>` })),
      },
    }
  return {
    jsonrpc: '2.0',
    id,
    result: {
      content: [
        {
          type: 'text',
          text: 'Found 3 issues:\n- #412 Reconnect loses the last event\n- #398 <script>alert(1)</script> in a title\n- #377 Slow first call',
        },
        { type: 'resource_link', uri: 'https://example.com/issues/412', name: 'issue-412', mimeType: 'text/html' },
      ],
      structuredContent: {
        total: 3,
        took_ms: 12.5,
        next: null,
        ids: [412, 398, 377],
        exact: true,
        big: Number.MAX_SAFE_INTEGER,
      },
      isError: false,
    },
  }
}

function detailOf(row: FrameRow, text: string): FrameDetail {
  const isHead = row.kind === 'head'
  const [startLine = '', ...lines] = text.split('\r\n')
  const request = isHead && row.direction === 'c2s'
  const host = text.indexOf('127.0.0.1:6278')
  const secret = text.indexOf('xxxxxxxx')
  const half = Math.floor(row.length / 2)
  return {
    ...row,
    startLine: isHead ? startLine : null,
    headers: isHead
      ? lines
          .filter((line) => line.includes(': '))
          .map((line) => ({ name: line.split(': ')[0]!, value: line.split(': ')[1]! }))
      : [],
    text,
    textLossy: false,
    textCut: false,
    sentText: null,
    editList: request ? [{ offset: host, removed: '127.0.0.1:6278', inserted: 'mcp.example.com', rule: 'host' }] : [],
    decisions: [],
    redactions: request ? [{ offset: secret, length: 24, name: 'authorization', hash: '9f2c11d04be87a55' }] : [],
    chunks:
      row.receivedLastAt > row.receivedAt
        ? [0, 0.2, 0.55, 1].map((part) => ({
            at: Math.round(row.receivedAt + part * (row.receivedLastAt - row.receivedAt)),
            bytes: Math.max(1, Math.floor(half / 2)),
          }))
        : [{ at: row.receivedAt, bytes: row.length }],
  }
}

function callRow({ exchange, session, at, method, tool, fails, pending, took, rpcId }: Plan): CallRow {
  const odd = exchange % 37
  const outcome = pending ? 'pending' : fails ? 'error' : odd === 11 ? 'tool-error' : odd === 19 ? 'cancelled' : 'ok'
  return {
    id: exchange + 1,
    session: uidOf(session),
    flow: exchange + 1,
    direction: 'c2s',
    method,
    tool,
    rpcId,
    requestFrame: frameIds(exchange) + 1,
    responseFrame: pending ? null : frameIds(exchange) + 4,
    requestedAt: at + 180,
    answeredAt: pending ? null : at + took,
    outcome,
    code: fails ? -32602 : null,
    madeBy: null,
    requestSentAt: null,
    answerSentAt: null,
    resumedAfter: null,
  }
}

function flowRow({ exchange, session, at, took, pending }: Plan): FlowRow {
  const clean = { how: 'clean', by: 'server', at: 'boundary' } as const
  return {
    id: exchange + 1,
    connection: (exchange % 40) + 1,
    session: uidOf(session),
    kind: 'http',
    verb: 'POST',
    target: '/mcp',
    status: 200,
    stream: 'post',
    era: 'stateful',
    revision: '2025-11-25',
    requestType: 'application/json',
    responseType: 'text/event-stream',
    startedAt: at,
    respondedAt: at + took - 900,
    endedAt: pending ? null : at + took + 60,
    c2sEnding: { how: 'clean', by: 'client', at: 'boundary' },
    s2cEnding: pending ? null : clean,
    resumes: null,
  }
}

const connectionRow = (id: number, openedAt: number): ConnectionRow => ({
  id,
  instance: 1,
  server: 'issues',
  clientAddress: '127.0.0.1',
  clientPort: 50_000 + id,
  upstreamAddress: '127.0.0.1',
  upstreamPort: 3000,
  upstreamError: null,
  openedAt,
  connectedAt: openedAt + 400,
  closedAt: null,
  c2sBytes: 48_211,
  s2cBytes: 1_920_114,
  c2sUnsent: 0,
  s2cUnsent: 0,
  c2sEnding: null,
  s2cEnding: null,
})

function sessionRow(index: number, exchanges: number, beganAt: number): SessionRow {
  const [name, version] = clients[index % clients.length]!
  const newest = index === sessionCount - 1
  const lastAt = beganAt + (exchanges - (newest ? 0 : (sessionCount - index) * 700)) * pace
  return {
    id: index + 1,
    uid: uidOf(index),
    server: 'issues',
    target: 'http://localhost:3000/mcp',
    transport: index === 2 ? 'sse' : 'http',
    era: index === 5 ? 'stateless' : 'stateful',
    revision: index === 5 ? '2026-07-28' : index === 2 ? '2024-11-05' : '2025-11-25',
    client: index === 4 ? null : { name, version },
    serverInfo: { name: index % 3 === 0 ? 'issue-tracker' : 'filesystem-and-search-server', version: '3.2.0' },
    sessionId: `6f0d1c1e-8f6b-4a4e-9a33-1b5c1cf7d1a${index}`,
    certain: index !== 5,
    probe: false,
    instance: 1,
    startedAt: lastAt - 500 * pace,
    lastAt,
    endedAt: newest || index === 7 ? null : lastAt,
    frames: Math.floor((exchanges * perExchange) / (newest ? 2 : 18)),
    flows: Math.floor(exchanges / 18),
    calls: Math.floor(exchanges / (newest ? 2 : 18)),
    pending: newest ? 2 : 0,
    errors: index % 3 === 1 ? 14 : 0,
    bytes: 8_211_000,
  }
}
