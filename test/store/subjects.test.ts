import { expect, test } from 'vitest'
import type { Subject } from '../../src/filter/index.ts'
import { FRAME, type Record } from '../../src/store/columns.ts'
import { frameRows } from '../../src/store/frame-rows.ts'
import { subjectsOf } from '../../src/store/subjects.ts'
import { captureFixture, START } from '../support/capture-fixture.ts'

const REQUEST = 'POST /mcp HTTP/1.1\r\nMcp-Session-Id: x\r\nX-A: one\r\nX-A: two\r\n\r\n'
const RESPONSE = 'HTTP/1.1 100 Continue\r\nX-B: early\r\n\r\n' + 'HTTP/1.1 200 OK\r\nX-B: final\r\n\r\n'

const recorded = () => {
  const { db, add } = captureFixture()
  add('instance', { id: 2, name: 'edge' })
  add('session', {
    id: 1,
    uid: 'abcd2345',
    transport: 'sse',
    era: 'stateful',
    client_name: 'claude',
    client_version: null,
  })
  add('connection', { id: 1, instance: 2, server: 'srv' })
  add('flow', {
    id: 1,
    session: 1,
    verb: 'POST',
    target: 'http://host:1/mcp?x=1',
    status: 200,
    stream: 'post',
    era: 'stateless',
    c2s_ending: '{"how":"clean","by":"client"}',
    s2c_ending: '{"how":"rst","by":"server"}',
  })
  add('flow', { id: 2, kind: 'stdio' })
  const body = '{"id":7}'
  add('raw', { connection: 1, direction: 0, offset: 0, bytes: Buffer.from(REQUEST + body) })
  add('raw', { connection: 1, direction: 1, offset: 0, bytes: Buffer.from(RESPONSE) })
  const early = RESPONSE.indexOf('HTTP/1.1 200')
  add('frame', { id: 1, session: 1, kind: 0, length: REQUEST.length, label: 'POST /mcp HTTP/1.1' })
  add('edit', { id: 1, rule: 'host' })
  add('edit', { id: 2, rule: 'cut-it' })
  const place = { offset: REQUEST.length, length: body.length, size: 8 }
  add('frame', { id: 2, session: 1, messages: 1, edits: '[1,2]', ...place, received_at: START + 5 })
  add('message', { frame: 2, method: 'tools/call', tool: 'search', rpc_id: '7', call: 1 })
  add('frame', { id: 3, session: 1, kind: 0, direction: 1, length: early, label: 'HTTP/1.1 100 Continue' })
  const final = { offset: early, length: RESPONSE.length - early, label: 'HTTP/1.1 200 OK' }
  add('frame', { id: 4, session: 1, kind: 0, direction: 1, ...final })
  add('frame', { id: 5, flow: 2, direction: 1, kind: 4, length: 99, offset: 9999 })
  add('call', {
    id: 1,
    request_frame: 2,
    requested_at: START,
    answered_at: START + 1500,
    outcome: 'tool-error',
    code: -5,
  })
  const { frame, call } = subjectsOf(db, frameRows(db))()
  const record = (id: number) => db.prepare(`SELECT ${FRAME} WHERE frame.id = ?`).get(id) as Record
  const of = (id: number): Subject => frame(record(id))
  return { of, call: call(db.prepare('SELECT * FROM call').get() as Record, record(2)) }
}

test('a frame is told with what its flow, session, connection, tap and call know', () => {
  expect(recorded().of(2)).toMatchObject({
    direction: 'c2s',
    kind: 'body',
    at: START + 5,
    size: 8,
    transport: 'sse',
    era: 'stateless',
    server: 'srv',
    tap: 'edge',
    session: 'abcd2345',
    client: { name: 'claude', version: '' },
    verb: 'POST',
    path: '/mcp?x=1',
    status: 200,
    stream: 'post',
    messages: [{ kind: 'request', method: 'tools/call', tool: 'search', uri: null, id: '7', code: null }],
    recorded: { id: 2, outcome: 'tool-error', durationMs: 1.5, ending: 'rst', faults: ['cut-it'] },
  })
})

test('a frame without session, and of a flow without HTTP, knows only what there is', () => {
  expect(recorded().of(5)).toMatchObject({
    transport: 'stdio',
    era: null,
    session: null,
    client: null,
    path: null,
    recorded: { outcome: null, durationMs: null, ending: null, faults: [] },
  })
})

test('headers are those of the head in its direction, the first of a name, and of answers the final one', () => {
  const { of } = recorded()
  expect([of(2).header('x-a'), of(1).header('mcp-session-id'), of(2).header('x-b')]).toEqual(['one', 'x', undefined])
  expect(of(3).header('x-b')).toBe('final')
  expect(of(5).header('x-a')).toBeUndefined()
})

test('its text is its payload; empty where that was not kept', () => {
  const { of } = recorded()
  expect(of(2).text()).toBe('{"id":7}')
  expect(of(1).text()).toBe(REQUEST)
  expect(of(5).text()).toBe('')
})

test('a call is its request, with the code of its answer', () => {
  expect(recorded().call).toMatchObject({
    path: '/mcp?x=1',
    messages: [{ kind: 'request', tool: 'search', code: -5 }],
    recorded: { outcome: 'tool-error', durationMs: 1.5 },
  })
})
