/** Sessions, flows and calls: a page is a walk along an index, from its key. */
import type { Database } from 'better-sqlite3'
import { CALL, callRow, FLOW, flowRow, LOG, logRow, type Record, SESSION, sessionRow } from './columns.ts'
import type { CallQuery, LogQuery, Page, Reader } from './index.ts'
import { prepared } from './prepared.ts'
import type { CallRow, FlowRow, LogRow } from './rows.ts'
import { type FindSession, sessionNamed } from './sessions.ts'

const PAGE_ROWS = 200
const MAX_PAGE_ROWS = 5000
/** So far apart, in microseconds, may lines of two processes be stored in the wrong order. */
const WRITERS_APART = 1_000_000

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

  /** The first line at or behind `at`: ids rise with time, as far as several writers let them. */
  const logAt = (at: number): number => {
    const next = statement('SELECT id, at FROM log WHERE id >= ? ORDER BY id LIMIT 1')
    let low = 0
    let high = ((statement('SELECT max(id) FROM log').pluck().get() as number | null) ?? 0) + 1
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const found = next.get(middle) as { id: number; at: number } | undefined
      if (found === undefined || found.at >= at) high = middle
      else low = found.id + 1
    }
    return low
  }
  const logSpan = ({ from, to, before, after, limit }: Page & { from?: number; to?: number }): Page => ({
    ...(limit !== undefined && { limit }),
    ...((before ?? to) !== undefined && { before: before ?? logAt((to ?? 0) + WRITERS_APART) }),
    ...((after ?? from) !== undefined && { after: after ?? logAt((from ?? 0) - WRITERS_APART) - 1 }),
  })

  const logs = ({ session, connection, kind, ...asked }: LogQuery = {}): LogRow[] =>
    page('log', LOG, logSpan(asked), {
      ...ofSession('log', session),
      ...(asked.from !== undefined && { 'log.at >= @from': { from: asked.from } }),
      ...(asked.to !== undefined && { 'log.at < @to': { to: asked.to } }),
      ...(connection !== undefined && { 'log.connection = @connection': { connection } }),
      ...(kind !== undefined && { 'log.kind = @kind': { kind } }),
    }).map(logRow)

  return { sessions, flows, calls, logs }
}

/** A condition and the values it names. */
export type Terms = { [condition: string]: object }

/** `pending` is spelled out: only so does its partial index answer. */
export function outcomeTerm(outcome: CallQuery['outcome']): Terms {
  if (outcome === undefined) return {}
  return outcome === 'pending' ? { [`call.outcome = 'pending'`]: {} } : { 'call.outcome = @outcome': { outcome } }
}
