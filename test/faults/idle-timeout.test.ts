import { expect, test } from 'vitest'
import { idleTimeout } from '../../src/faults/idle-timeout.ts'
import { actionTexts, damageOf, subjectOf } from '../support/damage.ts'
import { event, head, request } from '../support/http-units.ts'

const comment = { json: null, subject: subjectOf({ kind: 'event', text: () => ': keep-alive' }) }

test('ends a connection that was silent for as long', () => {
  const table = damageOf(idleTimeout, { idle: '1s' })
  expect(actionTexts(table.start())).toEqual(['wake 1000'])
  expect(actionTexts(table.tick('idle', 1000))).toEqual(['cut fin both'])
})

test('counts from the last traffic, in either direction', () => {
  const table = damageOf(idleTimeout, { idle: '1s' })
  table.start()
  table.unit('a', {}, 400)
  expect(actionTexts(table.tick('idle', 1000))).toEqual(['wake 400'])
  table.chunk('b', 1200, 'c2s')
  expect(actionTexts(table.tick('idle', 1400))).toEqual(['wake 800'])
  expect(actionTexts(table.tick('idle', 2200))).toEqual(['cut fin both'])
})

test('takes comments for traffic unless told otherwise', () => {
  const counting = damageOf(idleTimeout, { idle: '1s' })
  counting.start()
  counting.unit(': keep-alive', comment, 900)
  expect(actionTexts(counting.tick('idle', 1000))).toEqual(['wake 900'])
  const strict = damageOf(idleTimeout, { idle: '1s', 'count-comments': false })
  strict.start()
  strict.unit(': keep-alive', comment, 900)
  expect(actionTexts(strict.tick('idle', 1000))).toEqual(['cut fin both'])
})

test('lets nothing through afterwards', () => {
  const table = damageOf(idleTimeout, { idle: '1s', end: 'rst' })
  table.start()
  table.tick('idle', 1000)
  expect(table.unit('late', {}, 1100)).toEqual([])
})

test('answers a request that waits, as a gateway does, and then ends the connection', () => {
  const table = damageOf(idleTimeout, { idle: '1s', answer: 504, end: 'rst' })
  table.start()
  table.unit('{}', request(), 500)
  const [written, ended] = actionTexts(table.tick('idle', 1500))
  expect(written).toMatch(/^write 504 .*"Connection":"close"/)
  expect(ended).toBe('cut fin both')
})

test('ends as it is told where the answer has begun', () => {
  const table = damageOf(idleTimeout, { idle: '1s', answer: 504, end: 'rst' })
  table.start()
  table.unit('{}', request())
  table.unit('head', head())
  table.unit('data: a', { ...event(), withHead: () => null })
  expect(actionTexts(table.tick('idle', 1000))).toEqual(['wait 10 from now', 'cut rst both'])
})

test('answers behind a 100 or 103, not behind a 101, after which it is no HTTP any more', () => {
  const behind = (status: number): string | undefined => {
    const table = damageOf(idleTimeout, { idle: '1s', answer: 504 })
    table.start()
    table.unit('{}', request())
    table.unit('head', head({ status, stream: null }))
    return actionTexts(table.tick('idle', 1000))[0]
  }
  expect(behind(103)).toMatch(/^write 504/)
  expect(behind(101)).toBe('cut fin both')
})

test('forgets a connection without a word, and resets each side once, when it sends', () => {
  const table = damageOf(idleTimeout, { idle: '1s', told: 'sender' })
  table.start()
  expect(table.tick('idle', 1000)).toEqual([])
  expect(actionTexts(table.chunk('a', 5000, 's2c'))).toEqual(['cut rst server'])
  expect(table.chunk('b', 5000, 's2c')).toEqual([])
  expect(actionTexts(table.chunk('c', 9000, 'c2s'))).toEqual(['cut rst client'])
})
