import { captureFixture, START, type CaptureFixture } from './capture-fixture.ts'

const REQUEST = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":"hi"}}}'
const ANSWER = '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"hi"}]}}'
const SLOW = '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"slow"}}'

/**
 * One session, `talk0001`, of two calls: `echo`, answered after 12 ms, and `slow`, which waits; between them a stream that the server
 * resets. The head of the first request is frame 1, the request 2, the answer 3, the waiting request 4.
 */
export function conversationFixture(done?: (clean: () => void) => void): CaptureFixture {
  const capture = captureFixture(done)
  const { add } = capture
  add('session', {
    id: 1,
    uid: 'talk0001',
    revision: '2025-11-25',
    client_name: 'tester',
    client_version: '1.0',
    server_name: 'shop',
    server_version: '2.0',
    started_at: START,
    last_at: START + 5_000_000,
    frames: 4,
    flows: 2,
    calls: 2,
    pending: 1,
    errors: 0,
    bytes: 2048,
  })
  add('connection', { id: 1 })
  add('flow', { id: 1, session: 1, verb: 'POST', target: '/mcp', status: 200 })
  add('flow', {
    id: 2,
    session: 1,
    verb: 'GET',
    target: '/mcp',
    status: 200,
    stream: 'get',
    ended_at: START + 100_000,
    s2c_ending: '{"how":"rst","by":"server","at":"mid-event"}',
  })
  const head = 'POST /mcp HTTP/1.1\r\nHost: localhost:3000\r\nAccept: text/event-stream\r\n\r\n'
  let offset = 0
  const frame = (id: number, direction: number, text: string, ms: number, kind: number, label: string | null): void => {
    const at = START + ms * 1000
    const length = Buffer.byteLength(text)
    add('raw', { direction, offset, bytes: Buffer.from(text) })
    add('frame', {
      id,
      session: 1,
      direction,
      kind,
      received_at: at,
      received_last: at,
      offset,
      length,
      size: length,
      messages: kind === 0 ? 0 : 1,
      label,
    })
    offset += length
  }
  frame(1, 0, head, 0, 0, 'POST /mcp HTTP/1.1')
  frame(2, 0, REQUEST, 0, 1, null)
  frame(3, 1, ANSWER, 12, 1, null)
  frame(4, 0, SLOW, 200, 1, null)
  add('message', { frame: 2, kind: 0, method: 'tools/call', rpc_id: '1', tool: 'echo', call: 1 })
  add('message', { frame: 3, kind: 1, method: 'tools/call', rpc_id: '1', tool: 'echo', call: 1 })
  add('message', { frame: 4, kind: 0, method: 'tools/call', rpc_id: '2', tool: 'slow', call: 2 })
  add('call', { id: 1, session: 1, tool: 'echo', request_frame: 2, response_frame: 3, answered_at: START + 12_000 })
  add('call', {
    id: 2,
    session: 1,
    tool: 'slow',
    rpc_id: '2',
    request_frame: 4,
    requested_at: START + 200_000,
    outcome: 'pending',
  })
  return capture
}
