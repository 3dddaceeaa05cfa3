/** Calls a filter holds for. */
import type { Database } from 'better-sqlite3'
import { compile, type Filter } from '../filter/index.ts'
import { CALL_COLUMNS, callRow, FRAME, type Record } from './columns.ts'
import { calls, filterSql } from './filter-sql.ts'
import type { CallQuery, Listing } from './index.ts'
import { outcomeTerm, type Terms } from './lists.ts'
import type { CallRow } from './rows.ts'
import { scan } from './scan.ts'
import type { SubjectsOf } from './subjects.ts'

/** `session` is resolved to its key by the caller. */
export type ResolvedCallQuery = Omit<CallQuery, 'session' | 'limit'> & { session?: number; limit: number }

export type MatchingCalls = (filter: Filter, query: ResolvedCallQuery) => Listing<CallRow>

const CALL_AND_REQUEST = `${CALL_COLUMNS}, session.uid FROM call JOIN frame ON frame.id = call.request_frame
  LEFT JOIN session ON session.id = call.session`

/** `now` in milliseconds. */
export function callQuery(db: Database, subjects: SubjectsOf, now: () => number): MatchingCalls {
  const frameById = db.prepare(`SELECT ${FRAME} WHERE frame.id = ?`)

  return (filter, { session, outcome, before, after, limit }) => {
    const terms: Terms = {
      ...(session !== undefined && { 'call.session = @session': { session } }),
      ...outcomeTerm(outcome),
    }
    const at = Date.now() * 1000
    const compiled = filterSql(filter, calls, at)
    const up = after !== undefined
    const conditions = ['call.id BETWEEN @low AND @high', ...Object.keys(terms), compiled.where].join(' AND ')
    const found = db.prepare(
      `SELECT ${CALL_AND_REQUEST} WHERE ${conditions} ORDER BY call.id ${up ? 'ASC' : 'DESC'} LIMIT @limit`,
    )
    const values = Object.assign({}, compiled.values, ...Object.values(terms)) as object
    const [holds, { call }] = [compile(filter), subjects()]
    const wanted = (record: Record): boolean =>
      holds(call(record, frameById.get(record['request_frame']) as Record), at)
    const edges = db.prepare('SELECT min(id) AS first, max(id) AS last FROM call').get() as {
      [edge: string]: number | null
    }
    const listing = scan<Record>(
      {
        rows: (window, most) => found.iterate({ ...values, ...window, limit: most }) as Iterable<Record>,
        ...(!compiled.exact && { wanted }),
        idOf: (record) => record['id'] as number,
        up,
        now,
      },
      {
        low: Math.max((after ?? 0) + 1, edges['first'] ?? 1),
        high: Math.min((before ?? Number.MAX_SAFE_INTEGER) - 1, edges['last'] ?? 0),
      },
      limit,
    )
    if (!up) listing.found.reverse()
    return { rows: listing.found.map(callRow), scannedTo: listing.scannedTo }
  }
}
