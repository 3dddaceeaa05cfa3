import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { compile, type Filter, parseFilter, print } from '../../src/filter/index.ts'
import { FRAME, type Record } from '../../src/store/columns.ts'
import { calls, filterSql, framesLookedUp, framesWalked } from '../../src/store/filter-sql.ts'
import { frameRows } from '../../src/store/frame-rows.ts'
import { openReader } from '../../src/store/reader.ts'
import { subjectsOf } from '../../src/store/subjects.ts'
import { captureFixture } from '../support/capture-fixture.ts'
import { trees } from '../support/filters.ts'
import { captures, putCapture, words } from '../support/random-capture.ts'

const filters = trees(words).map((root): Filter => parseFilter(print({ text: '', root })))
const now = Date.now() * 1000 - 10_000_000

describe('the same rows as the predicate', () => {
  const fixture = captureFixture(afterAll)
  const { db, path } = fixture
  const reader = openReader(path)
  const subjects = subjectsOf(db, frameRows(db))

  const frameRecords = () => db.prepare(`SELECT ${FRAME} ORDER BY frame.id`).all() as Record[]
  const callRecords = () => db.prepare('SELECT * FROM call ORDER BY id').all() as Record[]
  const ids = (records: readonly Record[]) => records.map(({ id }) => id)
  const at = () => Date.now() * 1000

  test('of any frames, for any filter', () => {
    fc.assert(
      fc.property(captures, fc.array(filters, { minLength: 20, maxLength: 20 }), (captured, some) => {
        putCapture(fixture, captured, now)
        const { frame } = subjects()
        const records = frameRecords()
        for (const filter of some) {
          const holds = compile(filter)
          const expected = ids(records.filter((record) => holds(frame(record), at())))
          const given = [
            reader.frames({ filter }).rows.map(({ id }) => id),
            reader.frames({ filter, after: 0 }).rows.map(({ id }) => id),
            reader.matching(filter, ids(records) as number[]).map(({ id }) => id),
          ]
          expect([print(filter), ...given]).toEqual([print(filter), expected, expected, expected])
        }
      }),
      { numRuns: 60 },
    )
  })

  test('of any calls, for any filter', () => {
    fc.assert(
      fc.property(captures, fc.array(filters, { minLength: 20, maxLength: 20 }), (captured, some) => {
        putCapture(fixture, captured, now)
        const { call } = subjects()
        const request = (record: Record) => frameRecords().find(({ id }) => id === record['request_frame'])!
        for (const filter of some) {
          const holds = compile(filter)
          const expected = ids(callRecords().filter((record) => holds(call(record, request(record)), at())))
          const given = reader.callsMatching(filter).rows.map(({ id }) => id)
          expect([print(filter), given]).toEqual([print(filter), expected])
        }
      }),
      { numRuns: 40 },
    )
  })
})

test.each([
  ['method:tools/call tool:s* -kind:error', true],
  ['session:a* or (client:x server:y)', true],
  ['-(header:x or since:5m)', false],
  ['needle', false],
])('%j is told by SQL alone: %s', (text, exact) => {
  for (const source of [framesWalked, framesLookedUp, calls])
    expect(filterSql(parseFilter(text), source, 0).exact).toBe(exact)
})

test('values are bound, never written into the statement', () => {
  const { where, values } = filterSql(parseFilter(`tool:"x' OR 1 --" client:*%_*`), framesWalked, 0)
  expect(where).not.toContain('x')
  expect(Object.values(values)).toEqual([`x' OR 1 --`, '%\\%\\_%', '%\\%\\_%'])
})
