import fc from 'fast-check'
import { type CaptureFixture, START } from './capture-fixture.ts'

/** What captures made here are made of, and filters on them should look for. */
export const words = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      'tools/call',
      'tools/list',
      'search',
      'Search',
      'file:///a',
      '/mcp',
      '/mcp?x=1',
      'claude',
      'a/b',
      'srv',
      'edge',
      '7',
      'a',
      'rst',
      'ws:1006',
      'clean',
      'cut-it',
      'POST',
      'text/html',
      'needle',
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom('', '*x', '%', '_', '[a]', '?', 'É', 'TOOLS', '\\', '"a"', 'host', 'any') },
)

const pick = <T>(...values: T[]) => fc.constantFrom(...values)
const method = pick(null, 'tools/call', 'tools/list', 'tools/[a]?', 'Tools/call')
const ending = pick(
  null,
  '{"how":"clean","by":"server"}',
  '{"how":"rst","by":"server"}',
  '{"how":"ws:1006","by":"client"}',
)

const message = fc.record({
  kind: fc.nat(4),
  method,
  rpc_id: pick(null, '7', '"a"', '"a\\"b"', 'null'),
  tool: pick(null, 'search', 'Search', 'É%_'),
  uri: pick(null, 'file:///a'),
  code: pick(null, -32602, 7),
  call: pick(null, 1, 2, 3),
})

const frame = fc.record({
  flow: fc.integer({ min: 1, max: 4 }),
  session: pick(null, 1, 2, 3),
  direction: fc.nat(1),
  kind: fc.nat(9),
  at: pick(0, 1, 2, 3).map((n) => n * 50_000_000),
  size: pick(0, 10, 1024, 5000),
  edits: pick(null, '[1]', '[2]', '[1,3]', '[4]'),
  messages: fc.oneof(fc.constant([]), fc.array(message, { minLength: 1, maxLength: 3 })),
  payload: pick(
    '',
    '{"method":"tools/call"}',
    'a NEEDLE in here',
    'POST /mcp HTTP/1.1\r\nX-A: search\r\nContent-Type: Text/HTML\r\n\r\n',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-A: \r\n\r\n',
    'É _',
  ),
})

const flow = fc.record({
  kind: pick('http', 'websocket', 'stdio'),
  verb: pick(null, 'POST', 'GET'),
  target: pick(null, '/mcp', '/mcp?x=1', 'http://host:1/mcp?x=1', 'HTTPS://host', 'host:443', 'https:/odd://x', '*'),
  status: pick(null, 200, 404, 500),
  stream: pick(null, 'get', 'post'),
  era: pick(null, 'stateful', 'stateless'),
  c2s_ending: ending,
  s2c_ending: ending,
})

const session = fc.record({
  transport: pick('http', 'sse', 'stdio'),
  era: pick(null, 'stateful', 'stateless'),
  client_name: pick(null, 'claude', 'Claude-Code', 'a/b'),
  client_version: pick(null, '1.0'),
})

const call = fc.record({
  outcome: pick('ok', 'error', 'pending', 'client-left'),
  took: pick(null, 0, 1500, 500_000, 2_000_000),
  code: pick(null, -32602),
  request: fc.nat(),
})

export const captures = fc.record({
  frames: fc.array(frame, { minLength: 4, maxLength: 12 }),
  flows: fc.array(flow, { minLength: 4, maxLength: 4 }),
  sessions: fc.array(session, { minLength: 3, maxLength: 3 }),
  calls: fc.array(call, { minLength: 3, maxLength: 3 }),
})

type Captured = typeof captures extends fc.Arbitrary<infer T> ? T : never

/** Empties the capture and puts that into it; instants are `now` and before. */
export function putCapture(
  { db, add }: CaptureFixture,
  { frames, flows, sessions, calls }: Captured,
  now: number,
): void {
  for (const table of ['session', 'connection', 'flow', 'frame', 'message', 'call', 'edit', 'raw', 'instance'])
    db.exec(`DELETE FROM ${table}`)
  add('instance', { id: 1 })
  add('instance', { id: 2, name: 'Edge' })
  for (const [id, rule] of ['host', 'cut-it', 'header:x', 'any'].entries()) add('edit', { id: id + 1, rule })
  for (const [i, row] of sessions.entries()) add('session', { id: i + 1, uid: `sess000${i}`, ...row })
  for (const id of [1, 2]) add('connection', { id, instance: id, server: id === 1 ? 'srv' : 'other' })
  for (const [i, row] of flows.entries()) add('flow', { id: i + 1, connection: 1 + (i % 2), ...row })
  const ends = [0, 0, 0, 0]
  for (const [i, { at, messages, payload, direction, flow: of, ...row }] of frames.entries()) {
    const [connection, bytes] = [1 + ((of - 1) % 2), Buffer.from(payload)]
    const end = (connection - 1) * 2 + direction
    const offset = ends[end] ?? 0
    ends[end] = offset + bytes.length
    add('raw', { connection, direction, offset, bytes })
    const received = now - at
    const place = {
      connection,
      direction,
      flow: of,
      offset,
      length: bytes.length,
      received_at: received,
      received_last: received,
    }
    add('frame', { id: i + 1, label: payload.split('\r\n')[0], messages: messages.length, ...place, ...row })
    for (const [idx, said] of messages.entries()) add('message', { frame: i + 1, idx, ...said })
  }
  for (const [i, { took, request, ...row }] of calls.entries()) {
    const [id, asking] = [i + 1, 1 + (request % frames.length)]
    const answered = took === null ? null : START + took
    add('call', { id, request_frame: asking, answered_at: answered, ...row })
    // a call has a message that asks
    add('message', { frame: asking, idx: 10 + i, kind: 0, method: 'tools/call', rpc_id: '7', call: id })
    db.prepare('UPDATE frame SET messages = messages + 1 WHERE id = ?').run(asking)
  }
}
