import { expect, test } from 'vitest'
import { stall } from '../../src/faults/stall.ts'
import { actionTexts, damageOf, subjectOf } from '../support/damage.ts'
import { event, head } from '../support/http-units.ts'

const comment = { ...event({ text: () => ': still here' }), json: null }

test('holds what comes for its time, then gives it on in order', () => {
  const table = damageOf(stall, { duration: '5s' })
  expect(actionTexts(table.start())).toEqual(['wake 5000'])
  expect([table.unit('a'), table.chunk('b')]).toEqual([[], []])
  expect(actionTexts(table.tick('over'))).toEqual(['pass a\n', 'pass b'])
  expect(actionTexts(table.unit('c'))).toEqual(['pass c\n'])
})

test('without a time it waits for its rule to go', () => {
  expect(damageOf(stall).start()).toEqual([])
})

test('comments and pings go on meanwhile, or not', () => {
  const ping = { subject: subjectOf({ kind: 'ping', transport: 'websocket' }) }
  const lively = damageOf(stall)
  expect(actionTexts(lively.unit(': still here', comment))).toEqual(['pass : still here\n'])
  expect(actionTexts(lively.unit('ping', ping))).toEqual(['pass ping\n'])
  expect(damageOf(stall, { heartbeats: 'drop' }).unit(': still here', comment)).toEqual([])
})

test('shows the client that the stream is open', () => {
  expect(actionTexts(damageOf(stall).unit('head', head()))).toEqual(['pass head\n'])
})

test('an end lets go of what is held', () => {
  const table = damageOf(stall)
  table.unit('a')
  expect(actionTexts(table.end())).toEqual(['pass a\n', 'pass end'])
})

test('says how long, and what of heartbeats', () => {
  expect(stall.explain({ duration: 5000, heartbeats: 'pass' })).toBe(
    'stalls {it} for 5 s, while comments and pings go on',
  )
  expect(stall.explain({ heartbeats: 'drop' })).toBe('stalls {it}, comments and pings too')
})
