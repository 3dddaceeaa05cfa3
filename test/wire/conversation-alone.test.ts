import { describe, expect, test } from 'vitest'
import { talk, ask, result, error, initialize, stateless } from '../support/talk.ts'

describe('a socket that is a conversation by itself', () => {
  const socket = (certain = false) => {
    const it = talk()
    const line = it.line()
    const exchange = it.request(line, { verb: 'GET' })
    it.conversations.alone(exchange, 'websocket', certain, 5)
    return { ...it, line, exchange }
  }

  test('has a session of its own from its first message on, whoever speaks first', () => {
    const { say, exchange, sessions } = socket()
    expect(sessions.size).toBe(0)
    say(exchange, 's2c', { jsonrpc: '2.0', method: 'notifications/message' })
    say(exchange, 'c2s', initialize())
    say(exchange, 's2c', result(0, { protocolVersion: '2025-06-18', serverInfo: { name: 's', version: '2' } }))
    expect([...sessions]).toMatchObject([
      { transport: 'websocket', era: 'stateful', revision: '2025-06-18', certain: true, serverInfo: { name: 's' } },
    ])
  })

  test('has it at once when it is certain to be one', () => {
    expect([...socket(true).sessions]).toMatchObject([{ transport: 'websocket', era: null, startedAt: 5 }])
  })

  test('never shares it with another, however alike', () => {
    const it = talk()
    for (const line of [it.line(), it.line()]) {
      const exchange = it.request(line, { sessionId: 'same' })
      it.conversations.alone(exchange, 'websocket', false, 1)
      it.say(exchange, 'c2s', stateless(1))
      it.say(exchange, 's2c', result(1))
      it.say(exchange, 'c2s', stateless(2, 'other'))
    }
    const sockets = [...it.sessions].filter(({ transport }) => transport === 'websocket')
    expect(sockets).toMatchObject([
      { era: 'stateless', revision: '2026-07-28', client: { name: 'other' } },
      { era: 'stateless', revision: '2026-07-28', client: { name: 'other' } },
    ])
    expect(it.outcomes()).toEqual(['ok', 'pending', 'ok', 'pending'])
  })

  test('pairs calls in both directions, also with the same ids', () => {
    const { say, exchange, calls } = socket()
    say(exchange, 'c2s', ask(1))
    say(exchange, 's2c', ask(1, 'sampling/createMessage'))
    say(exchange, 's2c', result(1))
    say(exchange, 'c2s', error(1, -1))
    expect(calls.map(({ direction, method, outcome }) => [direction, method, outcome])).toEqual([
      ['c2s', 'tools/call', 'ok'],
      ['s2c', 'sampling/createMessage', 'error'],
    ])
  })

  test.each([
    ['client', 'client-left'],
    ['server', 'server-closed'],
    ['fault', 'fault'],
    [null, 'silent'],
  ] as const)('leaves nothing pending when it ends, by %s: %s', (by, outcome) => {
    const { say, exchange, outcomes, sessions, end } = socket()
    say(exchange, 'c2s', ask(1))
    say(exchange, 's2c', ask(7, 'ping'))
    end(exchange, by)
    expect(outcomes()).toEqual([outcome, outcome])
    expect([...sessions][0]!.endedAt).not.toBeNull()
    end(exchange, by)
  })

  test('lives as long as its socket, however silent', () => {
    const { say, exchange, sessions, conversations, end } = socket()
    say(exchange, 'c2s', ask(1))
    conversations.sweep(1e13)
    expect([...sessions][0]!.endedAt).toBeNull()
    end(exchange, 'client')
    expect([...sessions][0]!.endedAt).not.toBeNull()
  })

  test('that never was one ends without a word', () => {
    const { exchange, end, sessions } = socket()
    end(exchange)
    expect(sessions.size).toBe(0)
  })
})
