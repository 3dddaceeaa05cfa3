import { expect, test } from 'vitest'
import { duplicateRequest } from '../../src/faults/duplicate-request.ts'
import { actionTexts, damageOf } from '../support/damage.ts'
import { bodyEnd, event, head, request } from '../support/http-units.ts'

test('sends a request again, and passes the first answer only', () => {
  const table = damageOf(duplicateRequest, { delay: '50ms' })
  expect(actionTexts(table.unit('{}', request()))).toEqual(['pass {}\n', 'wait 50', 'pass {}\n'])
  const answer = () => [head(), event(), bodyEnd()].map((unit) => actionTexts(table.unit('x', unit)).length)
  expect([answer(), answer()]).toEqual([
    [1, 1, 1],
    [0, 0, 0],
  ])
})

test('does not count what only precedes an answer', () => {
  const table = damageOf(duplicateRequest, {})
  table.unit('{}', request())
  expect(table.unit('x', head({ status: 100 }))).toHaveLength(1)
  expect(table.unit('x', head())).toHaveLength(1)
})
