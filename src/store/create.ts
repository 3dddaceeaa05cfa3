import { closeSync, mkdirSync, openSync, readSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { ProxyError } from '../errors.ts'
import { APPLICATION_ID, PAGE_SIZE, SCHEMA, SCHEMA_VERSION } from './schema.ts'

export type Connection = Database.Database

export interface OpenOptions {
  /** How long a lock of another process is waited for, in ms. Default 1000. */
  busyMs?: number
  /** Bound on the file in pages, as a full disk would set it. Default: none. */
  maxPages?: number
}

/**
 * Opens a capture for writing and makes it where there is none: folder, file (mode 0600), tables. A file that is not a
 * capture of ours is not touched. Throws `STORE_OPEN_FAILED`, `STORE_NOT_A_CAPTURE`, `STORE_NEWER`.
 */
export function openCapture(path: string, { busyMs = 1000, maxPages }: OpenOptions = {}): Connection {
  let db: Connection | undefined
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    closeSync(openSync(path, 'a', 0o600))
    checkHeader(path)
    db = new Database(path, { timeout: busyMs })
    prepare(db, path)
    if (maxPages !== undefined) db.pragma(`max_page_count = ${maxPages}`)
    return db
  } catch (error) {
    db?.close()
    throw error instanceof ProxyError ? error : openFailed(path, error)
  }
}

function openFailed(path: string, cause: unknown): ProxyError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const hint = 'Name another file with --db, or move this one out of the way.'
  return new ProxyError('STORE_OPEN_FAILED', `cannot open the capture ${path}: ${reason}`, { hint, cause })
}

const MAGIC = 'SQLite format 3\0'

/** The database header (SQLite file format §1.3), read before SQLite may write: `user_version` at 60, `application_id` at 68. */
function checkHeader(path: string): void {
  if (statSync(path).size === 0) return
  const header = Buffer.alloc(100)
  const file = openSync(path, 'r')
  try {
    readSync(file, header, 0, 100, 0)
  } finally {
    closeSync(file)
  }
  if (header.toString('latin1', 0, 16) !== MAGIC) throw notOurs(path, 'it is no SQLite database')
  if (header.readUInt32BE(68) !== APPLICATION_ID) throw notOurs(path, 'it belongs to another program')
  refuseNewer(path, header.readUInt32BE(60))
}

function notOurs(path: string, why: string): ProxyError {
  const hint = 'Name another file with --db; this one was left as it is.'
  return new ProxyError('STORE_NOT_A_CAPTURE', `${path} is not a capture: ${why}`, { hint })
}

function refuseNewer(path: string, version: number): void {
  if (version <= SCHEMA_VERSION) return
  const message = `${path} was written by a newer mitmcp (version ${version} of the tables, this one knows ${SCHEMA_VERSION})`
  throw new ProxyError('STORE_NEWER', message, { hint: 'Update mitmcp, or name another file with --db.' })
}

function prepare(db: Connection, path: string): void {
  // The header has to say whose file it is before WAL is on: in WAL mode it stays in the -wal file until a checkpoint.
  db.pragma(`page_size = ${PAGE_SIZE}`)
  db.pragma('auto_vacuum = INCREMENTAL')
  const version = db.pragma('user_version', { simple: true }) as number
  refuseNewer(path, version)
  if (version === 0) createTables(db)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = OFF')
  db.pragma(`wal_autocheckpoint = ${(4 * 1024 * 1024) / PAGE_SIZE}`)
  db.pragma('journal_size_limit = 67108864')
}

function createTables(db: Connection): void {
  db.transaction(() => {
    if (db.pragma('user_version', { simple: true }) !== 0) return
    db.pragma(`application_id = ${APPLICATION_ID}`)
    db.exec(SCHEMA)
    db.pragma(`user_version = ${SCHEMA_VERSION}`)
  }).immediate()
}
