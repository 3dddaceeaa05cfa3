/** Takes sessions and connections out of a capture, in transactions of at most 500 rows: more would hold the lock a writer waits for. */
import type { Database, Statement } from 'better-sqlite3'
import { CARRIES_SESSION, RUNNING_CONNECTION } from './candidates.ts'

/** Counted over the life of a removal. */
interface Removed {
  connections: number
  frames: number
}

/** Each step of a generator is one transaction. */
export type Steps = Generator<void, void>

export interface Removal {
  /** To be taken before anything goes: keeps the ids there are from being given to other rows. */
  readonly keepIds: () => void
  readonly removed: Readonly<Removed>
  /** With its frames, calls and flows, and those of its connections that carry no other session and are over. */
  readonly session: (id: number) => Steps
  /** With its bytes and everything on it. */
  readonly connection: (id: number) => Steps
  /** Changes told before `changes`; notes and losses from before `notes`, and from before everything that is left. */
  readonly before: (changes: number, notes: number) => Steps
}

const ROWS = 500
const RAW_BYTES = 4 * 1024 * 1024

export function removal(db: Database, now: number): Removal {
  const removed: Removed = { connections: 0, frames: 0 }
  const frames = frameRemoval(db, removed)
  const rows = rowRemoval(db)
  const bytes = rawRemoval(db)
  const connectionsOfSession = db.prepare('SELECT DISTINCT connection FROM flow WHERE session = ?').pluck()
  const flows = flowRemoval(db, frames)
  const oldestConnection = db.prepare('SELECT opened_at FROM connection ORDER BY id LIMIT 1').pluck()
  const isOver = db
    .prepare(`SELECT 1 FROM connection WHERE id = @id AND NOT ${RUNNING_CONNECTION} AND NOT ${CARRIES_SESSION}`)
    .pluck()

  function* session(id: number): Steps {
    const connections = connectionsOfSession.all(id) as number[]
    yield* frames('session', id)
    yield* rows('call', 'session = ?', id)
    yield* flows('session', id)
    yield* rows('session', 'id = ?', id)
    for (const on of connections) if (isOver.get({ id: on, now }) !== undefined) yield* connection(on)
  }

  function* connection(id: number): Steps {
    yield* flows('connection', id)
    yield* bytes(id)
    for (const table of ['instants', 'redaction', 'process', 'log', 'decision', 'held'])
      yield* rows(table, 'connection = ?', id)
    yield* rows('connection', 'id = ?', id)
    removed.connections++
  }

  function* before(changes: number, notes: number): Steps {
    const left = (oldestConnection.get() as number | undefined) ?? 0
    yield* rows('change', 'at < ?', changes)
    yield* rows('log', 'at < ?', Math.max(notes, left))
    yield* rows('loss', 'from_at < ?', Math.max(notes, left))
    yield* rows('decision', 'connection IS NULL AND at < ?', Math.max(notes, left))
  }
  return { removed, keepIds: idKeeper(db), session, connection, before }
}

/**
 * Ids are allotted after the newest there is; the newest ever is written down where SQLite itself would (`sqlite_sequence`, SQLite
 * AUTOINCREMENT), but only when something goes: with AUTOINCREMENT each insert would pay for it.
 */
function idKeeper(db: Database): () => void {
  const tables = ['connection', 'session', 'flow', 'frame', 'call'].map((table) => ({
    newest: db.prepare(`SELECT max(id) FROM ${table}`).pluck(),
    known: db.prepare(`SELECT seq FROM sqlite_sequence WHERE name = '${table}'`).pluck(),
    first: db.prepare(`INSERT INTO sqlite_sequence (name, seq) VALUES ('${table}', ?)`),
    next: db.prepare(`UPDATE sqlite_sequence SET seq = ? WHERE name = '${table}'`),
  }))
  const keep = db.transaction(() => {
    for (const { newest, known, first, next } of tables) {
      const [id, kept] = [newest.get() as number | null, known.get() as number | undefined]
      if (id !== null && id > (kept ?? 0)) (kept === undefined ? first : next).run(id)
    }
  })
  return () => keep.immediate()
}

type RemoveRows = (table: string, condition: string, value: number) => Steps

function rowRemoval(db: Database): RemoveRows {
  const made = new Map<string, Statement>()
  return function* (table, condition, value) {
    const key = table === 'change' ? 'seq' : 'id'
    const sql = `DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${table} WHERE ${condition} LIMIT ${ROWS})`
    const statement = made.get(sql) ?? db.prepare(sql)
    made.set(sql, statement)
    let { changes } = statement.run(value)
    for (; changes === ROWS; { changes } = statement.run(value)) yield
    if (changes > 0) yield
  }
}

