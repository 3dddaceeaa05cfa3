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

test('events and lines are loose; a whole HTTP message is neither', () => {
  expect([event(), {}, request()].map(kinds)).toEqual([
    [false, true],
    [false, true],
    [false, false],
  ])
})
