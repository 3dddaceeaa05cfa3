import { describe, expect, test } from 'vitest'
import { progress } from '../../src/faults/progress.ts'
import { actionTexts, damageOf, subjectOf, type DamageTable } from '../support/damage.ts'
import { message } from '../support/http-units.ts'

const asks = (table: DamageTable, id: number, token: string) =>
  table.unit(JSON.stringify({ id, params: { _meta: { progressToken: token } } }), {
    subject: subjectOf({ direction: 'c2s', messages: [message()] }),
  })
const note = (table: DamageTable, token: string) =>
  table.unit(JSON.stringify({ params: { progressToken: token } }), {
    subject: subjectOf({ messages: [message({ kind: 'notification', method: 'notifications/progress', id: null })] }),
  })
const answers = (table: DamageTable, id: number) =>
  table.unit(JSON.stringify({ id, result: {} }), { subject: subjectOf({ messages: [message({ kind: 'response' })] }) })
const told = (token: string): string => `pass {"params":{"progressToken":"${token}"}}\n`

test('starve: none comes, all else does', () => {
  const table = damageOf(progress)
  expect(note(table, 'p')).toEqual([])
  expect(actionTexts(answers(table, 1))).toEqual(['pass {"id":1,"result":{}}\n'])
})

test('late: others overtake it', () => {
  const table = damageOf(progress, { as: 'late', delay: '3s' })
  expect(actionTexts(note(table, 'p'))).toEqual(['wake 3000'])
  expect(answers(table, 1)).toHaveLength(1)
  expect(actionTexts(table.tick(0))).toEqual([told('p')])
})

describe('after-result', () => {
  test('progress comes behind the answer to the request it is about', () => {
    const table = damageOf(progress, { as: 'after-result' })
    asks(table, 1, 'p')
    asks(table, 2, 'q')
    expect([note(table, 'p'), note(table, 'q')]).toEqual([[], []])
    expect(actionTexts(answers(table, 2))).toEqual(['pass {"id":2,"result":{}}\n', told('q')])
    expect(actionTexts(answers(table, 1))).toEqual(['pass {"id":1,"result":{}}\n', told('p')])
  })

  test('progress of an unknown request comes behind any answer', () => {
    const table = damageOf(progress, { as: 'after-result' })
    note(table, 'p')
    expect(answers(table, 1)).toHaveLength(2)
  })
})

test('the end of a stream lets go of what is held, and its timers do nothing more', () => {
  const table = damageOf(progress, { as: 'late' })
  note(table, 'p')
  const end = { subject: subjectOf({ kind: 'end' }) }
  expect(actionTexts(table.unit('last', end))).toEqual([told('p'), 'pass last\n'])
  note(table, 'q')
  expect(table.tick(0)).toEqual([])
  expect(actionTexts(table.end())).toEqual([told('q'), 'pass end'])
})

test('no-token: requests lose it', () => {
  const table = damageOf(progress, { as: 'no-token' })
  expect(actionTexts(asks(table, 1, 'p'))).toEqual(['pass {"id":1,"params":{"_meta":{}}}\n'])
  expect(table.unit('{"params":{}}', { subject: subjectOf({ direction: 'c2s' }) })).toHaveLength(1)
  expect(table.notApplied).toEqual([])
})

test('says what', () => {
  expect(progress.explain({ as: 'late', delay: 1000 })).toBe(
    'delays progress notifications by 1 s while other messages overtake them',
  )
})
