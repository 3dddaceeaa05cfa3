/** What everyone who opens a capture shares: where it is, whether the file is one, and what to say when it is not. */
import Database from 'better-sqlite3'
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { ProxyError } from '../errors.ts'
import { APPLICATION_ID, SCHEMA_VERSION } from './schema.ts'

export { defaultCapturePath } from './default-path.ts'

const MAGIC = 'SQLite format 3\0'

/**
 * What the file at `path` is, told from its first bytes, so that a file of another program is not even opened by SQLite (which
 * would leave `-wal` and `-shm` beside it). `absent` and `empty` are for the writer to fill; while there is a log, what looks like a
 * `capture` is for `checkCapture` to tell. Throws `STORE_NOT_A_CAPTURE`, `STORE_NEWER`, `STORE_OPEN_FAILED`.
 */
export function inspectCapture(path: string): 'absent' | 'empty' | 'capture' {
  const length = lengthOf(path)
  if (length === undefined) return 'absent'
  if (length === 0) return 'empty'
  // Whoever has the capture open has a log beside it. That may be another thread of ours, and to close any descriptor of a file
  // ends all locks of the process on it (fcntl(2)): then the next who closes the capture would delete the log we write to.
  if (existsSync(`${path}-wal`)) return 'capture'
  const header = readHeader(path)
  if (header.toString('latin1', 0, 16) !== MAGIC) throw notACapture(path, 'it is no SQLite database')
  check(path, header.readInt32BE(68), header.readInt32BE(60))
  return 'capture'
}

/** The same question to an open database, log included. Throws `STORE_NOT_A_CAPTURE`, `STORE_NEWER`. */
export function checkCapture(db: Database.Database, path: string): void {
  const id = db.pragma('application_id', { simple: true }) as number
  check(path, id, db.pragma('user_version', { simple: true }) as number)
}

/** Opens an existing capture: to read, or (prune, control tables) to write. The schema is not touched. Throws as `inspectCapture`. */
export function openCapture(path: string, { readonly }: { readonly: boolean }): Database.Database {
  const found = inspectCapture(path)
  if (found === 'absent') {
    throw new ProxyError('STORE_OPEN_FAILED', `There is no capture at ${path}.`, {
      hint: 'Record something first (mitmcp <url>), or name another file with --db.',
    })
  }
  if (found === 'empty') throw notACapture(path, 'it is empty')
  let db: Database.Database | undefined
  try {
    db = new Database(path, { readonly, fileMustExist: true, timeout: 2000 })
    checkCapture(db, path)
    if (!readonly) db.pragma('synchronous = NORMAL')
    return db
  } catch (error) {
    db?.close()
    throw storeError(path, error)
  }
}

/** What SQLite or the file system said, as an error of ours. A `ProxyError` comes back as it is. */
export function storeError(path: string, cause: unknown): ProxyError {
  if (cause instanceof ProxyError) return cause
  const { code = '', message } = cause as { code?: string; message: string }
  if (code === 'SQLITE_NOTADB') return notACapture(path, 'it is no SQLite database')
  return new ProxyError('STORE_OPEN_FAILED', `The capture ${path} cannot be opened: ${message}`, {
    hint: hintFor(code),
    cause,
  })
}

function hintFor(code: string): string {
  if (code.startsWith('SQLITE_CORRUPT')) return 'The file is damaged: sqlite3 <file> .recover saves what is left of it.'
  if (code.startsWith('SQLITE_BUSY'))
    return 'Another process holds it: try again, or record into another file with --db.'
  if (code === 'SQLITE_FULL' || code === 'ENOSPC') return 'The disk is full: mitmcp prune --max-size 1gb makes room.'
  return 'See that the folder exists and can be written, or name another file with --db.'
}

function check(path: string, applicationId: number, version: number): void {
  if (applicationId !== APPLICATION_ID) throw notACapture(path, 'it is the database of another program')
  if (version > SCHEMA_VERSION) {
    throw new ProxyError(
      'STORE_NEWER',
      `${path} was written by a newer mitmcp (tables of version ${version}, known here: ${SCHEMA_VERSION}).`,
      {
        hint: 'Update mitmcp, or name another file with --db.',
      },
    )
  }
}

function notACapture(path: string, why: string): ProxyError {
  return new ProxyError('STORE_NOT_A_CAPTURE', `${path} is no capture of mitmcp: ${why}.`, {
    hint: 'It was left as it is. Name another file with --db.',
  })
}

/** Undefined when there is no file. */
function lengthOf(path: string): number | undefined {
  try {
    const stat = statSync(path, { throwIfNoEntry: false })
    // opening a pipe would wait for a writer
    if (stat !== undefined && !stat.isFile()) throw new Error('it is no file')
    return stat?.size
  } catch (error) {
    throw storeError(path, error)
  }
}

/** The first 100 bytes (SQLite file format §1.3). */
function readHeader(path: string): Buffer {
  let fd: number | undefined
  try {
    fd = openSync(path, 'r')
    const header = Buffer.alloc(100)
    if (readSync(fd, header, 0, 100, 0) < 100) throw notACapture(path, 'it is no SQLite database')
    return header
  } catch (error) {
    throw storeError(path, error)
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}
