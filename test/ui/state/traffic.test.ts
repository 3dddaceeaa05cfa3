import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { FrameRow, LiveChange } from '../../../src/api/contract.ts'
import { ApiFailure } from '../../../ui/src/api/client.ts'
import { createCalls } from '../../../ui/src/state/calls.ts'
import { defaultFilter } from '../../../ui/src/state/filter.ts'
import { keyOf } from '../../../ui/src/state/timeline.ts'
import type { Scope } from '../../../ui/src/state/frame-pages.ts'
import { Traffic } from '../../../ui/src/state/traffic.ts'
import { fakeApi } from '../../support/fake-api.ts'
import { frameRow, logRow } from '../../support/ui-rows.ts'

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
    if (query['filter'] === ')') throw new ApiFailure({ code: 'FILTER_INVALID', message: 'no', hint: '' }, 400)
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
    return {
      seq: newest,
      frames: rows,
      otherFrames: [],
      flows: [],
      calls: [],
      sessions: [],
      logs: [],
      rules: [],
      held: [],
      framesLeftOut,
      logsLeftOut: false,
    }
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

  test('frames the filter does not hold for any more go, older ones that come late are left to be loaded', async () => {
    const traffic = await create()
    const first = traffic.window.firstId!
    traffic.apply({ ...change([frameRow(first - 5), frameRow(12_002)]), otherFrames: [12_000, 12_001] })
    expect(traffic.window.rows.slice(-2).map(({ id }) => id)).toEqual([11_999, 12_002])
    expect(traffic.window.firstId).toBe(first)
  })

  test('what comes live is not shown while the filter does not hold', async () => {
    const traffic = await create({ session: null, filter: { ...all.filter, text: ')' } })
    traffic.apply(change([frameRow(12_001)]))
    expect([traffic.error.value?.code, traffic.window.rows.length]).toEqual(['FILTER_INVALID', 0])
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

  describe('lines of the log', () => {
    /** Lines there are; each a thousandth of a second after the frame of its number. */
    let lines: number[]
    const withLines = fakeApi((path, query) => {
      if (path === '/api/frames') return frames(query)
      const { after, before, from, to } = query
      return path === '/api/logs'
        ? lines
            .filter((id) => id > Number(after ?? 0) && id < Number(before ?? Infinity))
            .filter((id) => id * 1000 >= Number(from ?? 0) && id * 1000 < Number(to ?? Infinity))
            .map((id) => logRow(id, { at: id * 1000 + 1 }))
        : []
    })
    const shown = (traffic: Traffic) => traffic.timeline.slice(0, traffic.timeline.length).map(keyOf)
    const open = async (scope = all) => {
      const traffic = new Traffic(withLines, createCalls(withLines))
      await traffic.show(scope)
      return traffic
    }
    const said = (...ids: number[]): LiveChange => ({
      ...change([]),
      logs: ids.map((id) => logRow(id, { at: id * 1000 + 1 })),
    })
    beforeEach(() => {
      newest = 3
      lines = [1, 3]
    })

    test('stand between the frames, as they are and as they come, and are not counted', async () => {
      const traffic = await open()
      expect(shown(traffic)).toEqual(['frame-1', 'log-1', 'frame-2', 'frame-3', 'log-3'])
      traffic.follow(false)
      traffic.apply(said(4))
      expect([shown(traffic).at(-1), traffic.unseen.value]).toEqual(['log-4', 0])
    })

    test('wait while the list is paused, and those left out are asked for', async () => {
      const traffic = await open()
      traffic.pause(true)
      lines.push(4)
      traffic.apply(said(4))
      expect(shown(traffic)).not.toContain('log-4')
      traffic.pause(false)
      await vi.waitFor(() => expect(shown(traffic)).toContain('log-4'))
      lines.push(5, 6)
      traffic.apply({ ...said(5), logsLeftOut: true })
      await vi.waitFor(() => expect(shown(traffic).slice(-2)).toEqual(['log-5', 'log-6']))
    })

    test('are older and newer with the frames, wherever the list stands', async () => {
      newest = 12_000
      lines = [5, 5500, 11_500]
      const traffic = await open()
      expect(shown(traffic).filter((key) => key.startsWith('log'))).toEqual(['log-11500'])
      await traffic.around(5600)
      expect(shown(traffic).filter((key) => key.startsWith('log'))).toEqual(['log-5500'])
      await traffic.oldest()
      expect(shown(traffic).slice(4, 7)).toEqual(['frame-5', 'log-5', 'frame-6'])
    })
  })
})
