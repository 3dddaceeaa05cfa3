import { expect, test } from 'vitest'
import { liveFrames } from '../../../ui/src/state/live-frames.ts'
import { frameRow } from '../../support/ui-rows.ts'

test('rows are told apart by whether the list is to hold them', () => {
  const change = { frames: [3, 7, 8, 10].map((id) => frameRow(id)), otherFrames: [5, 12] }
  const { newest, shown, hidden } = liveFrames(change, ({ id }) => id !== 8, 7)
  expect([newest, shown.map(({ id }) => id), hidden]).toEqual([12, [7, 10], [5, 12, 8]])
  expect(liveFrames({ frames: [], otherFrames: [] }, () => true, 0)).toEqual({ newest: 0, shown: [], hidden: [] })
})
