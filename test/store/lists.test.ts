import { expect, test } from 'vitest'
import { lists, pageRows } from '../../src/store/lists.ts'
import { openReader } from '../../src/store/reader.ts'
import { sessionFinder } from '../../src/store/sessions.ts'
import { captureFixture, START } from '../support/capture-fixture.ts'
import { withPlans } from '../support/query-plans.ts'

const ids = (rows: readonly { id: number }[]) => rows.map(({ id }) => id)

test('a page has 200 rows, as many as asked for, never more than 5000', () => {
  expect([undefined, 1, 5000, 5001, 0, -3, 2.7].map(pageRows)).toEqual([200, 1, 5000, 5000, 1, 1, 2])
})

test('sessions come newest first, page by page', () => {
  const { path, add } = captureFixture()
  for (let i = 1; i <= 5; i++) add('session', { uid: `session${i}` })
  const reader = openReader(path)
  expect(ids(reader.sessions())).toEqual([5, 4, 3, 2, 1])
  expect(ids(reader.sessions({ limit: 2 }))).toEqual([5, 4])
  expect(ids(reader.sessions({ limit: 2, before: 4 }))).toEqual([3, 2])
  expect(ids(reader.sessions({ limit: 2, after: 2 }))).toEqual([4, 3])
})

test('flows come newest last, of a session, of a connection, of both', () => {
  const { path, add } = captureFixture()
  add('session', { uid: 'abcd2345' })
  for (let i = 1; i <= 6; i++) add('flow', { connection: i % 3, session: i % 2 === 0 ? 1 : null })
  const reader = openReader(path)
  expect(ids(reader.flows())).toEqual([1, 2, 3, 4, 5, 6])
  expect(ids(reader.flows({ limit: 2, before: 6 }))).toEqual([4, 5])
  expect(ids(reader.flows({ limit: 2, after: 1 }))).toEqual([2, 3])
  expect(ids(reader.flows({ session: 'abcd' }))).toEqual([2, 4, 6])
  expect(ids(reader.flows({ connection: 0 }))).toEqual([3, 6])
  expect(ids(reader.flows({ connection: 0, session: 'abcd' }))).toEqual([6])
})

test('calls come by session and by outcome', () => {
  const { path, add } = captureFixture()
  add('session', { uid: 'abcd2345' })
  const outcomes = ['ok', 'pending', 'error', 'ok', 'pending', 'silent']
  outcomes.forEach((outcome, i) => add('call', { outcome, session: i < 3 ? 1 : null }))
  const reader = openReader(path)
  expect(ids(reader.calls())).toEqual([1, 2, 3, 4, 5, 6])
  expect(ids(reader.calls({ session: 'abcd' }))).toEqual([1, 2, 3])
  expect(ids(reader.calls({ outcome: 'pending' }))).toEqual([2, 5])
  expect(ids(reader.calls({ outcome: 'pending', session: 'abcd' }))).toEqual([2])
  expect(ids(reader.calls({ outcome: 'ok', session: 'abcd' }))).toEqual([1])
  expect(ids(reader.calls({ outcome: 'silent', limit: 1 }))).toEqual([6])
  expect(reader.calls({ outcome: 'error' })[0]).toMatchObject({
    session: 'abcd2345',
    method: 'tools/call',
    rpcId: '1',
    direction: 'c2s',
  })
})

test('SQLite answers each of them along an index, sorting nothing', () => {
  const { db, add } = captureFixture()
  add('session', { uid: 'abcd2345' })
  const watched = withPlans(db)
  const { sessions, flows, calls } = lists(watched.db, sessionFinder(db))
  const first = (ask: () => unknown): string | undefined => {
    ask()
    const taken = watched.plans()
    expect(taken.filter((step) => /^SCAN|TEMP B-TREE/.test(step))).toEqual([])
    return taken[0]
  }
  const session = 'abcd'
  const byKey = (table: string) => `SEARCH ${table} USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)`
  expect(first(() => sessions())).toBe(byKey('session'))
  expect(first(() => flows())).toBe(byKey('flow'))
  expect(first(() => flows({ session }))).toBe('SEARCH flow USING INDEX flow_session (session=? AND id>? AND id<?)')
  expect(first(() => flows({ connection: 1 }))).toBe(
    'SEARCH flow USING INDEX flow_connection (connection=? AND id>? AND id<?)',
  )
  expect(first(() => calls())).toBe(byKey('call'))
  expect(first(() => calls({ session }))).toBe('SEARCH call USING INDEX call_session (session=? AND id>? AND id<?)')
  expect(first(() => calls({ outcome: 'pending' }))).toBe('SEARCH call USING INDEX call_pending (id>? AND id<?)')
  expect(first(() => calls({ outcome: 'ok' }))).toBe(byKey('call'))
})

test('lines of the log are found by their instant, whatever is missing between them', () => {
  const { db, add } = captureFixture()
  add('session', { uid: 'abcd2345' })
  const second = (id: number): number => START + id * 2_000_000
  for (let id = 1; id <= 40; id++) if (id % 7 !== 0) add('log', { id, at: second(id), session: id % 2 })
  // another process stored it late
  add('log', { id: 41, at: second(39) + 1_500_000, session: null })
  add('log', { id: 42, at: second(40) + 1, session: null })
  const { logs } = lists(db, sessionFinder(db))
  const ids = (query: Parameters<typeof logs>[0]): number[] => logs(query).map(({ id }) => id)
  expect(ids({ from: second(20), limit: 3 })).toEqual([20, 22, 23])
  expect(ids({ to: second(20), limit: 3 })).toEqual([17, 18, 19])
  expect(ids({ from: second(20), to: second(23) })).toEqual([20, 22])
  expect(ids({ to: second(20), session: 'abcd', limit: 2 })).toEqual([17, 19])
  expect(ids({ to: second(40) })).toContain(41)
  expect(ids({ from: second(40) })).toEqual([40, 42])
  expect([ids({ from: second(50) }), ids({ to: START })]).toEqual([[], []])
})
