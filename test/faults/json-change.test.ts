import { describe, expect, test } from 'vitest'
import type { Tools } from '../../src/faults/fault.ts'
import { changeJson, isAnswer, messagesIn, type Change } from '../../src/faults/json-change.ts'
import type { FaultFrame, Unit } from '../../src/faults/unit.ts'
import { actionTexts, lineUnit } from '../support/damage.ts'

function changed(json: string, change: Change, unit: Partial<Unit> = {}) {
  const reasons: string[] = []
  const damage = changeJson(change, { notApplied: (reason: string) => reasons.push(reason) } as unknown as Tools)
  const actions = damage({ ...(lineUnit(json, unit) as FaultFrame), direction: 's2c', connection: 1 })
  return { actions: actionTexts(actions), reasons }
}

describe('a change', () => {
  test('gives another message, or a text in its place', () => {
    expect(changed('{"id":1}', ({ id }) => ({ id, more: true })).actions).toEqual(['pass {"id":1,"more":true}\n'])
    expect(changed('{"id":1}', () => 'no json').actions).toEqual(['pass no json\n'])
  })

  test('is asked for each message of a batch, and keeps the others', () => {
    expect(changed('[{"id":1},{"id":2}]', ({ id }) => (id === 2 ? { id: 3 } : undefined)).actions).toEqual([
      'pass [{"id":1},{"id":3}]\n',
    ])
  })

  test('of nothing is said', () => {
    expect(changed('{}', () => undefined)).toEqual({ actions: ['pass {}\n'], reasons: ['nothing to change'] })
    expect(changed('no json', () => ({})).reasons).toEqual(['nothing to change'])
  })

  test('that cannot be written is said, and units without JSON pass in silence', () => {
    expect(changed('{}', () => ({ id: 1 }), { withJson: () => null }).reasons).toEqual([
      'compressed, or not to be rewritten here',
    ])
    expect(changed('{}', () => ({ id: 1 }), { json: null }).reasons).toEqual([])
  })
})

test('messages are parsed, of a batch too; what is none is left out', () => {
  const parsed = (json: string) => messagesIn(lineUnit(json) as FaultFrame)
  expect(parsed('{"id":1}')).toEqual([{ id: 1 }])
  expect(parsed('[{"id":1},7]')).toEqual([{ id: 1 }])
  expect([parsed('{'), parsed('null')]).toEqual([[], []])
  expect(messagesIn(lineUnit('{}', { json: null }) as FaultFrame)).toEqual([])
})

test('answers have an id, and a result or an error', () => {
  const all = [{ id: 1, result: {} }, { id: 1, error: {} }, { id: 1, method: 'ping' }, { result: {} }]
  expect(all.map(isAnswer)).toEqual([true, true, false, false])
})
