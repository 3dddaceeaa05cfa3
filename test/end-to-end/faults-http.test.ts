import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { call, events, faulty, json, post, raw, rawPost, type Answer } from '../support/faulty.ts'
import { initialize, MCP, sessions } from '../support/faulty-sessions.ts'
import { temporaryFolder } from '../support/temporary.ts'

const notice = 'data: {"jsonrpc":"2.0","method":"notifications/message"}\n\n'
const getStream = (session: string): string =>
  `GET /mcp HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nMcp-Session-Id: ${session}\r\n\r\n`
const ids = (asked: readonly { readonly body: string }[]): unknown[] =>
  asked.map(({ body }) => (JSON.parse(body) as { id: unknown }).id)
const failing = (how: Promise<unknown>): Promise<unknown> =>
  how.then(
    () => 'none',
    (error: Error) => (error.cause as { code?: string } | undefined)?.code ?? error.message,
  )

test('delay-headers holds status and headers back although the server has sent them', async () => {
  let sentAt = 0
  const { url } = await faulty(
    (_asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(notice)
      sentAt = performance.now()
    },
    [{ fault: 'delay-headers', delay: '120ms' }],
  )
  const response = await post(url, call(1))
  expect(performance.now() - sentAt).toBeGreaterThan(115)
  const { value } = await response.body!.getReader().read()
  expect(Buffer.from(value!).toString()).toBe(notice)
})

