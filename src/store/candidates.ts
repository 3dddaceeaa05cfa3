/** What pruning may take, oldest first. */
import type { Database } from 'better-sqlite3'

/** A session, or a connection that carried none; `at` is when it was last active. */
export interface Candidate {
  readonly kind: 'session' | 'connection'
  readonly id: number
  readonly at: number
}

/** A process without a heartbeat for this long (µs) is dead, and what it left open is over. */
const DEAD_AFTER = 5_000_000

const alive = (owner: string): string =>
  `EXISTS (SELECT 1 FROM instance WHERE instance.id = ${owner}.instance AND instance.ended_at IS NULL
     AND instance.seen_at > @now - ${DEAD_AFTER})`

/** Not over, and its process lives. `@now` is bound by who uses it. */
export const RUNNING_SESSION = `(session.ended_at IS NULL AND ${alive('session')})`
export const RUNNING_CONNECTION = `(connection.closed_at IS NULL AND ${alive('connection')})`

/** Of a session: something of it still goes on, on a connection that is open, though it is over itself. */
export const BUSY_SESSION = `EXISTS (SELECT 1 FROM flow JOIN connection ON connection.id = flow.connection
  WHERE flow.session = session.id AND flow.ended_at IS NULL AND ${RUNNING_CONNECTION})`

/** Of a connection: a flow on it belongs to a session that is there. */
export const CARRIES_SESSION = `EXISTS (SELECT 1 FROM flow JOIN session ON session.id = flow.session WHERE flow.connection = connection.id)`

const CONNECTIONS = 200

/** Sessions by when they were last active, connections without session between them. The capture may be written while this goes on. */
export function* oldestFirst(db: Database, now: number): Generator<Candidate> {
  const idle = db.prepare(
    `SELECT 'session' AS kind, id, last_at AS at FROM session WHERE NOT ${RUNNING_SESSION} ORDER BY last_at, id`,
  )
  const lone = connectionsWithoutSession(db, now)
  let connection = lone.next()
  for (const session of idle.all({ now }) as Candidate[]) {
    for (; !connection.done && connection.value.at <= session.at; connection = lone.next()) yield connection.value
    yield session
  }
  for (; !connection.done; connection = lone.next()) yield connection.value
}

/** In the order they were opened, which is nearly the order they were last active, and needs no index. */
function* connectionsWithoutSession(db: Database, now: number): Generator<Candidate> {
  const page = db.prepare(
    `SELECT id, coalesce(closed_at, opened_at) AS at, NOT ${RUNNING_CONNECTION} AND NOT ${CARRIES_SESSION} AS fits
     FROM connection WHERE id > @after ORDER BY id LIMIT ${CONNECTIONS}`,
  )
  let after = 0
  for (;;) {
    const rows = page.all({ now, after }) as { id: number; at: number; fits: number }[]
    for (const { id, at, fits } of rows) if (fits === 1) yield { kind: 'connection', id, at }
    if (rows.length < CONNECTIONS) return
    after = rows.at(-1)?.id ?? after
  }
}
