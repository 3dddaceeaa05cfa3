import { expect, test } from 'vitest'
import { isBorder, isLoose } from '../../src/faults/stream-border.ts'
import type { FaultFrame, Unit } from '../../src/faults/unit.ts'
import { lineUnit, subjectOf } from '../support/damage.ts'
import { bodyEnd, event, head, request } from '../support/http-units.ts'

const kinds = (changes: Partial<Unit>): [boolean, boolean] => {
  const unit = lineUnit('x', changes) as FaultFrame
  return [isBorder(unit), isLoose(unit)]
}

test('heads of streams, ends and close frames are borders', () => {
  expect([head(), bodyEnd(), { subject: subjectOf({ kind: 'close' }) }].map(kinds)).toEqual([
    [true, false],
    [true, false],
    [true, false],
  ])
})

test('what opens a WebSocket is one; the answer to a request is none', () => {
  const opened = { subject: subjectOf({ kind: 'head', transport: 'websocket', status: 101 }) }
  const answer = { subject: subjectOf({ kind: 'head', transport: 'http', status: 200 }) }
  expect([opened, answer].map((changes) => kinds(changes)[0])).toEqual([true, false])
})

test('events and lines are loose; a whole HTTP message is neither', () => {
  expect([event(), {}, request()].map(kinds)).toEqual([
    [false, true],
    [false, true],
    [false, false],
  ])
})
