import { expect, test } from 'vitest'
import { isFiller } from '../../src/faults/filler.ts'
import type { FaultFrame, Unit } from '../../src/faults/unit.ts'
import { lineUnit, subjectOf } from '../support/damage.ts'
import { event } from '../support/http-units.ts'

const filler = (changes: Partial<Unit>): boolean => isFiller(lineUnit('x', changes) as FaultFrame)

test('pings, pongs and comments are filler', () => {
  expect(filler({ subject: subjectOf({ kind: 'ping' }) })).toBe(true)
  expect(filler({ subject: subjectOf({ kind: 'pong' }) })).toBe(true)
  expect(filler({ ...event({ text: () => ': ok' }), json: null })).toBe(true)
})

test('messages and events that set an id or a time are none', () => {
  expect(filler({})).toBe(false)
  expect(filler(event({ text: () => '{}' }))).toBe(false)
  expect(filler({ ...event({ text: () => ': ok\nid: 7' }), json: null })).toBe(false)
  expect(filler({ ...event({ text: () => 'retry: 0' }), json: null })).toBe(false)
})
