import { expect, test } from 'vitest'
import { openReader } from '../../src/store/reader.ts'
import { captureFixture, START } from '../support/capture-fixture.ts'

test('a session row has all that is known of it', () => {
  const { path, add } = captureFixture()
  add('session', {
    uid: 'abcd2345',
    era: 'stateful',
    revision: '2025-11-25',
    client_name: 'probe',
    client_version: '1.2',
    server_name: 'files',
    session_id: 's-1',
    certain: 0,
    ended_at: START + 5,
    frames: 4,
    flows: 3,
    calls: 2,
    pending: 1,
    errors: 1,
    bytes: 99,
  })
  const reader = openReader(path)
  expect(reader.session()).toEqual({
    id: 1,
    uid: 'abcd2345',
    server: 'localhost:3000',
    target: 'http://localhost:3000/mcp',
    transport: 'http',
    era: 'stateful',
    revision: '2025-11-25',
    client: { name: 'probe', version: '1.2' },
    serverInfo: { name: 'files', version: '' },
    sessionId: 's-1',
    certain: false,
    probe: false,
    instance: 1,
    startedAt: START,
    lastAt: START,
    endedAt: START + 5,
    frames: 4,
    flows: 3,
    calls: 2,
    pending: 1,
    errors: 1,
    bytes: 99,
  })
  reader.close()
})

test('connections and flows carry their endings, instances and losses their times', () => {
  const { path, add } = captureFixture()
  const reset = { how: 'rst', by: 'server', at: 'mid-body' }
  add('session', { uid: 'abcd2345' })
  add('connection', {
    id: 7,
    upstream_address: '::1',
    upstream_port: 3000,
    closed_at: START + 9,
    s2c_ending: JSON.stringify(reset),
  })
  add('flow', {
    id: 3,
    connection: 7,
    session: 1,
    verb: 'POST',
    target: '/mcp',
    status: 200,
    stream: 'post',
    s2c_ending: JSON.stringify(reset),
  })
  add('loss', { to_at: START + 1, chunks: 2, bytes: 3 })
  const reader = openReader(path)
  expect(reader.connection(7)).toMatchObject({
    upstreamAddress: '::1',
    upstreamPort: 3000,
    c2sEnding: null,
    s2cEnding: reset,
  })
  expect(reader.connection(8)).toBeUndefined()
  expect(reader.flow(3)).toMatchObject({
    session: 'abcd2345',
    verb: 'POST',
    status: 200,
    stream: 'post',
    s2cEnding: reset,
  })
  expect(reader.flow(4)).toBeUndefined()
  expect(reader.instances()).toMatchObject([{ id: 1, pid: 1, role: 'proxy', seenAt: START, endedAt: null }])
  expect(reader.losses()).toEqual([
    { id: 1, instance: 1, from: START, to: START + 1, chunks: 2, bytes: 3, reason: 'queue' },
  ])
  reader.close()
})
