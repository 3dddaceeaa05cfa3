import { describe, expect, test } from 'vitest'
import type { RequestFacts } from '../../src/wire/conversation.ts'
import { talk, ask, result, error, initialize, stateless, type L } from '../support/talk.ts'

describe('sessions', () => {
  test('initialize begins one, and the id on its response names it', () => {
    const t = talk()
    const first = t.request(t.line())
    t.say(first, 'c2s', initialize())
    t.respond(first, 200, { sessionId: 's1' })
    t.say(first, 's2c', result(0, { protocolVersion: '2025-03-26', serverInfo: { name: 's', version: '2' } }))
    const second = t.request(t.line(), { sessionId: 's1' })
    expect(second.session).toBe(first.session)
    expect([...t.sessions]).toMatchObject([
      {
        sessionId: 's1',
        revision: '2025-03-26',
        client: { name: 'c' },
        serverInfo: { name: 's' },
        era: 'stateful',
        certain: true,
      },
    ])
  })

  test('an id never seen is a session too: recorded from the middle on', () => {
    const t = talk()
    const exchange = t.request(t.line(), { sessionId: 'old', revision: '2025-11-25' })
    expect(exchange.session).toMatchObject({ sessionId: 'old', revision: '2025-11-25', certain: true })
  })

  test('the same id at another server is another session', () => {
    const t = talk()
    const one = t.request(t.line(), { sessionId: 's' })
    const two = t.request(t.line({ server: 'b:2' }), { sessionId: 's' })
    expect(one.session).not.toBe(two.session)
  })

  test('two clients that initialize at the same time never mix', () => {
    const t = talk()
    const [a, b] = [t.request(t.line()), t.request(t.line())]
    t.say(a, 'c2s', initialize())
    t.say(b, 'c2s', initialize())
    t.respond(b, 200, { sessionId: 'sb' })
    t.respond(a, 200, { sessionId: 'sa' })
    expect(a.session!.sessionId).toBe('sa')
    expect(b.session!.sessionId).toBe('sb')
  })

  test('without ids the connection tells; another connection is a guess, and said to be one', () => {
    const t = talk()
    const line = t.line()
    const first = t.request(line)
    t.say(first, 'c2s', initialize())
    t.respond(first)
    const same = t.request(line)
    t.say(same, 'c2s', ask(1))
    expect(same.session).toBe(first.session)
    expect(first.session!.certain).toBe(true)
    const other = t.request(t.line())
    t.say(other, 'c2s', ask(2))
    expect(other.session).toBe(first.session)
    expect(first.session!.certain).toBe(false)
  })

  test('clients of the stateless era are told apart by clientInfo, address and credential, and are never certain', () => {
    const t = talk()
    const sessionOf = (line: L, name: string, over: Partial<RequestFacts> = {}) => {
      const exchange = t.request(line, over)
      t.say(exchange, 'c2s', stateless(1, name))
      return exchange.session
    }
    const first = sessionOf(t.line(), 'c')
    expect(first).toMatchObject({ era: 'stateless', revision: '2026-07-28', certain: false })
    expect(sessionOf(t.line(), 'c')).toBe(first)
    const line = t.line()
    const others = [
      sessionOf(line, 'd'),
      sessionOf(line, 'c', { identity: 'k' }),
      sessionOf(t.line({ clientAddress: '10.0.0.2' }), 'c'),
    ]
    expect(new Set([first, ...others]).size).toBe(4)
  })

  test('one connection may speak both eras', () => {
    const t = talk()
    const line = t.line()
    const modern = t.request(line)
    t.say(modern, 'c2s', stateless(1))
    const legacy = t.request(line)
    t.say(legacy, 'c2s', initialize())
    expect(legacy.session).not.toBe(modern.session)
    expect(legacy.era).toBe('stateful')
    expect(modern.era).toBe('stateless')
  })

  test('traffic that is no MCP belongs to none', () => {
    const t = talk()
    const exchange = t.request(t.line(), { verb: 'GET', target: '/health' })
    t.respond(exchange)
    t.say(exchange, 's2c', { ok: true })
    t.end(exchange)
    expect(exchange.session).toBeNull()
    expect(t.sessions.size).toBe(0)
  })

  test('DELETE that is accepted ends one; an id used again is a new one', () => {
    const t = talk()
    const first = t.request(t.line(), { sessionId: 's' })
    const gone = t.request(t.line(), { verb: 'DELETE', sessionId: 's' })
    t.respond(gone, 200)
    t.end(gone)
    expect(first.session!.endedAt).not.toBeNull()
    expect(t.request(t.line(), { sessionId: 's' }).session).not.toBe(first.session)
  })

  test('a DELETE that is refused ends nothing', () => {
    const t = talk()
    const exchange = t.request(t.line(), { verb: 'DELETE', sessionId: 's' })
    t.respond(exchange, 405)
    t.end(exchange)
    expect(exchange.session!.endedAt).toBeNull()
  })

  test('idle ones and those beyond the bound are forgotten', () => {
    const t = talk({ idle: 100, maxSessions: 2 })
    const line = t.line()
    const sessions = ['a', 'b', 'c'].map((sessionId) => t.request(line, { sessionId }).session!)
    t.conversations.sweep(50)
    expect(sessions.map(({ endedAt }) => endedAt !== null)).toEqual([true, false, false])
    t.conversations.sweep(1000)
    expect(sessions.map(({ endedAt }) => endedAt !== null)).toEqual([true, true, true])
  })
})

