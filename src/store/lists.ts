/** Sessions, flows and calls: a page is a walk along an index, from its key. */
import type { Database } from 'better-sqlite3'
import { CALL, callRow, FLOW, flowRow, LOG, logRow, type Record, SESSION, sessionRow } from './columns.ts'
import type { CallQuery, LogQuery, Page, Reader } from './index.ts'
import { prepared } from './prepared.ts'
import type { CallRow, FlowRow, LogRow } from './rows.ts'
import { type FindSession, sessionNamed } from './sessions.ts'

const PAGE_ROWS = 200
const MAX_PAGE_ROWS = 5000

/** How many rows a page may have when `limit` are asked for. */
export function pageRows(limit = PAGE_ROWS): number {
  return Math.max(1, Math.min(MAX_PAGE_ROWS, Math.trunc(limit)))
}

type Lists = Pick<Reader, 'sessions' | 'flows' | 'calls' | 'logs'>

export function lists(db: Database, find: FindSession): Lists {
  const statement = prepared(db)

  /** `terms` go with `values`; newest last. */
  const page = (table: string, columns: string, { before, after, limit }: Page, terms: Terms): Record[] => {
    const all = [`${table}.id > @after`, `${table}.id < @before`, ...Object.keys(terms)].join(' AND ')
    const order = after === undefined ? 'DESC' : 'ASC'
    const found = statement(`SELECT ${columns} WHERE ${all} ORDER BY ${table}.id ${order} LIMIT @limit`).all({
      ...Object.assign({}, ...Object.values(terms)),
      after: after ?? 0,
      before: before ?? Number.MAX_SAFE_INTEGER,
      limit: pageRows(limit),
    }) as Record[]
    return after === undefined ? found.reverse() : found
  }
  const ofSession = (table: string, uid: string | undefined): Terms =>
    uid === undefined ? {} : { [`${table}.session = @session`]: { session: sessionNamed(find, uid).id } }

  const sessions = (asked: Page = {}) => page('session', SESSION, asked, {}).reverse().map(sessionRow)

  const flows = ({ session, connection, ...asked }: Page & { session?: string; connection?: number } = {}): FlowRow[] =>
    page('flow', FLOW, asked, {
      ...ofSession('flow', session),
      ...(connection !== undefined && { 'flow.connection = @connection': { connection } }),
    }).map(flowRow)

  const calls = ({ session, outcome, ...asked }: CallQuery = {}): CallRow[] =>
    page('call', CALL, asked, { ...ofSession('call', session), ...outcomeTerm(outcome) }).map(callRow)

  const logs = ({ session, connection, kind, ...asked }: LogQuery = {}): LogRow[] =>
    page('log', LOG, asked, {
      ...ofSession('log', session),
      ...(connection !== undefined && { 'log.connection = @connection': { connection } }),
      ...(kind !== undefined && { 'log.kind = @kind': { kind } }),
    }).map(logRow)

  return { sessions, flows, calls, logs }
}

/** A condition and the values it names. */
type Terms = { [condition: string]: object }

/** `pending` is spelled out: only so does its partial index answer. */
function outcomeTerm(outcome: CallQuery['outcome']): Terms {
  if (outcome === undefined) return {}
  return outcome === 'pending' ? { [`call.outcome = 'pending'`]: {} } : { 'call.outcome = @outcome': { outcome } }
}
