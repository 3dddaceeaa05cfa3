import { expect, test } from 'vitest'
import { sessionLost } from '../../src/faults/session-lost.ts'
import type { FaultFrame } from '../../src/faults/unit.ts'
import { actionTexts, damageOf, lineUnit } from '../support/damage.ts'
import { event, head, message, request } from '../support/http-units.ts'

const lost = (options: object = {}) => {
  const table = damageOf(sessionLost, options)
  table.start(lineUnit('{}', request()) as FaultFrame)
  return table
}
const first = (as: string): string => actionTexts(lost({ as }).unit('{}', request()))[0] ?? ''

test.each([
  ['404', 404, '{"code":-32001,"message":"Session not found"},"id":null'],
  ['400', 400, '-32000'],
  ['401', 401, 'WWW-Authenticate'],
  ['410', 410, 'Session terminated'],
  ['503', 503, 'Retry-After'],
  ['200/-32600', 200, '"code":-32600,"message":"Session not found"},"id":7'],
  ['200/-32602', 200, '"code":-32602'],
  ['-32000', 400, '"code":-32000,"message":"Server not initialized"},"id":7'],
])('as %s', (as, code, part) => {
  expect(first(as)).toContain(`reply ${code} `)
  expect(first(as)).toContain(part)
})

test('forgets until the client initializes', () => {
  const table = lost()
  expect(actionTexts(table.unit('{}', request()))[0]).toMatch(/^reply 404/)
  expect(actionTexts(table.unit('{}', request()))[0]).toMatch(/^reply 404/)
  const initialize = request({ messages: [message({ method: 'initialize' })] })
  expect(actionTexts(table.unit('{}', initialize))).toEqual(['pass {}\n'])
})

test('ends the streams of the session at their next event, or keeps them', () => {
  expect(actionTexts(lost().unit('x', event()))).toEqual(['cut fin both'])
  expect(actionTexts(lost({ streams: 'rst' }).unit('x', event()))).toEqual(['cut rst both'])
  expect(actionTexts(lost({ streams: 'keep' }).unit('x', event()))).toEqual(['pass x\n'])
})

/** What becomes of sessions of these clients, in this order, all under one rule. */
const ofClients = (...names: (string | null)[]): (string | undefined)[] => {
  const shared = new Map<string, unknown>()
  return names.map((name) => {
    const damage = sessionLost.stage!(sessionLost.options.parse({}), {
      draw: () => 0,
      kept: { length: 0, push: () => undefined, take: () => [] },
      notApplied: () => undefined,
      shared,
    })
    const client = name === null ? null : { name, version: '1' }
    const unit = lineUnit('{}', request({ client })) as FaultFrame
    damage({ kind: 'start', at: 0, direction: 'c2s', connection: 1, unit, passed: false })
    return actionTexts(damage({ ...unit, direction: 'c2s', connection: 1 }))[0]?.slice(0, 5)
  })
}

test('spares the session that was begun in answer to the loss, and no other', () => {
  expect(ofClients('a', 'a', 'a')).toEqual(['reply', 'pass ', 'reply'])
  expect(ofClients('a', 'b', 'a')).toEqual(['reply', 'reply', 'pass '])
})

test('spares the next client, where it was not seen whose the lost session was', () => {
  expect(ofClients(null, 'a', 'a')).toEqual(['reply', 'pass ', 'reply'])
})

test('spares sessions that begin while it acts, when told', () => {
  const begun = (unit: ReturnType<typeof head>) => {
    const table = damageOf(sessionLost, { 'spare-new': true })
    table.start(lineUnit('', unit) as FaultFrame)
    return actionTexts(table.unit('{}', request()))[0]?.slice(0, 9)
  }
  expect(begun(head())).toBe('pass {}\n')
  expect(begun(head({ kind: 'body', stream: null }))).toBe('pass {}\n')
  expect(begun(request())).toBe('reply 404')
  expect(begun(event())).toBe('reply 404')
  expect(begun(head({ verb: 'GET', stream: 'get' }))).toBe('reply 404')
})
