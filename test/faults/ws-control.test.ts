import { expect, test } from 'vitest'
import { wsControl } from '../../src/faults/ws-control.ts'
import { actionTexts, damageOf, subjectOf } from '../support/damage.ts'

const unit = (kind: 'ping' | 'pong' | 'message', direction: 's2c' | 'c2s' = 's2c') => ({
  subject: subjectOf({ kind, direction, transport: 'websocket' }),
  heartbeat: () => Buffer.from('P'),
})

test('drops pings, or pongs, and nothing else', () => {
  expect(damageOf(wsControl, { as: 'drop-ping' }).unit('x', unit('ping'))).toEqual([])
  expect(damageOf(wsControl, { as: 'drop-ping' }).unit('x', unit('pong'))).toHaveLength(1)
  expect(damageOf(wsControl, { as: 'drop-pong' }).unit('x', unit('pong'))).toEqual([])
  expect(damageOf(wsControl, { as: 'drop-pong' }).unit('x', unit('message'))).toHaveLength(1)
})

test('pongs are late, and messages overtake them', () => {
  const table = damageOf(wsControl, { as: 'delay-pong', delay: '3s' })
  expect(actionTexts(table.unit('pong', unit('pong')))).toEqual(['wake 3000'])
  expect(actionTexts(table.unit('x', unit('message')))).toEqual(['pass x\n'])
  expect(actionTexts(table.tick('pong'))).toEqual(['pass pong\n'])
})

test('an end lets go of late pongs', () => {
  const table = damageOf(wsControl, { as: 'delay-pong' })
  table.unit('pong', unit('pong'))
  expect(actionTexts(table.end())).toEqual(['pass pong\n', 'pass end'])
})

test('a flood of pings comes behind each message of the server', () => {
  const table = damageOf(wsControl, { as: 'flood', count: 3 })
  expect(actionTexts(table.unit('x', unit('message')))).toEqual(['pass x\n', 'write PPP'])
  expect(table.unit('x', unit('message', 'c2s'))).toHaveLength(1)
})

test('says what', () => {
  expect(wsControl.explain({ as: 'delay-pong', delay: 3000, count: 1 })).toBe('delays pongs by 3 s')
  expect(wsControl.explain({ as: 'flood', delay: 0, count: 3 })).toBe('sends 3 pings behind each message of the server')
})