describe('status', () => {
  test('answers in place of the server, which sees the others only', async () => {
    const { url, asked } = await faulty(json, [
      { fault: 'status', code: 503, match: 'tool:broken', 'retry-after': '1500ms', headers: { 'X-Why': 'test' } },
    ])
    const broken = await post(url, call(1, 'tools/call', { name: 'broken' }))
    const { status, headers } = broken
    expect([status, headers.get('retry-after'), headers.get('x-why')]).toEqual([503, '2', 'test'])
    expect(await broken.text()).toContain('by a fault rule')
    expect((await post(url, call(2))).status).toBe(200)
    expect(ids(asked)).toEqual([2])
  })

  test.each([
    [401, 'invalid_token'],
    [403, 'insufficient_scope'],
  ])('%i comes with a challenge that leads to the metadata', async (code, error) => {
    const { url } = await faulty(json, [{ fault: 'status', code }])
    const challenge = (await post(url, call(1))).headers.get('www-authenticate')
    const { origin } = new URL(url)
    expect(challenge).toBe(
      `Bearer error="${error}", resource_metadata="${origin}/.well-known/oauth-protected-resource/mcp"`,
    )
  })

  test('leaves the connection usable, and answers in order what was sent ahead', async () => {
    const { url } = await faulty(json, [{ fault: 'status', code: 418, match: 'method:tools/call' }])
    const client = await raw(url, rawPost(call(1, 'ping')) + rawPost(call(2)) + rawPost(call(3, 'ping')))
    await client.until('"id":3')
    expect(client.text().match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 418', 'HTTP/1.1 200'])
  })
})

describe('session-lost', () => {
  const FORMS = [
    ['404', 404, '"code":-32001'],
    ['400', 400, '"code":-32000'],
    ['401', 401, ''],
    ['410', 410, '"code":-32001'],
    ['503', 503, ''],
    ['200/-32600', 200, '"code":-32600'],
    ['200/-32602', 200, '"code":-32602'],
    ['-32000', 400, '"code":-32000'],
  ] as const

  test.each(FORMS)('as %s until the client initializes again', async (as, status, says) => {
    const { answer } = sessions()
    const { url, proxy, asked } = await faulty(answer)
    await post(url, initialize)
    await post(url, call(1), { headers: MCP })
    await proxy.faults.add({ fault: 'session-lost', as })
    for (const id of [2, 3]) {
      const response = await post(url, call(id), { headers: MCP })
      expect(response.status).toBe(status)
      expect(await response.text()).toContain(says)
    }
    expect((await post(url, initialize)).headers.get('mcp-session-id')).toBe('s2')
    const again = { ...MCP, 'mcp-session-id': 's2' }
    expect((await post(url, call(4), { headers: again })).status).toBe(200)
    expect((await post(url, call(5), { headers: MCP })).status).toBe(status)
    expect(ids(asked)).toEqual([0, 1, 0, 4])
  })

  test.each([
    ['fin', 'end'],
    ['rst', 'ECONNRESET'],
    ['keep', 'timeout'],
  ])('does %s to an open stream at its next event', async (how, seen) => {
    const { answer, streams } = sessions()
    const { url, proxy } = await faulty(answer, [], { db: join(temporaryFolder(), 'capture.db') })
    await post(url, initialize)
    const client = await raw(url, getStream('s1'))
    await client.until('open')
    await proxy.faults.add({ fault: 'session-lost', streams: how })
    // whose stream it is, the recorder tells: a little later
    const beat = setInterval(() => streams[0]!.write(notice), 10)
    onTestFinished(() => clearInterval(beat))
    expect(await client.ending(how === 'keep' ? 150 : 3000)).toBe(seen)
  })
})

describe('second-stream', () => {
  const two = async (as: string) => {
    const { answer, streams } = sessions()
    const { url } = await faulty(answer, [{ fault: 'second-stream', as }])
    await post(url, initialize)
    const first = await raw(url, getStream('s1'))
    await first.until('open')
    const second = await raw(url, getStream('s1'))
    await second.until('HTTP/1.1')
    return { first, second, streams }
  }

  test('409 refuses it, and the first goes on', async () => {
    const { first, second, streams } = await two('409')
    expect(second.text()).toMatch(/^HTTP\/1.1 409 [^]*Only one SSE stream/)
    streams[0]!.write(notice)
    await first.until(notice)
    expect(streams).toHaveLength(1)
  })

  test('replace ends the first, and the second is the server’s', async () => {
    const { first, second, streams } = await two('replace')
    expect(await first.ending(3000)).toBe('end')
    await second.until('open')
    streams[1]!.write(notice)
    await second.until(notice)
  })

  test('both leaves the second one open and silent', async () => {
    const { first, second, streams } = await two('both')
    streams[0]!.write(notice)
    await first.until(notice)
    expect(second.text()).toMatch(/^HTTP\/1.1 200 [^]*text\/event-stream/)
    expect([await second.ending(30), streams.length]).toEqual(['timeout', 1])
  })
})

describe('auth-expire', () => {
  test('refuses the credential in use from then on, and no other', async () => {
    const { url, asked } = await faulty(json, [{ fault: 'auth-expire', after: '2 calls' }])
    const told: unknown[] = []
    for (const token of ['old', 'old', 'old', 'old', 'new']) {
      const response = await post(url, call(told.length), { headers: { ...MCP, authorization: `Bearer ${token}` } })
      told.push([response.status, response.headers.get('www-authenticate')?.split(',')[0]])
    }
    const refused = [401, 'Bearer error="invalid_token"']
    expect(told).toEqual([[200, undefined], [200, undefined], refused, refused, [200, undefined]])
    expect(ids(asked)).toEqual([0, 1, 4])
  })

  test('with 403 asks for another scope', async () => {
    const { url } = await faulty(json, [{ fault: 'auth-expire', status: 403 }])
    const response = await post(url, call(1), { headers: { authorization: 'Bearer x' } })
    expect([response.status, await response.json()]).toEqual([403, { error: 'insufficient_scope' }])
  })
})

test('rate-limit answers 429 beyond so many requests, with the time that is left', async () => {
  const { url, asked } = await faulty(json, [{ fault: 'rate-limit', requests: 2, 'per-time': '1h' }])
  const told: unknown[] = []
  for (const id of [1, 2, 3, 4]) {
    const response = await post(url, call(id), { headers: MCP })
    told.push([response.status, response.headers.get('retry-after')])
  }
  expect(told).toEqual([
    [200, null],
    [200, null],
    [429, '3600'],
    [429, '3600'],
  ])
  expect(ids(asked)).toEqual([1, 2])
})

describe('headers', () => {
  test('of a request reach the server changed', async () => {
    const { url, asked } = await faulty(json, [
      { fault: 'headers', on: 'request', set: { 'Mcp-Protocol-Version': '1999-01-01' }, remove: ['accept'] },
    ])
    await post(url, call(1), { headers: MCP })
    const { accept, 'mcp-protocol-version': version } = asked[0]!.headers
    expect([accept, version]).toEqual([undefined, '1999-01-01'])
  })

  test('of a response reach the client changed, its body as it was', async () => {
    const { answer } = sessions()
    const { url } = await faulty(answer, [
      { fault: 'headers', set: { 'Content-Type': 'text/plain' }, remove: ['Mcp-Session-Id'] },
    ])
    const response = await post(url, initialize)
    expect([response.headers.get('content-type'), response.headers.get('mcp-session-id')]).toEqual(['text/plain', null])
    expect(await response.json()).toMatchObject({ result: { ok: true } })
  })
})

describe('buffer', () => {
  test('shows the head at once and the events all together at the end', async () => {
    const { answer, streams } = sessions()
    const { url } = await faulty(answer, [{ fault: 'buffer' }])
    const client = await raw(url, getStream('s1'))
    await client.until('text/event-stream')
    streams[0]!.write(notice)
    expect([await client.ending(50), client.text().includes('data')]).toEqual(['timeout', false])
    streams[0]!.end(notice)
    await client.until('0\r\n\r\n')
    expect(client.text().match(/^data:/gm)).toHaveLength(2)
  })

  test('until a size or a time gives what there is', async () => {
    for (const until of ['150b', '60ms']) {
      const { url } = await faulty(events(3, { end: false }), [{ fault: 'buffer', until }])
      const client = await raw(url, rawPost(call(1)))
      const last = until === '150b' ? 'é2' : '"result"'
      await client.until(last)
      expect(client.text()).toContain('é1')
    }
  })

  test('lets pass what says X-Accel-Buffering: no, when it honours that', async () => {
    const answer: Answer = (_asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' })
      response.write(notice)
    }
    const { url } = await faulty(answer, [{ fault: 'buffer', 'honor-x-accel': true }])
    const client = await raw(url, rawPost(call(1)))
    await client.until(notice)
    expect(await client.ending(30)).toBe('timeout')
  })

  test('with gzip is silent to the end, and then reads as it was', async () => {
    const { url } = await faulty(events(3), [{ fault: 'buffer', gzip: true }])
    const response = await post(url, call(1))
    expect(response.headers.get('content-encoding')).toBe('gzip')
    expect((await response.text()).match(/^id: \d/gm)).toEqual(['id: 1', 'id: 2', 'id: 3', 'id: 4'])
  })

  test('that is healed gives back what it holds, in order', async () => {
    const { url, proxy } = await faulty(events(5, { end: false }), [{ fault: 'buffer' }])
    const client = await raw(url, rawPost(call(1)))
    await client.until('text/event-stream')
    await proxy.faults.heal()
    await client.until('id: 6')
    expect(client.text().match(/^id: \d/gm)).toHaveLength(6)
  })
})

describe('malform', () => {
  test.each([
    ['content-length', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'],
    ['garbage', 'HPE_INVALID_CONSTANT'],
    ['head', 'HPE_INVALID_HEADER_TOKEN'],
    ['chunk-size', 'HPE_INVALID_CHUNK_SIZE'],
  ])('%s is %s to fetch', async (kind, code) => {
    const answer: Answer = (_asked, response) => {
      response.setHeader('connection', 'close')
      if (kind === 'chunk-size') response.write('{')
      response.end('{}')
    }
    const { url } = await faulty(answer, [{ fault: 'malform', kind }])
    expect(await failing(post(url, call(1)).then((response) => response.text()))).toBe(code)
  })
})

test('redirect sends the client elsewhere: fetch follows 307 with its POST', async () => {
  const { url, asked } = await faulty(json, [{ fault: 'redirect', location: '/elsewhere', match: 'path:/mcp' }])
  const plain = await post(url, call(1), { redirect: 'manual' })
  expect([plain.status, plain.headers.get('location')]).toEqual([307, '/elsewhere'])
  expect((await post(url, call(2))).status).toBe(200)
  expect(asked.map(({ method, path, body }) => [method, path, body])).toEqual([['POST', '/elsewhere', call(2)]])
})

test('duplicate-request lets the server see it three times, and the client one answer', async () => {
  const { url, asked } = await faulty(json, [
    { fault: 'duplicate-request', copies: 2, match: 'method:tools/call', delay: '20ms' },
  ])
  const client = await raw(url, rawPost(call(1)))
  await client.until('"ok":true')
  await expect.poll(() => asked.length).toBe(3)
  client.socket.write(rawPost(call(2, 'ping')))
  await client.until('"id":2')
  expect(ids(asked)).toEqual([1, 1, 1, 2])
  expect(client.text().match(/HTTP\/1.1 200/g)).toHaveLength(2)
})

test('lose-reply lets the server do the work; the client waits, and is reset when it is healed', async () => {
  const { url, asked, proxy } = await faulty(json, [{ fault: 'lose-reply', match: 'method:tools/call' }])
  const client = await raw(url, rawPost(call(1)))
  await expect.poll(() => asked.length).toBe(1)
  expect([await client.ending(60), client.text()]).toEqual(['timeout', ''])
  await proxy.faults.heal()
  expect(await client.ending(3000)).toBe('ECONNRESET')
})

test('reroute leads new connections to another server, and open ones are closed', async () => {
  const other = await faulty((_asked, response) => response.writeHead(404).end())
  const { url, asked, proxy, sockets } = await faulty(json)
  const before = await raw(url, rawPost(call(1)))
  await before.until('"id":1')
  const { id } = await proxy.faults.add({ fault: 'reroute', to: other.proxy.url })
  expect(await before.ending(3000)).toBe('end')
  const { status } = await post(url, call(2), { headers: { ...MCP, connection: 'close' } })
  expect([status, ids(other.asked), ids(asked)]).toEqual([404, [2], [1]])
  await proxy.faults.remove(id)
  expect((await post(url, call(3))).status).toBe(200)
  expect(sockets.size).toBeGreaterThan(0)
})
