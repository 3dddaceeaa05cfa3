/** Values that a filter's keys have in the capture: what to offer to somebody who writes one. */
import type { Database } from 'better-sqlite3'
import type { KnownValues } from '../filter/index.ts'
import { faultRules } from './fault-rules.ts'

/** So many of the newest sessions, calls and messages are looked at. */
const NEWEST = 2000
const MAX_VALUES = 100

const newest = (table: string, column: string): string =>
  `SELECT DISTINCT value FROM (SELECT ${column} AS value FROM ${table} ORDER BY rowid DESC LIMIT ${NEWEST})
   WHERE value IS NOT NULL AND value <> '' LIMIT ${MAX_VALUES}`

/** Newest first. */
export function knownValues(db: Database): () => KnownValues {
  const listed = (sql: string): (() => string[]) => {
    const statement = db.prepare(sql).pluck()
    return () => statement.all() as string[]
  }
  const clients = listed(newest('session', 'client_name'))
  const servers = listed(newest('session', 'server'))
  const sessions = listed(newest('session', 'uid'))
  const taps = listed(newest('instance', 'name'))
  const tools = listed(newest('call', 'tool'))
  const methods = listed(newest('call', 'method'))
  const rules = listed(newest('edit', 'rule'))
  const resources = listed(
    `SELECT DISTINCT uri FROM (SELECT uri FROM message ORDER BY frame DESC, idx DESC LIMIT ${NEWEST}) WHERE uri IS NOT NULL LIMIT ${MAX_VALUES}`,
  )
  return () => ({
    client: clients(),
    server: servers(),
    session: sessions(),
    tap: taps(),
    tool: tools(),
    method: methods(),
    uri: resources(),
    fault: faultRules(rules()),
  })
}
