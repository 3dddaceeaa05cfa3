import { expect, test } from 'vitest'
import { ask, result, talk } from '../support/talk.ts'

test('an answer that a fault kept away and that comes again counts', () => {
  const t = talk()
  const line = t.line()
  const exchange = t.request(line, { sessionId: 's' })
  const call = t.say(exchange, 'c2s', ask(1))
  t.respond(exchange, 200, { stream: true })
  t.say(exchange, 's2c', result(1))
  t.conversations.lost(call!)
  t.end(exchange, 'fault')
  expect(call).toMatchObject({ outcome: 'fault', response: 's2c3' })
  t.say(t.request(line, { verb: 'GET', sessionId: 's' }), 's2c', result(1))
  expect(call).toMatchObject({ outcome: 'ok', response: 's2c6' })
})

test('an answer that a fault made up is the answer, and no other is waited for', () => {
  const t = talk()
  const exchange = t.request(t.line(), { sessionId: 's' })
  const call = t.say(exchange, 'c2s', ask(1))
  const as = { frame: 'made', at: 9, status: 404 }
  expect(t.conversations.answeredByFault(exchange, { kind: 'error', rpcId: 'null', code: -32001 }, as)).toBe(call)
  expect(call).toMatchObject({ outcome: 'fault', response: 'made', answeredAt: 9, code: -32001 })
  expect(t.conversations.answeredByFault(exchange, null, as)).toBe(null)
})

test('a status that a fault made up answers the only call there is, with the status as code', () => {
  const t = talk()
  const exchange = t.request(t.line(), { sessionId: 's' })
  const call = t.say(exchange, 'c2s', ask(1))
  t.conversations.answeredByFault(exchange, null, { frame: 'made', at: 9, status: 503 })
  expect(call).toMatchObject({ outcome: 'fault', code: 503 })
})
