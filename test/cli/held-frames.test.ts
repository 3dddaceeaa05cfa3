import { expect, test } from 'vitest'
import type { Arrival } from '../../src/cli/arrival.ts'
import { heldFrames } from '../../src/cli/held-frames.ts'
import { frameRow } from '../support/rows.ts'

test('a held frame is told as such once it is held for a while, and again when it is not any more', () => {
  let arrival: Arrival = 'held'
  const held = heldFrames({ frame: (id) => frameRow({ id }), arrival: () => arrival })
  const due = (now: number): number[] => held.due(now).map(({ id }) => id)
  expect(held.holds(frameRow({ id: 4 }), 0)).toBe(true)
  expect([due(100_000), due(150_000), due(200_000)]).toEqual([[], [4], []])
  arrival = 'never'
  expect([due(300_000), due(400_000), held.has(4)]).toEqual([[4], [], false])
  expect(held.holds(frameRow({ id: 5 }), 0)).toBe(false)
})

test('a frame known to be held is told again only with what became of it', () => {
  let arrival: Arrival = 'held'
  const held = heldFrames({ frame: () => undefined, arrival: () => arrival })
  held.holds(frameRow({ id: 4 }), 0)
  held.told(4)
  expect(held.due(1_000_000)).toEqual([])
  arrival = 'arrived'
  expect(held.due(1_000_000)).toHaveLength(1)
})
