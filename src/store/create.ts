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
    prepare(db, path)
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

function prepare(db: CaptureDatabase, path: string): void {
  // Both only count before the first table is made.
  db.pragma(`page_size = ${PAGE_SIZE}`)
  db.pragma('auto_vacuum = INCREMENTAL')
  // Made before WAL is on, so that the file's own header says at once whose it is.
  if (db.pragma('user_version', { simple: true }) === 0) createTables(db)
  checkCapture(db, path)
  db.pragma('journal_mode = WAL')
  // Enough against the end of the process: what was written is the kernel's. Only a power cut could take the last commits.
  db.pragma('synchronous = OFF')
  // In KiB. The library's 16 MB stay resident after a large body and made nothing faster.
  db.pragma('cache_size = -4000')
  db.pragma(`wal_autocheckpoint = ${CHECKPOINT_BYTES / PAGE_SIZE}`)
  db.pragma(`journal_size_limit = ${LOG_BYTES}`)
}

function createTables(db: CaptureDatabase): void {
  const create = db.transaction(() => {
    const made = db.pragma('user_version', { simple: true }) !== 0
    if (made || db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() !== 0) return
    db.pragma(`application_id = ${APPLICATION_ID}`)
    db.exec(SCHEMA)
    db.pragma(`user_version = ${SCHEMA_VERSION}`)
  })
  create.immediate()
}
