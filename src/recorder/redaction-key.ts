import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { ProxyError } from '../errors.ts'
import { makeFolder } from '../store/folder.ts'

/**
 * The key of the hashes in `redaction`, 64 hex digits, read from its file; made there (mode 0600) when absent. Never in the
 * capture: who has only that cannot try values. Throws `OPTION_INVALID` for a file that holds no key.
 */
export function redactionKey(path: string): string {
  try {
    makeFolder(dirname(path))
    if (!existsSync(path)) make(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unreadable(path, error)
  }
  let key: string
  try {
    key = readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw unreadable(path, error)
  }
  if (/^[0-9a-f]{64}$/i.test(key)) return key
  throw new ProxyError('OPTION_INVALID', `${path} holds no redaction key: 64 hex digits are expected`, {
    hint: 'Remove the file to have a new key made, or name another with --redact-key-file.',
  })
}

/** Of several processes that start at once one makes it, and nobody ever sees it half written: a link appears whole, or fails. */
function make(path: string): void {
  const own = `${path}.${process.pid}`
  try {
    writeFileSync(own, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 })
    linkSync(own, path)
  } finally {
    rmSync(own, { force: true })
  }
}

function unreadable(path: string, cause: unknown): ProxyError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new ProxyError('STORE_OPEN_FAILED', `the redaction key ${path} cannot be used: ${reason}`, {
    hint: 'It is kept beside the capture: name a folder that can be written with --db, or a file with --redact-key-file.',
    cause,
  })
}
