/** Makes a capture smaller: the oldest sessions go first, never a running one, in steps short enough for a writer beside it. */
import type { Database } from 'better-sqlite3'
import { performance } from 'node:perf_hooks'
import { BUSY_SESSION, type Candidate, oldestFirst, RUNNING_SESSION } from './candidates.ts'
import { openCapture, storeError } from './open.ts'
import { removal } from './removal.ts'
import { sessionFinder, sessionNamed } from './sessions.ts'

export interface PruneOptions {
  /** Microseconds since the epoch. */
  readonly now: number
  /** What is oldest goes until the capture needs at most this much. Default: no bound. */
  readonly maxBytes?: number
  /** What was last active longer ago than this goes. Default: no bound. */
  readonly maxAgeMs?: number
  /** These sessions (uids or beginnings of them) go, whatever their age. */
  readonly sessions?: readonly string[]
  /** Only say what would go; sizes are then estimates. Default false. */
  readonly dryRun?: boolean
}

export interface PruneReport {
  /** Uids of the sessions that went, in that order. */
  readonly sessions: readonly string[]
  /** Uids of the sessions that were asked for and stay, because they run. */
  readonly spared: readonly string[]
  readonly connections: number
  readonly frames: number
  /** What was given back, and what the capture needs now. */
  readonly freedBytes: number
  readonly sizeBytes: number
}

/** Pages given back to the file system in one step: 1 MiB. */
const VACUUM_PAGES = 64

/** Changes are told for this long (µs); who comes back later has to load anew. */
const CHANGES_KEPT = 3_600_000_000

/**
 * Prunes a capture that others may be writing meanwhile. Throws what `openCapture` throws, `STORE_OPEN_FAILED` when it stays
 * locked, and `NOT_FOUND` or `REQUEST_INVALID` for a session that is none or several.
 */
export function prune(path: string, options: PruneOptions): PruneReport {
  const db = openCapture(path, { readonly: options.dryRun === true })
  try {
    if (options.dryRun === true) return estimate(db, options)
    const steps = pruning(db, options)
    const next = () => {
      const before = performance.now()
      const step = steps.next()
      if (!step.done) leaveToWriters(performance.now() - before)
      return step
    }
    let step = next()
    while (!step.done) step = next()
    db.pragma('wal_checkpoint(PASSIVE)')
    return step.value
  } catch (error) {
    throw storeError(path, error)
  } finally {
    db.close()
  }
}

/**
 * The lock is free for as long as it was held. SQLite has no queue for it: who waits looks again now and then, and where one step
 * follows the other at once would find it taken for a second (measured, two cores).
 */
function leaveToWriters(heldMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.max(2, heldMs))
}

/**
 * The same in steps, for a writer that takes one now and then between two commits, on its own handle: each is one transaction of
 * at most 500 rows and 4 MiB, or 1 MiB given back to the file system. It may be left at any step: the next pruning goes on.
 */
export function* pruning(db: Database, options: PruneOptions): Generator<void, PruneReport> {
  const { now, maxAgeMs } = options
  const before = usedBytes(db)
  const remove = removal(db, now)
  const { wanted, spared } = asked(db, options)
  const gone: string[] = []
  remove.keepIds()
  yield
  for (const { kind, id } of chosen(db, options, wanted, () => usedBytes(db))) {
    if (kind === 'session') gone.push(uidOf(db, id))
    yield* remove[kind](id)
  }
  yield* remove.before(now - CHANGES_KEPT, maxAgeMs === undefined ? 0 : now - maxAgeMs * 1000)
  for (let left = freePages(db); left > 0;) {
    db.pragma(`incremental_vacuum(${VACUUM_PAGES})`)
    yield
    const free = freePages(db)
    // a file without auto_vacuum keeps its free pages and fills them again
    if (free >= left) break
    left = free
  }
  const sizeBytes = usedBytes(db)
  return { sessions: gone, spared, ...remove.removed, freedBytes: Math.max(0, before - sizeBytes), sizeBytes }
}

