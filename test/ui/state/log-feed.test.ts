import { beforeEach, expect, test } from 'vitest'
import { defaultFilter } from '../../../ui/src/state/filter.ts'
import { LogFeed } from '../../../ui/src/state/log-feed.ts'
import type { Scope } from '../../../ui/src/state/frame-pages.ts'
import { fakeApi } from '../../support/fake-api.ts'
import { logRow } from '../../support/ui-rows.ts'

const scope: Scope = { session: null, filter: defaultFilter }
const { signal } = new AbortController()
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at)

/** Lines in the made-up capture have the ids 1 to this, and come a thousandth of a second apart. */
let newest: number
let asked: number
beforeEach(() => {
  newest = 2500
  asked = 0
})

const api = fakeApi((path, { before, after, from, to, limit }) => {
  if (path !== '/api/logs') return []
  asked++
  const low = Math.max(Number(after ?? 0) + 1, Math.ceil(Number(from ?? 0) / 1000))
  const high = Math.min(newest, Number(before ?? Infinity) - 1, Math.ceil(Number(to ?? Infinity) / 1000) - 1)
  const ids = range(low, high)
  const page = after === undefined && from === undefined ? ids.slice(-Number(limit)) : ids.slice(0, Number(limit))
  return page.map((id) => logRow(id))
})
const feed = async (of: Scope = scope) => {
  const logs = new LogFeed(api, of)
  await logs.newest(signal)
  return logs
}
const held = ({ window }: LogFeed) => [window.firstId, window.lastId, window.rows.length]

test('begins with the newest thousand, and loads on backwards to the beginning', async () => {
  const logs = await feed()
  expect([held(logs), logs.extent]).toEqual([[1501, 2500, 1000], { from: 1_501_000, to: Infinity }])
  await logs.older(signal)
  await logs.older(signal)
  expect([held(logs), logs.extent]).toEqual([[1, 2500, 2500], { from: -Infinity, to: Infinity }])
})

test('stands around an instant, and loads on from there to the end', async () => {
  newest = 5000
  const logs = new LogFeed(api, scope)
  await logs.around(2_000_000, signal)
  expect([held(logs), logs.extent]).toEqual([[1000, 2999, 2000], { from: 1_000_000, to: 2_999_000 }])
  expect(await logs.newer(signal, 3)).toBe(true)
  expect([held(logs), logs.extent.to]).toEqual([[1000, 5000, 4001], Infinity])
})

test('stands at the beginning', async () => {
  const logs = new LogFeed(api, scope)
  await logs.oldest(signal)
  expect([held(logs), logs.extent]).toEqual([[1, 1000, 1000], { from: -Infinity, to: 1_000_000 }])
})

test('takes what comes, once, and catches up with what was left out', async () => {
  const logs = await feed()
  expect(logs.apply([logRow(2501)])).toBe(true)
  expect(logs.apply([logRow(2501)])).toBe(false)
  newest = 4000
  await logs.catchUp(signal)
  expect(held(logs)).toEqual([1501, 4000, 2500])
  newest = 40_000
  await logs.catchUp(signal)
  expect(held(logs)).toEqual([39_001, 40_000, 1000])
})

test('looks for a text itself, further back when there is nothing', async () => {
  const logs = await feed({ ...scope, filter: { ...defaultFilter, text: 'LINE 1234' } })
  expect(held(logs)).toEqual([1234, 1234, 1])
  expect(asked).toBe(3)
})

test('asks nothing where lines are not wanted', async () => {
  const logs = await feed({ ...scope, filter: { ...defaultFilter, hidden: new Set(['log']) } })
  const oneWay = await feed({ ...scope, filter: { ...defaultFilter, direction: 's2c' } })
  expect([logs.apply([logRow(1)]), held(logs), held(oneWay), asked]).toEqual([
    false,
    [null, null, 0],
    [null, null, 0],
    0,
  ])
})

test('lets go of the oldest over its bound, and knows from where on it holds all', async () => {
  const logs = await feed()
  logs.apply(range(2501, 60_000).map((id) => logRow(id)))
  logs.trim()
  expect([held(logs), logs.extent.from]).toEqual([[10_001, 60_000, 50_000], 10_001_000])
})
