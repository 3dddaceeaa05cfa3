import { expect, test } from 'vitest'
import { loseReply } from '../../src/faults/lose-reply.ts'
import { actionTexts, damageOf } from '../support/damage.ts'
import { event, request } from '../support/http-units.ts'

test('lets the request through and nothing back', () => {
  const table = damageOf(loseReply)
  expect(actionTexts(table.unit('{}', request()))).toEqual(['pass {}\n'])
  expect(table.unit('answer', event())).toEqual([])
})
