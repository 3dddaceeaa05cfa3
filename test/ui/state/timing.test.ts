import { expect, test } from 'vitest'
import { timingOf } from '../../../ui/src/state/timing.ts'

const chunks = [
  { at: 100, bytes: 1 },
  { at: 300, bytes: 1 },
]

test('four instants stand on one scale', () => {
  expect(timingOf({ receivedAt: 100, receivedLastAt: 300, sentAt: 200, sentLastAt: 500, chunks })).toEqual({
    received: { from: 0, to: 0.5 },
    sent: { from: 0.25, to: 1 },
    total: 400,
    held: 100,
    chunks: [0, 0.5],
  })
})

test('what never left has no second bar', () => {
  const timing = timingOf({ receivedAt: 100, receivedLastAt: 300, sentAt: null, sentLastAt: null, chunks: [] })
  expect([timing.sent, timing.held, timing.total, timing.received.to]).toEqual([null, null, 200, 1])
})

test('all in one instant divides by nothing', () => {
  const timing = timingOf({ receivedAt: 5, receivedLastAt: 5, sentAt: 5, sentLastAt: null, chunks: [] })
  expect([timing.received, timing.sent]).toEqual([
    { from: 0, to: 0 },
    { from: 0, to: 0 },
  ])
})
