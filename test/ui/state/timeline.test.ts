import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Extent, keyOf, routeTo, selectedKey, Timeline } from '../../../ui/src/state/timeline.ts'
import { frameRow, logRow } from '../../support/ui-rows.ts'

const all: Extent = { from: -Infinity, to: Infinity }
const frames = (...instants: number[]) =>
  instants.map((at, index) => frameRow(index + 1, { receivedAt: at, receivedLastAt: at }))
const logs = (...instants: number[]) => instants.map((at, index) => logRow(index + 1, { at }))
const keys = (timeline: Timeline) => timeline.slice(0, timeline.length).map(keyOf)

test('lines stand between the frames, by time; at the same instant behind them', () => {
  const timeline = new Timeline(frames(10, 20, 30), all, logs(5, 10, 15, 16, 40), all)
  expect(keys(timeline)).toEqual(['log-1', 'frame-1', 'log-2', 'log-3', 'log-4', 'frame-2', 'frame-3', 'log-5'])
})

test('each is shown only as far as the other is held', () => {
  const held = new Timeline(frames(10, 20, 30, 40), { from: 10, to: 40 }, logs(5, 25, 35, 45), {
    from: 25,
    to: Infinity,
  })
  expect(keys(held)).toEqual(['log-2', 'frame-3', 'log-3', 'frame-4'])
  expect(keys(new Timeline(frames(10), all, logs(5), { from: 20, to: 30 }))).toEqual(['log-1'])
})

test('with only one of them it is that one', () => {
  expect(keys(new Timeline(frames(1, 2), all, [], all))).toEqual(['frame-1', 'frame-2'])
  expect(keys(new Timeline([], all, logs(1, 2), all))).toEqual(['log-1', 'log-2'])
})

describe('a place', () => {
  test('is found for every row, whatever lies between, and rows come back from it', () => {
    const instants = fc
      .array(fc.integer({ min: 0, max: 50 }), { maxLength: 30 })
      .map((all) => all.toSorted((a, b) => a - b))
    fc.assert(
      fc.property(instants, instants, (of, beside) => {
        const timeline = new Timeline(frames(...of), all, logs(...beside), all)
        const found = keys(timeline)
        expect(found).toHaveLength(of.length + beside.length)
        expect(new Set(found).size).toBe(found.length)
        expect(found.map((key) => timeline.indexOf(key))).toEqual(found.map((_, index) => index))
        expect(found.every((key) => timeline.has(key))).toBe(true)
        const times = timeline
          .slice(0, timeline.length)
          .map((item) => (item.kind === 'log' ? item.row.at : item.row.receivedLastAt))
        expect(times).toEqual(times.toSorted((a, b) => a - b))
      }),
    )
  })

  test('is where it would stand for a row that is not held', () => {
    const timeline = new Timeline(frames(10, 20), all, logs(15), all)
    expect([timeline.indexOf('frame-9'), timeline.indexOf('log-9'), timeline.has('frame-9')]).toEqual([3, 3, false])
    expect([timeline.at(-1), timeline.at(3)]).toEqual([undefined, undefined])
  })

  test('stays in order where lines of two processes were stored in the wrong one', () => {
    expect(keys(new Timeline(frames(10, 20), all, logs(25, 5), all))).toEqual(['frame-1', 'frame-2', 'log-1', 'log-2'])
  })
})

test('the route names one row, and a row its route', () => {
  expect(
    [
      { frame: 3, log: null },
      { frame: null, log: 4 },
      { frame: null, log: null },
    ].map(selectedKey),
  ).toEqual(['frame-3', 'log-4', null])
  const timeline = new Timeline(frames(1), all, logs(2), all)
  expect(timeline.slice(0, 2).map(routeTo)).toEqual([{ frame: 1 }, { log: 1 }])
})
