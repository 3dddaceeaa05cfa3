import { expect, test } from 'vitest'
import { touchOf, touchText } from '../../../ui/src/state/fault-touch.ts'
import { frameRow } from '../../support/ui-rows.ts'

const touched = (change: Parameters<typeof frameRow>[1]) => touchOf(frameRow(1, { faults: ['r'], ...change }))

test('says in one word what rules did to a frame', () => {
  expect(touchOf(frameRow(1))).toBe(null)
  expect(touched({ ours: 'r' })).toBe('ours')
  expect(touched({ droppedBy: 'r', sentAt: null, sentLastAt: null })).toBe('dropped')
  expect(touched({ edits: ['host', 'r'] })).toBe('edited')
  expect(touched({ sentLastAt: null })).toBe('cut')
  expect(touched({ receivedLastAt: 1000, sentLastAt: 2000 })).toBe('late')
  expect(touched({})).toBe('touched')
})

test('an edit of the proxy itself is no edit of a rule', () => expect(touched({ edits: ['host'] })).toBe('touched'))

test('what waited, and by no rule, was not touched', () =>
  expect(touchOf(frameRow(1, { receivedLastAt: 1000, sentLastAt: 800_000 }))).toBe(null))

test('names the rules', () => expect(touchText('late', { faults: ['a', 'b'] })).toBe('Held up by a, b'))
