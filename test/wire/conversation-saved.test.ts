import { describe, expect, test } from 'vitest'
import type { SavedConversation } from '../../src/wire/conversation.ts'
import { scanMessages } from '../../src/wire/jsonrpc.ts'
import { ask, initialize, result, talk } from '../support/talk.ts'

const note = (method: string, params: object) =>
  scanMessages(Buffer.from(JSON.stringify({ jsonrpc: '2.0', method, params })))[0]!
const call = (id: number, name: string, token: string) =>
  ask(id, 'tools/call', { name, _meta: { progressToken: token } })

/** A session with one waiting call, on connection 7. */
function before() {
  const t = talk()
  const line = t.line()
  const first = t.request(line)
  t.say(first, 'c2s', initialize())
  t.respond(first, 200, { sessionId: 's1' })
  t.say(first, 's2c', result(0, { protocolVersion: '2025-11-25' }))
  const exchange = t.request(line, { sessionId: 's1' })
  t.say(exchange, 'c2s', call(4, 'search', 'p4'))
  const saved = t.conversations.save([{ connection: 7, line, exchanges: [exchange] }])
  return structuredClone(saved) as SavedConversation
}

describe('a conversation that is saved and loaded', () => {
  test('names answers to requests it never saw', () => {
    const t = talk()
    const open = t.conversations.load(before(), 'unseen').get(7)!
    const answered = t.say(open.exchanges[0]!, 's2c', result(4))
    expect(answered).toMatchObject({ method: 'tools/call', tool: 'search', outcome: 'ok', request: 'unseen' })
  })

  test('finds its sessions by their keys, on connections that are new', () => {
    const t = talk()
    const { line } = t.conversations.load(before(), 'unseen').get(7)!
    const exchange = t.request(t.line(), { sessionId: 's1' })
    expect(exchange.session).toBe(line.last)
    expect(exchange.session).toMatchObject({ client: { name: 'c' }, revision: '2025-11-25', era: 'stateful' })
    expect(t.say(exchange, 's2c', result(4))).toMatchObject({ tool: 'search' })
  })

  test('knows which call progress is about, and which a cancellation', () => {
    const t = talk()
    const [exchange] = t.conversations.load(before(), 'unseen').get(7)!.exchanges
    const { conversations } = t
    const about = (direction: 'c2s' | 's2c', message: ReturnType<typeof note>) =>
      conversations.about(exchange!, direction, message)?.tool ?? null
    expect(about('s2c', note('notifications/progress', { progressToken: 'p4', progress: 1 }))).toBe('search')
    expect(about('s2c', note('notifications/progress', { progressToken: 'p5', progress: 1 }))).toBe(null)
    expect(about('c2s', note('notifications/cancelled', { requestId: 4 }))).toBe('search')
    expect(about('c2s', note('notifications/cancelled', {}))).toBe(null)
    expect(about('s2c', note('notifications/message', {}))).toBe(null)
  })

  test('on another stream of the session too', () => {
    const t = talk()
    t.conversations.load(before(), 'unseen')
    const listening = t.request(t.line(), { verb: 'GET', sessionId: 's1' })
    const progress = note('notifications/progress', { progressToken: 'p4', progress: 1 })
    expect(t.conversations.about(listening, 's2c', progress)?.tool).toBe('search')
  })

  test('leaves alone what is known here, and adds what is not', () => {
    const t = talk()
    const here = t.request(t.line(), { sessionId: 's1' })
    t.say(here, 'c2s', call(4, 'mine', 'x'))
    const open = t.conversations.load(before(), 'unseen').get(7)!
    expect(open.line.last).toBe(here.session)
    expect(here.session).toMatchObject({ client: { name: 'c' } })
    expect(t.say(here, 's2c', result(4))).toMatchObject({ tool: 'mine' })
    expect(t.say(open.exchanges[0]!, 's2c', result(4))).toMatchObject({ tool: 'search' })
  })

  test('takes over the session of a process only where that is watched', () => {
    const t = talk()
    const line = t.line()
    const exchange = t.request(line)
    t.conversations.alone(exchange, 'stdio', true, 1)
    t.say(exchange, 'c2s', call(1, 'slow', 'p'))
    const saved = t.conversations.save([{ connection: 3, line, exchanges: [exchange] }])
    const other = talk()
    expect(other.conversations.load(saved, 'unseen', () => false).size).toBe(0)
    expect([...other.sessions]).toEqual([])
    const open = other.conversations.load(saved, 'unseen').get(3)!
    expect(other.say(open.exchanges[0]!, 's2c', result(1))).toMatchObject({ tool: 'slow' })
    expect([...other.sessions]).toHaveLength(1)
  })

  test('takes over calls that belong to no session', () => {
    const t = talk()
    const line = t.line()
    const exchange = t.request(line)
    const saved = { ...t.conversations.save([{ connection: 1, line, exchanges: [exchange] }]) }
    const waiting = { direction: 'c2s', id: '1', method: 'ping', tool: null, token: null, requestedAt: 1 } as const
    const lines = saved.lines.map((each) => ({
      ...each,
      exchanges: each.exchanges.map((open) => ({ ...open, calls: [waiting] })),
    }))
    const open = t.conversations.load({ ...saved, lines }, 'unseen').get(1)!
    expect(t.say(open.exchanges[0]!, 's2c', result(1))).toMatchObject({ method: 'ping' })
  })
})