/** What `pruning` would do, by what sessions and connections say of their size. */
function estimate(db: Database, options: PruneOptions): PruneReport {
  const before = usedBytes(db)
  const total = { connections: 0, frames: 0, bytes: 0 }
  const ofSession = db.prepare(
    `SELECT uid, frames, bytes + frames * 200 AS bytes, (SELECT count(DISTINCT connection) FROM flow WHERE flow.session = session.id) AS
       connections FROM session WHERE id = ?`,
  )
  const ofConnection = db.prepare(
    `SELECT NULL AS uid, (SELECT count(*) FROM frame JOIN flow ON flow.id = frame.flow WHERE flow.connection = connection.id) AS frames,
       c2s_bytes + s2c_bytes AS bytes, 1 AS connections FROM connection WHERE id = ?`,
  )
  const { wanted, spared } = asked(db, options)
  const gone: string[] = []
  for (const { kind, id } of chosen(db, options, wanted, () => before - total.bytes)) {
    const row = (kind === 'session' ? ofSession : ofConnection).get(id) as typeof total & { uid: string | null }
    if (row.uid !== null) gone.push(row.uid)
    for (const name of ['connections', 'frames', 'bytes'] as const) total[name] += row[name]
  }
  const freedBytes = Math.min(before, total.bytes)
  const { connections, frames } = total
  return { sessions: gone, spared, connections, frames, freedBytes, sizeBytes: before - freedBytes }
}

/** First what was asked for by name, then the oldest as long as it is too old or all is too big. */
function* chosen(
  db: Database,
  { now, maxBytes, maxAgeMs }: PruneOptions,
  wanted: readonly Candidate[],
  size: () => number,
): Generator<Candidate> {
  yield* wanted
  if (maxBytes === undefined && maxAgeMs === undefined) return
  const runs = running(db, now)
  const names = new Set(wanted.map(({ kind, id }) => `${kind} ${id}`))
  const oldest = maxAgeMs === undefined ? Number.NEGATIVE_INFINITY : now - maxAgeMs * 1000
  const bound = maxBytes ?? Number.POSITIVE_INFINITY
  for (const candidate of oldestFirst(db, now)) {
    if (candidate.at >= oldest && size() <= bound) return
    if (names.has(`${candidate.kind} ${candidate.id}`)) continue
    if (candidate.kind === 'connection' || !runs(candidate.id)) yield candidate
  }
}

function asked(db: Database, { sessions = [], now }: PruneOptions): { wanted: Candidate[]; spared: string[] } {
  const find = sessionFinder(db)
  const runs = running(db, now)
  const found = sessions.map((uid) => sessionNamed(find, uid))
  const [spared, wanted] = [true, false].map((stays) => found.filter(({ id }) => runs(id) === stays)) as [
    typeof found,
    typeof found,
  ]
  return {
    wanted: wanted.map(({ id, lastAt }) => ({ kind: 'session', id, at: lastAt })),
    spared: spared.map(({ uid }) => uid),
  }
}

function running(db: Database, now: number): (session: number) => boolean {
  const runs = db.prepare(`SELECT 1 FROM session WHERE id = @id AND (${RUNNING_SESSION} OR ${BUSY_SESSION})`)
  return (id) => runs.get({ id, now }) !== undefined
}

function uidOf(db: Database, id: number): string {
  return db.prepare('SELECT uid FROM session WHERE id = ?').pluck().get(id) as string
}

/** Bytes of the pages in use: what a file of the same content would have without its free pages. */
export function usedBytes(db: Database): number {
  const pages = db.pragma('page_count', { simple: true }) as number
  return (pages - freePages(db)) * (db.pragma('page_size', { simple: true }) as number)
}

function freePages(db: Database): number {
  return db.pragma('freelist_count', { simple: true }) as number
}