/** Rows hold up to 1 MiB: bounded by bytes too. The length of a blob is known without reading it. */
function rawRemoval(db: Database): (connection: number) => Steps {
  const sizes = db.prepare(
    `SELECT id, length(bytes) AS size FROM raw WHERE connection = ? ORDER BY direction, offset LIMIT ${ROWS}`,
  )
  const remove = db.prepare('DELETE FROM raw WHERE id = ?')
  const removeAll = db.transaction((ids: readonly number[]) => ids.forEach((id) => remove.run(id)))
  return function* (connection) {
    for (;;) {
      let left = RAW_BYTES
      const ids: number[] = []
      for (const { id, size } of sizes.all(connection) as { id: number; size: number }[]) {
        left -= size
        if (left < 0 && ids.length > 0) break
        ids.push(id)
      }
      if (ids.length === 0) return
      removeAll.immediate(ids)
      yield
    }
  }
}

/** Flows with the frames on them, those that belong to no session or another one included. */
function flowRemoval(db: Database, frames: FramesOf): (owner: 'session' | 'connection', id: number) => Steps {
  const listed = (owner: string): Statement =>
    db.prepare(`SELECT id FROM flow WHERE ${owner} = ? ORDER BY id LIMIT ${ROWS}`).pluck()
  const flowsOf = { session: listed('session'), connection: listed('connection') }
  const remove = db.prepare('DELETE FROM flow WHERE id IN (SELECT value FROM json_each(?))')
  return function* (owner, id) {
    for (;;) {
      const flows = flowsOf[owner].all(id) as number[]
      if (flows.length === 0) return
      for (const flow of flows) yield* frames('flow', flow)
      remove.run(JSON.stringify(flows))
      yield
    }
  }
}

type FramesOf = (owner: 'session' | 'flow', id: number) => Steps

/** Frames with their messages, the calls these belong to, and payloads. */
function frameRemoval(db: Database, removed: Removed): FramesOf {
  const listed = (owner: string): Statement =>
    db.prepare(`SELECT id, messages FROM frame WHERE ${owner} = ? ORDER BY id LIMIT ${ROWS}`)
  const framesOf = { session: listed('session'), flow: listed('flow') }
  const messages = db.prepare('SELECT idx, call FROM message WHERE frame = ? LIMIT ?')
  const removeMessage = db.prepare('DELETE FROM message WHERE frame = ? AND idx = ?')
  const removeCall = db.prepare('DELETE FROM call WHERE id = ?')
  const removePayload = db.prepare('DELETE FROM payload WHERE frame = ?')
  const removeFrame = db.prepare('DELETE FROM frame WHERE id = ?')

  /** At most `limit` messages, each with its call. */
  const removeMessages = (frame: number, limit: number): number => {
    const found = messages.all(frame, limit) as { idx: number; call: number | null }[]
    for (const { idx, call } of found) {
      removeMessage.run(frame, idx)
      if (call !== null) removeCall.run(call)
    }
    return found.length
  }
  const removeFrames = db.transaction((ids: readonly number[]) => {
    for (const id of ids) {
      removeMessages(id, ROWS / 2)
      removePayload.run(id)
      removed.frames += removeFrame.run(id).changes
    }
  })
  const thinOut = db.transaction((frame: number) => removeMessages(frame, ROWS / 2))

  return function* (owner, id) {
    for (;;) {
      const found = framesOf[owner].all(id) as { id: number; messages: number }[]
      const [first] = found
      if (first === undefined) return
      if (cost(first.messages) > ROWS) while (thinOut.immediate(first.id) === ROWS / 2) yield
      removeFrames.immediate(affordable(found))
      yield
    }
  }
}

/** Rows that go with a frame: itself, its payload, its messages and as many calls. */
function cost(messages: number): number {
  return 2 + 2 * messages
}

/** As many of the first frames as make 500 rows; one at least, whose messages have been thinned out where they are more. */
function affordable(frames: readonly { id: number; messages: number }[]): number[] {
  let left = ROWS
  const ids: number[] = []
  for (const { id, messages } of frames) {
    left -= cost(messages)
    if (left < 0 && ids.length > 0) break
    ids.push(id)
    if (left < 0) break
  }
  return ids
}
