import { expect, test } from 'vitest'
import { cut } from '../../src/faults/cut.ts'
import type { FaultFrame } from '../../src/faults/unit.ts'
import { actionTexts, damageOf, lineUnit, subjectOf } from '../support/damage.ts'

const PLACES = { midEvent: 2, midChar: null, afterHeaders: 0 }

test('ends at once between frames', () => {
  const table = damageOf(cut, { end: 'rst' })
  expect(actionTexts(table.start())).toEqual(['wait 10 from now', 'cut rst both'])
})

test('lets nothing through afterwards, and no end of a hanging connection', () => {
  const table = damageOf(cut, { end: 'hang' })
  table.start()
  expect(table.unit('late')).toEqual([])
  expect(table.end()).toEqual([])
})

test('passes the peer’s own end on once it has closed', () => {
  const table = damageOf(cut)
  table.start()
  expect(actionTexts(table.end())).toEqual(['pass end'])
})

test('sends a part of the next frame when it is to end within it', () => {
  const table = damageOf(cut, { end: 'fin', at: 'mid-event' })
  expect(table.start()).toEqual([])
  expect(actionTexts(table.unit('abcdef', { places: PLACES }))).toEqual(['pass ab', 'cut fin both'])
})

test('waits for a character of several bytes when it is to end inside one', () => {
  const table = damageOf(cut, { at: 'mid-char' })
  table.start()
  expect(actionTexts(table.unit('abc', { places: PLACES }))).toEqual(['pass abc\n'])
  expect(actionTexts(table.unit('aäc', { places: { ...PLACES, midChar: 2 } }))).toEqual(['pass a\xc3', 'cut fin both'])
})

test('ends properly by what the newest unit says', () => {
  const unit = lineUnit('x', { terminator: () => Buffer.from('0\r\n\r\n') }) as FaultFrame
  expect(actionTexts(damageOf(cut, { end: 'clean' }).start(unit))).toEqual(['write 0\r\n\r\n', 'cut fin both'])
})

test('closes without a word before a head, which has not begun what could be ended properly', () => {
  const head = lineUnit('x', {
    withHead: () => Buffer.from('x'),
    terminator: () => Buffer.from('0\r\n\r\n'),
  }) as FaultFrame
  expect(actionTexts(damageOf(cut, { end: 'clean' }).start(head))).toEqual(['cut fin both'])
})

test('frames the part of a unit behind which it ends properly', () => {
  const table = damageOf(cut, { end: 'clean', at: 'mid-event' })
  table.start()
  const changes = { upTo: () => Buffer.from('3\r\nabc\r\n'), terminator: () => Buffer.from('0\r\n\r\n') }
  expect(actionTexts(table.unit('abcdef', changes))).toEqual(['pass 3\r\nabc\r\n', 'write 0\r\n\r\n', 'cut fin both'])
})

test('lets the head of an event stream pass when it is to end within an event', () => {
  const table = damageOf(cut, { at: 'mid-event' })
  table.start()
  const head = { subject: subjectOf({ kind: 'head', stream: 'get' }) }
  expect(actionTexts(table.unit('head', head))).toEqual(['pass head\n'])
})

test('asks for streams of a verb only when told', () => {
  const narrow = cut.narrow as (options: unknown) => string
  expect([narrow({ stream: 'get' }), narrow({ stream: 'any' })]).toEqual(['stream:get', ''])
})

test('says how and where', () => {
  const options = { end: 'rst', at: 'mid-event', stream: 'any', side: 'client' } as const
  expect(cut.explain(options)).toBe('ends {it} with a reset, mid-event, towards the client only')
})
