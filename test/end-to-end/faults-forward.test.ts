// Every fault of HTTP in forward mode: requests in absolute form, and through a tunnel with TLS opened in it.
import { describe, expect, test } from 'vitest'
import { faults } from '../../src/faults/index.ts'
import { faultyForward, faultyOrigin, type FaultyForward, type ForwardWay } from '../support/faulty-forward.ts'
import { call, events, json, type Answer } from '../support/faulty.ts'
import { initialize, MCP, sessions } from '../support/faulty-sessions.ts'

const ids = ({ asked }: FaultyForward): unknown[] => asked.map(({ body }) => (JSON.parse(body) as { id: unknown }).id)

/** What a client sees of each fault of level 2. */
const STORIES: Readonly<Record<string, (way: ForwardWay) => Promise<void>>> = {
  'delay-headers': async (way) => {
    const { tell } = await faultyForward(way, json, [{ fault: 'delay-headers', delay: '80ms' }])
    const from = performance.now()
    expect((await tell({ body: call(1) })).status).toBe(200)
    expect(performance.now() - from).toBeGreaterThanOrEqual(79)
  },
  status: async (way) => {
    const line = await faultyForward(way, json, [{ fault: 'status', code: 401, match: 'tool:search' }])
    const { status, headers } = await line.tell({ body: call(1) })
    const metadata = `${line.origin}/.well-known/oauth-protected-resource/mcp`
    expect([status, headers['www-authenticate']]).toEqual([
      401,
      `Bearer error="invalid_token", resource_metadata="${metadata}"`,
    ])
    expect([(await line.tell({ body: call(2, 'ping') })).status, ids(line)]).toEqual([200, [2]])
  },
  'session-lost': async (way) => {
    const line = await faultyForward(way, sessions().answer)
    await line.tell({ body: initialize })
    await line.faults.add({ fault: 'session-lost' })
    expect((await line.tell({ body: call(1), headers: MCP })).status).toBe(404)
    expect((await line.tell({ body: initialize })).headers['mcp-session-id']).toBe('s2')
    const again = { ...MCP, 'mcp-session-id': 's2' }
    expect([(await line.tell({ body: call(2), headers: again })).status, ids(line)]).toEqual([200, [0, 0, 2]])
  },
  'second-stream': async (way) => {
    const line = await faultyForward(way, sessions().answer, [{ fault: 'second-stream' }])
    await line.tell({ body: initialize })
    const first = await line.ask({ method: 'GET', headers: MCP })
    first.body.on('error', () => undefined)
    expect((await line.tell({ method: 'GET', headers: MCP })).status).toBe(409)
    expect([first.statusCode, line.asked.length]).toEqual([200, 2])
  },
  'auth-expire': async (way) => {
    const { tell } = await faultyForward(way, json, [{ fault: 'auth-expire', after: '1 calls' }])
    const told: number[] = []
    for (const token of ['old', 'old', 'new']) {
      told.push((await tell({ body: call(1), headers: { ...MCP, authorization: `Bearer ${token}` } })).status)
    }
    expect(told).toEqual([200, 401, 200])
  },
  'rate-limit': async (way) => {
    const { tell } = await faultyForward(way, json, [{ fault: 'rate-limit', requests: 1, 'per-time': '1h' }])
    const told = [await tell({ body: call(1) }), await tell({ body: call(2) })]
    expect(told.map(({ status, headers }) => [status, headers['retry-after']])).toEqual([
      [200, undefined],
      [429, '3600'],
    ])
  },
  headers: async (way) => {
    const line = await faultyForward(way, json, [
      { id: 'a', fault: 'headers', on: 'request', set: { 'X-A': 'b' }, remove: ['accept'] },
      { id: 'b', fault: 'headers', set: { 'Content-Type': 'text/plain' } },
    ])
    const { headers } = await line.tell({ body: call(1) })
    const [asked] = line.asked
    expect([headers['content-type'], asked!.headers['x-a'], asked!.headers.accept, asked!.path]).toEqual([
      'text/plain',
      'b',
      undefined,
      '/mcp',
    ])
  },
  buffer: async (way) => {
    const { ask } = await faultyForward(way, events(3), [{ fault: 'buffer', gzip: true }])
    const { headers, body } = await ask({ body: call(1) })
    expect(headers['content-encoding']).toBe('gzip')
    expect((await body.arrayBuffer()).byteLength).toBeGreaterThan(50)
  },
  malform: async (way) => {
    for (const [kind, code] of [
      ['content-length', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'],
      ['garbage', 'HTTPParserError'],
    ]) {
      const answer: Answer = (_asked, response) => void response.setHeader('connection', 'close').end('{}')
      const { tell } = await faultyForward(way, answer, [{ fault: 'malform', kind }])
      expect((await tell({ body: call(1) })).error).toContain(code)
    }
  },
  redirect: async (way) => {
    const line = await faultyForward(way, json, [{ fault: 'redirect', location: '/other', match: 'path:/mcp' }])
    const { status, headers } = await line.tell({ body: call(1) })
    expect([status, headers['location'], line.asked]).toEqual([307, '/other', []])
    expect((await line.tell({ path: '/other', body: call(2) })).status).toBe(200)
  },
  'duplicate-request': async (way) => {
    const line = await faultyForward(way, json, [{ fault: 'duplicate-request', match: 'tool:search' }])
    expect((await line.tell({ body: call(1) })).body).toContain('"ok":true')
    await expect.poll(() => line.asked.length).toBe(2)
    expect((await line.tell({ body: call(2, 'ping') })).body).toContain('"id":2')
    expect([ids(line), line.asked.map(({ path }) => path)]).toEqual([
      [1, 1, 2],
      ['/mcp', '/mcp', '/mcp'],
    ])
  },
  'lose-reply': async (way) => {
    const line = await faultyForward(way, json, [{ fault: 'lose-reply', match: 'tool:search' }])
    const told = line.tell({ body: call(1) })
    await expect.poll(() => line.asked.length).toBe(1)
    await line.faults.heal()
    expect((await told).error).toMatch(/^(UND_ERR_SOCKET|ECONNRESET)$/)
  },
  reroute: async (way) => {
    const other = await faultyOrigin(way, (_asked, response) => void response.writeHead(404).end())
    const line = await faultyForward(way, json, [{ fault: 'reroute', to: other.origin }])
    expect((await line.tell({ body: call(1) })).status).toBe(404)
    expect([other.asked[0]?.headers.host, other.asked[0]?.path, line.asked]).toEqual([
      other.origin.replace(/^\w+:\/\//, ''),
      '/mcp',
      [],
    ])
    await line.faults.heal()
    await expect.poll(async () => (await line.tell({ body: call(2) })).status).toBe(200)
  },
}

describe.each<ForwardWay>(['absolute form', 'a tunnel with TLS opened in it'])('by %s', (way) => {
  test.each(Object.entries(STORIES))('%s', async (_type, story) => {
    await expect(story(way)).resolves.toBeUndefined()
  })
})

test('every fault of HTTP has its story', () => {
  const all = faults.filter(({ level }) => level === 2).map(({ type }) => type)
  expect(Object.keys(STORIES)).toEqual(all)
})
