import { expect, test } from 'vitest'
import { callById, callsOf, flowsOf, framesOf } from '../../src/cli/walk.ts'
import { type Filter, parseFilter } from '../../src/filter/index.ts'
import type { CallQuery } from '../../src/store/index.ts'
import { callRow, flowRow, frameRow } from '../support/rows.ts'

const count = <Row>(rows: Iterable<Row>): number => [...rows].length

/** Pages of rows 1 to `last`, as a reader gives them. */
const pages =
  <Row>(last: number, row: (id: number) => Row) =>
  ({ after = 0, limit = 200 }: { after?: number; limit?: number } = {}): Row[] =>
    Array.from({ length: Math.max(0, Math.min(limit, last - after)) }, (_, i) => row(after + 1 + i))

test.each([0, 1, 999, 1000, 1001, 2000])('walks through all of %d rows', (last) => {
  const calls = pages(last, (id) => callRow({ id }))
  const callsMatching = (_: Filter, query?: CallQuery) => ({ rows: calls(query), scannedTo: null })
  expect(count(callsOf({ calls, callsMatching }, 'abc'))).toBe(last)
  expect(count(callsOf({ calls, callsMatching }, 'abc', parseFilter('tool:a')))).toBe(last)
  expect(count(flowsOf({ flows: pages(last, (id) => flowRow({ id })) }, 'abc'))).toBe(last)
  const frames = pages(last, (id) => frameRow({ id }))
  expect(count(framesOf({ frames: (query) => ({ rows: frames(query), scannedTo: null }) }, 'abc', false))).toBe(last)
})

test('a scan that stopped for time is taken up where it stopped', () => {
  const asked: (number | undefined)[] = []
  const rows = framesOf(
    {
      frames: (query) => {
        asked.push(query?.after)
        return query?.after === 0 ? { rows: [frameRow({ id: 3 })], scannedTo: 500 } : { rows: [], scannedTo: null }
      },
    },
    'abc',
    true,
  )
  expect(count(rows)).toBe(1)
  expect(asked).toEqual([0, 500])
})

test('one call is a page of one', () =>
  expect(
    callById({ calls: ({ after = 0, before = 0 } = {}) => [callRow({ id: after + 1, rpcId: String(before) })] }, 7),
  ).toMatchObject({
    id: 7,
    rpcId: '8',
  }))
