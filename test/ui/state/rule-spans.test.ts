import { expect, test } from 'vitest'
import { isWithin, spansOf } from '../../../ui/src/state/rule-spans.ts'
import { ruleRow } from '../../support/ui-rows.ts'

const on = (createdAt: number, endedAt: number | null, enabled = true) => ruleRow(1, { createdAt, endedAt, enabled })

test('times that touch are one, those of rules that were off are none', () => {
  expect(spansOf([on(50, null), on(10, 20), on(15, 30), on(30, 35), on(36, 40, false)])).toEqual([
    { from: 10, to: 35 },
    { from: 50, to: Infinity },
  ])
})

test('an instant is within a time, ends included', () => {
  const spans = spansOf([on(10, 20), on(50, null)])
  expect([9, 10, 20, 21, 49, 50, 9999].map((at) => isWithin(spans, at))).toEqual([
    false,
    true,
    true,
    false,
    false,
    true,
    true,
  ])
  expect(isWithin([], 5)).toBe(false)
})
