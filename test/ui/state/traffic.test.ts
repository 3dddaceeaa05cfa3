import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { FrameRow, LiveChange } from '../../../src/api/contract.ts'
import { ApiFailure } from '../../../ui/src/api/client.ts'
import { createCalls } from '../../../ui/src/state/calls.ts'
import { defaultFilter } from '../../../ui/src/state/filter.ts'
import { type Scope, Traffic } from '../../../ui/src/state/traffic.ts'
import { fakeApi } from '../../support/fake-api.ts'
import { frameRow } from '../../support/ui-rows.ts'

const all: Scope = { session: null, filter: { ...defaultFilter, all: true } }
const ids = (traffic: Traffic) => traffic.window.rows.map(({ id }) => id)
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at)

describe('Traffic', () => {
  /** Frames in the made-up capture have the ids 1 to this. */
  let newest: number
  let asked: string[]
  let fails: boolean

  const frames = (query: Readonly<Record<string, string | number | null>>) => {
    asked.push(JSON.stringify(query))
    if (fails) throw new ApiFailure({ code: 'NOT_FOUND', message: 'gone', hint: '' }, 404)
    const limit = Number(query['limit'])
    const after = query['after']
    const before = Math.min(newest + 1, Number(query['before'] ?? Infinity))
    const wanted =
      after === undefined
        ? range(Math.max(1, before - limit), before - 1)
        : range(Number(after) + 1, Math.min(newest, Number(after) + limit))
    return { rows: wanted.map((id) => frameRow(id)), scannedTo: null }
  }
  const api = fakeApi((path, query) => (path === '/api/frames' ? frames(query) : []))
  const create = async (scope = all) => {
    const traffic = new Traffic(api, createCalls(api))
    await traffic.show(scope)
    return traffic
  }
  const change = (rows: readonly FrameRow[], framesLeftOut = false): LiveChange => {
    newest = Math.max(newest, ...rows.map(({ id }) => id))
    return { seq: newest, frames: rows, flows: [], calls: [], sessions: [], logs: [], framesLeftOut }
  }

  beforeEach(() => {
    newest = 12_000
    asked = []
    fails = false
  })

  test('begins with the newest thousand and follows', async () => {
    const traffic = await create()
    expect(ids(traffic)).toEqual(range(11_001, 12_000))
    expect([traffic.window.hasOlder, traffic.following.value]).toEqual([true, true])
    traffic.apply(change([frameRow(12_001)]))
    expect(traffic.window.lastId).toBe(12_001)
    expect(traffic.unseen.value).toBe(0)
  })

  test('loads older pages to the beginning', async () => {
    const traffic = await create()
    await traffic.older()
    await traffic.older()
    await traffic.older()
    expect(ids(traffic)).toEqual(range(1, 12_000))
    expect(traffic.window.hasOlder).toBe(false)
  })

  test('counts what comes while scrolled away', async () => {
    const traffic = await create()
    traffic.follow(false)
    traffic.apply(change([frameRow(12_001), frameRow(12_002)]))
    expect(traffic.unseen.value).toBe(2)
    traffic.follow(true)
    expect(traffic.unseen.value).toBe(0)
  })

  test('brings rows up to date wherever they are', async () => {
    const traffic = await create()
    traffic.apply(change([frameRow(11_500, { label: 'sent' })]))
    expect(traffic.window.get(11_500)?.label).toBe('sent')
    expect(ids(traffic)).toHaveLength(1000)
  })

  test('lets go of a row that no longer matches', async () => {
    const traffic = await create({ session: 's', filter: { ...defaultFilter, all: true } })
    traffic.apply(change([frameRow(11_500, { session: 'other' })]))
    expect(traffic.window.get(11_500)).toBeUndefined()
  })

  test('holds still while paused, and catches up', async () => {
    const traffic = await create()
    traffic.pause(true)
    traffic.apply(change([frameRow(12_001)]))
    expect([traffic.window.lastId, traffic.unseen.value]).toEqual([12_000, 1])
    traffic.pause(false)
    await vi.waitFor(() => expect(traffic.window.lastId).toBe(12_001))
  })

  test('loads what a burst left out', async () => {
    const traffic = await create()
    newest = 15_000
    traffic.apply(change([frameRow(12_001)], true))
    await vi.waitFor(() => expect(ids(traffic)).toEqual(range(11_001, 15_000)))
  })

  test('begins anew at the end when it is too far behind', async () => {
    const traffic = await create()
    newest = 90_000
    traffic.apply(change([frameRow(12_001)], true))
    await vi.waitFor(() => expect(ids(traffic)).toEqual(range(89_001, 90_000)))
    expect(traffic.window.hasOlder).toBe(true)
  })

  test('stands at the beginning and loads on from there', async () => {
    const traffic = await create()
    await traffic.oldest()
    expect(ids(traffic)).toEqual(range(1, 5000))
    traffic.apply(change([frameRow(12_001)]))
    expect([traffic.window.lastId, traffic.unseen.value]).toEqual([5000, 1])
    await traffic.newer()
    await traffic.newer()
    expect(ids(traffic)).toEqual(range(1, 12_001))
    expect(traffic.window.hasNewer).toBe(false)
  })

  test('stands around a frame', async () => {
    const traffic = await create()
    await traffic.around(6000)
    expect(ids(traffic)).toEqual(range(5001, 7000))
    expect([traffic.window.hasOlder, traffic.window.hasNewer, traffic.following.value]).toEqual([true, true, false])
  })

  test('looks further back when its own filter leaves nothing', async () => {
    const hidden = new Set(['body'] as const)
    const traffic = await create({ session: null, filter: { ...defaultFilter, all: true, hidden } })
    expect(ids(traffic)).toEqual([])
    expect(asked).toHaveLength(6)
    expect(traffic.window.hasOlder).toBe(true)
    await traffic.older()
    expect(asked.at(-1)).toContain('"before"')
  })

  test('shows an error and recovers from it', async () => {
    fails = true
    const traffic = await create()
    expect(traffic.error.value?.code).toBe('NOT_FOUND')
    fails = false
    await traffic.newest()
    expect([traffic.error.value, traffic.window.rows.length]).toEqual([null, 1000])
  })

  test('the answer to an older question is dropped', async () => {
    const traffic = new Traffic(api, createCalls(api))
    const first = traffic.show(all)
    const second = traffic.show({ session: 'none', filter: all.filter })
    await Promise.all([first, second])
    expect(ids(traffic)).toEqual([])
  })
})
