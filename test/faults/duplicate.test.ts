import { expect, test } from 'vitest'
import { duplicate } from '../../src/faults/duplicate.ts'
import { actionTexts, damageOf } from '../support/damage.ts'
import { bodyEnd, head, request } from '../support/http-units.ts'

test('delivers a message twice, or more often', () => {
  expect(actionTexts(damageOf(duplicate).unit('a'))).toEqual(['pass a\n', 'pass a\n'])
  expect(damageOf(duplicate, { copies: 3 }).unit('a')).toHaveLength(4)
})

test('with time between the copies', () => {
  expect(actionTexts(damageOf(duplicate, { delay: '1s' }).unit('a'))).toEqual([
    'pass a\n',
    'wait 1000 from now',
    'pass a\n',
  ])
})

test('leaves a whole HTTP message alone, and says so', () => {
  const table = damageOf(duplicate)
  expect(actionTexts(table.unit('a', request()))).toEqual(['pass a\n'])
  expect(table.notApplied).toEqual(['a whole HTTP message: see duplicate-request'])
})

test('never doubles the head or the end of a stream', () => {
  expect(damageOf(duplicate).unit('a', head())).toHaveLength(1)
  expect(damageOf(duplicate).unit('a', bodyEnd())).toHaveLength(1)
})

test('says how often', () => {
  expect(duplicate.explain({ copies: 1, delay: 0 })).toBe('delivers {it} twice')
  expect(duplicate.explain({ copies: 2, delay: 500 })).toBe('delivers {it} 3 times, 500 ms apart')
})
