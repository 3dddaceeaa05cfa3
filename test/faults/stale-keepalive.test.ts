import { expect, test } from 'vitest'
import { staleKeepalive } from '../../src/faults/stale-keepalive.ts'
import { actionTexts, damageOf, subjectOf } from '../support/damage.ts'

const request = { asks: true, subject: subjectOf({ direction: 'c2s', transport: 'http' }) }

test('passes the first request and resets at the next', () => {
  const table = damageOf(staleKeepalive)
  expect(actionTexts(table.unit('one', request))).toEqual(['pass one\n'])
  expect(actionTexts(table.unit('answer', {}, 10))).toEqual(['pass answer\n'])
  expect(actionTexts(table.unit('two', request, 20))).toEqual(['cut rst both'])
  expect(table.unit('three', request, 30)).toEqual([])
})

test('lets a connection be that was used lately', () => {
  const table = damageOf(staleKeepalive, { idle: '5s' })
  table.unit('one', request)
  expect(actionTexts(table.unit('two', request, 4000))).toEqual(['pass two\n'])
  expect(actionTexts(table.unit('three', request, 9000))).toEqual(['cut rst both'])
})