describe('calls', () => {
  test.each([
    ['a result', result(1), 'ok', null],
    ['a result with isError', result(1, { isError: true }), 'tool-error', null],
    ['an error', error(1, -32602), 'error', -32602],
    [
      'an error that could not name its request',
      { jsonrpc: '2.0', error: { code: -32700, message: '' } },
      'error',
      -32700,
    ],
  ])('%s settles the request it answers', (_, message, outcome, code) => {
    const t = talk()
    const exchange = t.request(t.line(), { sessionId: 's' })
    const call = t.say(exchange, 'c2s', ask(1))
    expect(t.say(exchange, 's2c', message)).toBe(call)
    expect(call).toMatchObject({ outcome, code, response: 's2c3', requestedAt: 2, answeredAt: 3 })
  })

  test('the string "1" is not the number 1', () => {
    const t = talk()
    const line = t.line()
    const [a, b] = [t.request(line, { sessionId: 's' }), t.request(line, { sessionId: 's' })]
    const number = t.say(a, 'c2s', ask(1))
    const text = t.say(b, 'c2s', ask('1'))
    const stream = t.request(line, { verb: 'GET', sessionId: 's' })
    expect(t.say(stream, 's2c', result('1'))).toBe(text)
    expect(t.say(stream, 's2c', result(1))).toBe(number)
  })

  test('both directions may use the same ids', () => {
    const t = talk()
    const exchange = t.request(t.line(), { sessionId: 's' })
    const asked = t.say(exchange, 'c2s', ask(1))
    const asks = t.say(exchange, 's2c', ask(1, 'sampling/createMessage'))
    const answers = t.request(t.line(), { sessionId: 's' })
    expect(t.say(answers, 'c2s', result(1))).toBe(asks)
    expect(t.say(exchange, 's2c', result(1))).toBe(asked)
  })

  test('an id used again is another call', () => {
    const t = talk()
    const line = t.line()
    for (let i = 0; i < 2; i++) {
      const exchange = t.request(line, { sessionId: 's' })
      const call = t.say(exchange, 'c2s', ask(1))
      expect(t.say(exchange, 's2c', result(1))).toBe(call)
    }
    expect(t.outcomes()).toEqual(['ok', 'ok'])
  })

  test('clients that look alike and use the same ids at once still get their own answers', () => {
    const t = talk()
    const [a, b] = [t.request(t.line()), t.request(t.line())]
    const one = t.say(a, 'c2s', stateless(1))
    const two = t.say(b, 'c2s', stateless(1))
    expect(t.say(a, 's2c', result(1))).toBe(one)
    expect(t.say(b, 's2c', result(1))).toBe(two)
  })

  test('a batch is paired message by message', () => {
    const t = talk()
    const exchange = t.request(t.line(), { sessionId: 's' })
    t.say(exchange, 'c2s', ask(1), ask(2), { jsonrpc: '2.0', method: 'notifications/initialized' })
    t.say(exchange, 's2c', error(2, -1), result(1))
    expect(t.outcomes()).toEqual(['ok', 'error'])
  })

  test('an answer nobody asked for is paired with nothing', () => {
    const t = talk()
    const exchange = t.request(t.line(), { sessionId: 's' })
    expect(t.say(exchange, 's2c', result(9))).toBeNull()
  })

  test('a cancelled call stays cancelled when its answer crosses', () => {
    const t = talk()
    const line = t.line()
    const exchange = t.request(line, { sessionId: 's' })
    const call = t.say(exchange, 'c2s', ask(1))
    const cancel = t.request(line, { sessionId: 's' })
    t.say(cancel, 'c2s', { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } })
    expect(call!.outcome).toBe('cancelled')
    t.say(exchange, 's2c', result(1))
    expect(call).toMatchObject({ outcome: 'cancelled', response: expect.any(String) })
  })

  test('only who asked can cancel', () => {
    const t = talk()
    const exchange = t.request(t.line(), { sessionId: 's' })
    const call = t.say(exchange, 'c2s', ask(1))
    t.say(exchange, 's2c', { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } })
    expect(call!.outcome).toBe('pending')
  })

  test('an HTTP failure without an answer ends it as error, with the status as code', () => {
    const t = talk()
    const exchange = t.request(t.line(), { sessionId: 's' })
    const call = t.say(exchange, 'c2s', ask(1))
    t.respond(exchange, 404)
    t.end(exchange)
    expect(call).toMatchObject({ outcome: 'error', code: 404, response: 'head' })
  })

  test.each([
    ['stateful', 'server', false, 'server-closed'],
    ['stateful', null, false, 'server-closed'],
    ['stateful', 'client', false, 'client-left'],
    ['stateful', 'fault', false, 'fault'],
    ['stateful', 'server', true, 'pending'],
    ['stateful', 'client', true, 'pending'],
    ['stateless', 'client', false, 'cancelled'],
    ['stateless', 'server', false, 'server-closed'],
  ] as const)('a %s stream ended by %s (resumable: %s) leaves it %s', (era, by, resumable, outcome) => {
    const t = talk()
    const exchange = t.request(t.line(), era === 'stateful' ? { sessionId: 's' } : {})
    const call = t.say(exchange, 'c2s', era === 'stateful' ? ask(1) : stateless(1))
    t.respond(exchange, 200, { stream: true })
    if (resumable) t.conversations.resumable(exchange)
    t.end(exchange, by)
    expect(call!.outcome).toBe(outcome)
  })

  test('an answer on a resumed stream beats the cut', () => {
    const t = talk()
    const line = t.line()
    const exchange = t.request(line, { sessionId: 's' })
    const call = t.say(exchange, 'c2s', ask(1))
    t.respond(exchange, 200, { stream: true })
    t.end(exchange, 'server')
    expect(call!.outcome).toBe('server-closed')
    t.say(t.request(line, { verb: 'GET', sessionId: 's' }), 's2c', result(1))
    expect(call!.outcome).toBe('ok')
  })

  test('what was cut and never resumed is what cut it, what was never answered is silent, once the session ends', () => {
    const t = talk()
    const line = t.line()
    const cut = t.request(line, { sessionId: 's' })
    t.say(cut, 'c2s', ask(1))
    t.respond(cut, 200, { stream: true })
    t.conversations.resumable(cut)
    t.end(cut, 'server')
    const accepted = t.request(line, { sessionId: 's' })
    t.say(accepted, 'c2s', ask(2))
    t.respond(accepted, 202)
    t.end(accepted)
    expect(t.outcomes()).toEqual(['pending', 'pending'])
    t.conversations.finish(99)
    expect(t.outcomes()).toEqual(['server-closed', 'silent'])
  })

  test('beyond the bound the oldest unanswered is given up', () => {
    const t = talk({ maxPending: 2 })
    const exchange = t.request(t.line(), { sessionId: 's' })
    for (const id of [1, 2, 3]) t.say(exchange, 'c2s', ask(id))
    expect(t.outcomes()).toEqual(['silent', 'pending', 'pending'])
  })
})

