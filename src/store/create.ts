import Database from 'better-sqlite3'
import { closeSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeFolder } from './folder.ts'
import { checkCapture, inspectCapture, storeError } from './open.ts'
import { APPLICATION_ID, PAGE_SIZE, SCHEMA, SCHEMA_VERSION } from './schema.ts'

export type CaptureDatabase = Database.Database

export interface CreateOptions {
  /** How long a lock of another process is waited for, in ms. Default 1000. */
  busyMs?: number
  /** Bound on the file in pages, as a full disk would set it. Default: none. */
  maxPages?: number
}

/**
 * Opens a capture for its recorder, and makes it where there is none: folder, file (mode 0600), tables. A file that is no
 * capture of ours is not touched. Throws `STORE_OPEN_FAILED`, `STORE_NOT_A_CAPTURE`, `STORE_NEWER`.
 */
export function createCapture(path: string, { busyMs = 1000, maxPages }: CreateOptions = {}): CaptureDatabase {
  let db: CaptureDatabase | undefined
  try {
    makeFolder(dirname(path))
    if (inspectCapture(path) === 'absent') closeSync(openSync(path, 'a', 0o600))
    db = new Database(path, { timeout: busyMs })
    prepare(db, path, busyMs)
    if (maxPages !== undefined) db.pragma(`max_page_count = ${maxPages}`)
    return db
  } catch (error) {
    db?.close()
    throw storeError(path, error)
  }
}

/** What the log of a capture is cut back to once it has grown beyond, in bytes. */
const LOG_BYTES = 64 * 1024 * 1024
/** The log is moved into the file when it has so many bytes: more costs less each but stalls longer. */
const CHECKPOINT_BYTES = 4 * 1024 * 1024

function prepare(db: CaptureDatabase, path: string, busyMs: number): void {
  // Only counts before the first table is made.
  db.pragma(`page_size = ${PAGE_SIZE}`)
  // Made before WAL is on, so that the file's own header says at once whose it is.
  if (isBlank(db)) createTables(db)
  checkCapture(db, path)
  turnOnWal(db, busyMs)
  // Enough against the end of the process: what was written is the kernel's. Only a power cut could take the last commits.
  db.pragma('synchronous = OFF')
  // In KiB. The library's 16 MB stay resident after a large body and made nothing faster.
  db.pragma('cache_size = -4000')
  db.pragma(`wal_autocheckpoint = ${CHECKPOINT_BYTES / PAGE_SIZE}`)
  db.pragma(`journal_size_limit = ${LOG_BYTES}`)
}

function isBlank(db: CaptureDatabase): boolean {
  if (db.pragma('user_version', { simple: true }) !== 0) return false
  return db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0
}

/** In one transaction, so that at any instant the file is empty or a capture, also for whoever opens it meanwhile. */
function createTables(db: CaptureDatabase): void {
  const create = db.transaction(() => {
    // Writes the first page, so it cannot be left outside; as the first statement it waits for the lock.
    db.pragma('auto_vacuum = INCREMENTAL')
    if (!isBlank(db)) return
    db.pragma(`application_id = ${APPLICATION_ID}`)
    db.exec(SCHEMA)
    db.pragma(`user_version = ${SCHEMA_VERSION}`)
  })
  create.deferred()
}

/** SQLite waits for readers here but not for another that is turning it on: that is over when the write lock is to be had. */
function turnOnWal(db: CaptureDatabase, busyMs: number): void {
  const until = performance.now() + busyMs
  for (;;) {
    try {
      db.pragma('journal_mode = WAL')
      return
    } catch (error) {
      if ((error as { code?: string }).code !== 'SQLITE_BUSY' || performance.now() > until) throw error
    }
    db.transaction(() => undefined).immediate()
  }
}
