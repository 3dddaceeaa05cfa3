import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { frameQuery, type ResolvedFrameQuery } from '../../src/store/frame-query.ts'
import { frameRows } from '../../src/store/frame-rows.ts'
import type { FrameQuery } from '../../src/store/index.ts'
import type { CaptureDatabase } from '../../src/store/create.ts'
import { openReader } from '../../src/store/reader.ts'
import { subjectsOf } from '../../src/store/subjects.ts'
import { withPlans } from '../support/query-plans.ts'
import { captureFixture, type CaptureFixture, fillCapture } from '../support/capture-fixture.ts'

const ids = ({ rows }: { rows: readonly { id: number }[] }) => rows.map(({ id }) => id)

const framesOf = (db: CaptureDatabase, now: () => number) => {
  const rows = frameRows(db)
  return frameQuery(db, rows, subjectsOf(db, rows), now).page
}

describe('pages', () => {
  const reader = () => {
    const { path, add } = captureFixture()
    add('session', { uid: 'abcd2345' })
    for (let i = 1; i <= 10; i++)
      add('frame', { session: i % 2 === 0 ? 1 : null, flow: i <= 4 ? 1 : 2, direction: i % 2 })
    return openReader(path)
  }

  test.each<[FrameQuery, number[]]>([
    [{}, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
    [{ limit: 3 }, [8, 9, 10]],
    [{ limit: 3, before: 8 }, [5, 6, 7]],
    [{ limit: 3, after: 8 }, [9, 10]],
    [{ limit: 3, after: 2 }, [3, 4, 5]],
    [{ after: 2, before: 5 }, [3, 4]],
    [{ session: 'abcd' }, [2, 4, 6, 8, 10]],
    [{ session: 'abcd', limit: 2, before: 6 }, [2, 4]],
    [{ session: 'abcd', limit: 2, after: 4 }, [6, 8]],
    [{ flow: 1 }, [1, 2, 3, 4]],
    [{ flow: 2, session: 'abcd' }, [6, 8, 10]],
    [{ direction: 's2c', limit: 2 }, [7, 9]],
    [{ direction: 'c2s', limit: 2, after: 3 }, [4, 6]],
    [{ direction: 'c2s', flow: 1 }, [2, 4]],
    [{ direction: 's2c', session: 'abcd' }, []],
    [{ direction: 's2c', after: 10 }, []],
    [{ messages: true }, []],
  ])('of %o', (query, expected) => {
    expect(reader().frames(query)).toMatchObject({ scannedTo: null })
    expect(ids(reader().frames(query))).toEqual(expected)
  })
})

describe('filters', () => {
  const reader = () => {
    const { path, add } = captureFixture()
    add('frame', { id: 1, label: 'POST /mcp?q=100%_a HTTP/1.1' })
    add('frame', { id: 2, messages: 1 })
    add('message', { frame: 2, method: 'tools/call', tool: 'Search' })
    add('frame', { id: 3, messages: 2 })
    add('message', { frame: 3, idx: 0, kind: 1, method: 'tools/call', tool: 'write' })
    add('message', { frame: 3, idx: 1, kind: 1, method: 'tools/list' })
    add('frame', { id: 4, label: 'HTTP/1.1 200 OK' })
    return openReader(path)
  }

  test.each<[FrameQuery, number[]]>([
    [{ messages: true }, [2, 3]],
    [{ messages: false }, [1, 2, 3, 4]],
    [{ method: 'tools/call' }, [2, 3]],
    [{ method: 'tools/list' }, [3]],
    [{ method: 'tools' }, []],
    [{ text: 'tools/' }, [2, 3]],
    [{ text: 'SEARCH' }, [2]],
    [{ text: 'http/1.1' }, [1, 4]],
    [{ text: '%_' }, [1]],
    [{ text: '_' }, [1]],
    [{ text: '\\' }, []],
    [{ text: 'http', limit: 1 }, [4]],
    [{ text: 'http', limit: 1, before: 4 }, [1]],
    [{ text: 'write', method: 'tools/list', direction: 'c2s' }, [3]],
  ])('by %o', (query, expected) => {
    expect(ids(reader().frames(query))).toEqual(expected)
  })
})

describe('a scan', () => {
  let fixture: CaptureFixture
  const cleaning: (() => void)[] = []
  beforeAll(() => {
    fixture = captureFixture((clean) => cleaning.unshift(clean))
    fillCapture(fixture, 20_000)
    fixture.db.exec(`UPDATE frame SET label = 'needle' WHERE id IN (5, 19990)`)
  })
  afterAll(() => cleaning.forEach((clean) => clean()))

  /** A clock by which every look at it is `step` later. */
  const queryWith = (step: number) => {
    let at = 0
    return framesOf(fixture.db, () => (at += step))
  }

  test('stops when its time is over and says how far it came; asking on from there finds the rest', () => {
    const query = queryWith(30)
    const first = query({ text: 'needle', limit: 10 })
    expect(ids(first)).toEqual([19_990])
    expect(first.scannedTo).toBeGreaterThan(5)
    let next = first
    let asked = 0
    while (next.scannedTo !== null && asked++ < 100) next = query({ text: 'needle', limit: 10, before: next.scannedTo })
    expect(ids(next)).toEqual([5])
    expect(asked).toBeGreaterThan(1)
  })

  test('goes upwards the same way', () => {
    const query = queryWith(30)
    let next = query({ text: 'needle', limit: 10, after: 0 })
    expect(ids(next)).toEqual([5])
    let asked = 0
    while (next.scannedTo !== null && asked++ < 100) next = query({ text: 'needle', limit: 10, after: next.scannedTo })
    expect(ids(next)).toEqual([19_990])
  })

  test('looks at everything when there is time, in windows that follow what they cost', () => {
    const all = queryWith(0.001)({ text: 'needle', limit: 10 })
    expect(ids(all)).toEqual([5, 19_990])
    expect(all.scannedTo).toBeNull()
  })

  test('a full page ends it, whatever the time', () => {
    const page = queryWith(1)({ method: 'tools/call', limit: 3 })
    expect(ids(page)).toEqual([19_995, 19_998, 19_999])
    expect(page.scannedTo).toBeNull()
  })
})

describe('how SQLite answers', () => {
  const messageWindow = ['LIST SUBQUERY 1', 'SEARCH message USING PRIMARY KEY (frame>? AND frame<?)']

  test.each<[string, Omit<ResolvedFrameQuery, 'limit'>, string[]]>([
    ['a page', {}, ['SEARCH frame USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)']],
    ['a page upwards', { after: 5 }, ['SEARCH frame USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)']],
    ['a session', { session: 1 }, ['SEARCH frame USING INDEX frame_session (session=? AND id>? AND id<?)']],
    ['a flow', { flow: 1 }, ['SEARCH frame USING INDEX frame_flow (flow=? AND id>? AND id<?)']],
    ['a direction', { direction: 'c2s' }, ['SEARCH frame USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)']],
    ['a method', { method: 'a' }, ['SEARCH frame USING INTEGER PRIMARY KEY (rowid=?)', ...messageWindow]],
    [
      'a text',
      { text: 'a' },
      [
        'SEARCH frame USING INTEGER PRIMARY KEY (rowid=?)',
        'LIST SUBQUERY 2',
        'COMPOUND QUERY',
        'LEFT-MOST SUBQUERY',
        'SEARCH frame USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)',
        'UNION ALL',
        'SEARCH message USING PRIMARY KEY (frame>? AND frame<?)',
      ],
    ],
  ])('%s: along an index, sorting nothing', (_, query, steps) => {
    const { db, plans } = withPlans(captureFixture().db)
    const ask = framesOf(db, () => 0)
    plans()
    ask({ ...query, limit: 200 })
    const taken = plans()
    expect(taken.slice(0, steps.length)).toEqual(steps)
    expect(taken.filter((step) => /^SCAN (frame|message|session)|TEMP B-TREE/.test(step))).toEqual([])
  })
})
