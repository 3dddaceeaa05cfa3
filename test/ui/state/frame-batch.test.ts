import { expect, test } from 'vitest'
import type { LiveChange } from '../../../src/api/contract.ts'
import { batchLimit, createFrameBatch } from '../../../ui/src/state/frame-batch.ts'
import { frameRow } from '../../support/ui-rows.ts'

const change = (seq: number, ids: number[], framesLeftOut = false): LiveChange => ({
  seq,
  frames: ids.map((id) => frameRow(id)),
  otherFrames: [],
  flows: [],
  calls: [],
  sessions: [],
  logs: [],
  rules: [],
  held: [],
  framesLeftOut,
  logsLeftOut: false,
})

function batchOf() {
  const delivered: LiveChange[] = []
  const scheduled: (() => void)[] = []
  const batch = createFrameBatch(
    (one) => void delivered.push(one),
    (run) => void scheduled.push(run),
  )
  return { batch, delivered, scheduled }
}

test('changes are joined until the page next draws', () => {
  const { batch, delivered, scheduled } = batchOf()
  batch.add(change(1, [1]))
  batch.add(change(2, [2, 3]))
  expect([delivered.length, scheduled.length]).toEqual([0, 1])
  scheduled[0]!()
  expect(delivered).toEqual([change(2, [1, 2, 3])])
  batch.add(change(3, [4]))
  expect(scheduled).toHaveLength(2)
})

test('what comes after a gap stands apart', () => {
  const { batch, delivered, scheduled } = batchOf()
  batch.add(change(1, [1], true))
  batch.add(change(2, [9]))
  scheduled[0]!()
  expect(delivered).toEqual([change(1, [1], true), change(2, [9])])
})

test('over its bound it leaves frames out and says so', () => {
  const { batch, delivered, scheduled } = batchOf()
  const many = Array.from({ length: batchLimit + 1 }, (_, at) => at + 1)
  batch.add(change(1, many))
  batch.add(change(2, [batchLimit + 2]))
  scheduled[0]!()
  expect(delivered).toHaveLength(1)
  expect([delivered[0]?.framesLeftOut, delivered[0]?.frames.length]).toEqual([true, batchLimit + 1])
})
