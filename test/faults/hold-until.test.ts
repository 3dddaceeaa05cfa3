import { expect, test } from 'vitest'
import { holdUntil } from '../../src/faults/hold-until.ts'
import { actionTexts, damageOf, subjectOf } from '../support/damage.ts'
import { bodyEnd, message, request } from '../support/http-units.ts'

const ping = { subject: subjectOf({ messages: [message({ method: 'ping' })] }) }
const held = (options: object = {}) => {
  const table = damageOf(holdUntil, { until: 'method:ping', ...options })
  table.start()
  return table
}

test('holds until what it waits for has passed in the same direction', () => {
  const table = held()
  expect([table.unit('a'), table.unit('b')]).toEqual([[], []])
  expect(actionTexts(table.unit('ping', ping))).toEqual(['pass ping\n', 'wake 0 s2c'])
  expect(actionTexts(table.tick('over'))).toEqual(['pass a\n', 'pass b\n'])
  expect(actionTexts(table.unit('c'))).toEqual(['pass c\n'])
})

test('what it waits for may come the other way', () => {
  const table = held()
  table.unit('a')
  const other = { subject: subjectOf({ direction: 'c2s', messages: [message({ method: 'ping' })] }) }
  expect(actionTexts(table.unit('ping', other))).toEqual(['pass ping\n', 'wake 0 s2c'])
})

test('what comes before the wake does not overtake what is held', () => {
  const table = held()
  table.unit('a')
  table.unit('ping', ping)
  expect(actionTexts(table.unit('b'))).toEqual(['pass a\n', 'pass b\n'])
})

test('goes on anyway after its time', () => {
  const table = damageOf(holdUntil, { until: 'method:ping', 'at-most': '5s' })
  expect(actionTexts(table.start())).toEqual(['wake 5000'])
  table.unit('a')
  expect(actionTexts(table.tick('most'))).toEqual(['wake 0 s2c'])
  expect(actionTexts(table.tick('over'))).toEqual(['pass a\n'])
})

test('passes the other direction and whole HTTP messages', () => {
  expect(actionTexts(held().unit('a', request()))).toEqual(['pass a\n'])
  expect(actionTexts(held().unit('a', { subject: subjectOf({ direction: 'c2s' }) }))).toEqual(['pass a\n'])
})

test('lets go where a stream ends', () => {
  const table = held()
  table.unit('a')
  expect(actionTexts(table.unit('last', bodyEnd()))).toEqual(['pass a\n', 'pass last\n'])
})

test('says what it waits for', () => {
  expect(holdUntil.explain({ until: 'method:ping', 'at-most': 5000 })).toBe(
    'holds {it} until method:ping has passed, at most 5 s',
  )
})