describe('the HTTP+SSE pair of 2024-11-05', () => {
  const opened = (
    t: ReturnType<typeof talk>,
    uri: string,
    target = '/sse',
    over: Parameters<typeof t.line>[0] = {},
  ) => {
    const stream = t.request(t.line(over), { verb: 'GET', target })
    t.respond(stream, 200, { stream: true })
    t.conversations.endpoint(stream, uri, 1)
    return stream
  }

  test('ties what is posted to its endpoint to the stream, where the answers come', () => {
    const t = talk()
    const stream = opened(t, 'http://a:1/messages?sessionId=7')
    const post = t.request(t.line(), { target: '/messages?sessionId=7' })
    expect(post.session).toBe(stream.session)
    const call = t.say(post, 'c2s', initialize(1))
    t.respond(post, 202)
    t.end(post)
    expect(call!.outcome).toBe('pending')
    t.say(stream, 's2c', result(1, { protocolVersion: '2024-11-05', serverInfo: { name: 's', version: '2' } }))
    expect(call!.outcome).toBe('ok')
    expect([...t.sessions]).toMatchObject([
      {
        transport: 'sse',
        era: 'stateful',
        revision: '2024-11-05',
        sessionId: '7',
        client: { name: 'c' },
        serverInfo: { name: 's' },
        certain: true,
      },
    ])
  })

  test.each([
    ['/messages?session_id=7', '/sse', '/messages?session_id=7'],
    ['messages/7', '/a/sse', '/a/messages/7'],
    ['?sessionId=7', '/a/sse?x=y', '/a/sse?sessionId=7'],
    ['//a:1/m', '/sse', '/m'],
    ['http://elsewhere.test/base/../m#x', '/sse', '/m'],
    ['/mé sage', '/sse', '/m%C3%A9%20sage'],
    ['/m?s=1', 'http://a:1/sse', 'http://a:1/m?s=1'],
  ])('knows the endpoint %s of %s as %s', (uri, target, posted) => {
    const t = talk()
    const stream = opened(t, uri, target)
    expect(t.request(t.line(), { target: posted }).session).toBe(stream.session)
    expect(t.request(t.line(), { target: '/other' }).session).toBeNull()
    expect(t.request(t.line({ server: 'b:2' }), { target: posted }).session).toBeNull()
  })

  test('knows it behind the path under which clients reach the server', () => {
    const t = talk()
    const routed = { prefix: '/s/a' }
    const stream = opened(t, '/m?s=1', '/s/a/sse', routed)
    expect(t.request(t.line(routed), { target: '/s/a/m?s=1' }).session).toBe(stream.session)
    const relative = opened(t, 'n', '/s/a/x/sse', routed)
    expect(t.request(t.line(routed), { target: '/s/a/x/n' }).session).toBe(relative.session)
  })

  test('pairs what the server asks on the stream with what is posted', () => {
    const t = talk()
    const stream = opened(t, '/m?sessionId=7')
    const asked = t.say(stream, 's2c', ask(1, 'sampling/createMessage'))
    const own = t.say(t.request(t.line(), { target: '/m?sessionId=7' }), 'c2s', ask(1))
    t.say(t.request(t.line(), { target: '/m?sessionId=7' }), 'c2s', result(1))
    expect([asked!.outcome, own!.outcome]).toEqual(['ok', 'pending'])
  })

  test('keeps two clients apart that use the same ids', () => {
    const t = talk()
    const [a, b] = [opened(t, '/m?sessionId=a'), opened(t, '/m?sessionId=b')]
    const first = t.say(t.request(t.line(), { target: '/m?sessionId=a' }), 'c2s', ask(1))
    const second = t.say(t.request(t.line(), { target: '/m?sessionId=b' }), 'c2s', ask(1))
    t.say(b, 's2c', error(1, -1))
    t.say(a, 's2c', result(1))
    expect([first!.outcome, second!.outcome]).toEqual(['ok', 'error'])
  })

  test.each([
    ['client', 'client-left'],
    ['server', 'server-closed'],
    [null, 'server-closed'],
    ['fault', 'fault'],
  ] as const)('ends its session with the stream, by %s', (by, outcome) => {
    const t = talk()
    const stream = opened(t, '/m?sessionId=7')
    const call = t.say(t.request(t.line(), { target: '/m?sessionId=7' }), 'c2s', ask(1))
    t.end(stream, by)
    expect(call!.outcome).toBe(outcome)
    expect(stream.session!.endedAt).not.toBeNull()
    expect(t.request(t.line(), { target: '/m?sessionId=7' }).session).toBeNull()
  })

  test('begins a new session with each endpoint, also when a client comes back', () => {
    const t = talk()
    const first = opened(t, '/m?sessionId=1')
    t.end(first, 'server')
    const second = opened(t, '/m?sessionId=2')
    expect(second.session).not.toBe(first.session)
    const late = t.request(t.line(), { target: '/m?sessionId=2' })
    t.say(late, 'c2s', ask(5))
    expect(late.session).toBe(second.session)
  })

  test('says where two streams have one endpoint', () => {
    const t = talk()
    const [a, b] = [opened(t, '/m'), opened(t, '/m')]
    expect([a.session!.certain, b.session!.certain]).toEqual([false, false])
  })

  test('outlives any silence, as its stream does', () => {
    const t = talk({ idle: 1 })
    const stream = opened(t, '/m?sessionId=7')
    t.conversations.sweep(1_000_000)
    expect(stream.session!.endedAt).toBeNull()
  })
})
