import Database from 'better-sqlite3'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ProxyError } from '../../src/errors.ts'
import { createCapture } from '../../src/store/create.ts'
import { checkCapture, defaultCapturePath, inspectCapture, openCapture, storeError } from '../../src/store/open.ts'
import { captureFixture } from '../support/capture-fixture.ts'
import { temporaryFolder } from '../support/temporary.ts'

const thrownBy = (act: () => unknown): ProxyError => {
  try {
    act()
  } catch (error) {
    if (error instanceof ProxyError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

test.each([
  [{ HOME: '/home/a', XDG_DATA_HOME: '/data' }, 'linux', '/data/mitmcp/capture.db'],
  [{ HOME: '/home/a' }, 'linux', '/home/a/.local/share/mitmcp/capture.db'],
  [{ HOME: '/home/a', XDG_DATA_HOME: 'not/absolute' }, 'linux', '/home/a/.local/share/mitmcp/capture.db'],
  [{ HOME: '/Users/a', XDG_DATA_HOME: '/data' }, 'darwin', '/Users/a/Library/Application Support/mitmcp/capture.db'],
  [{ LOCALAPPDATA: 'C:\\Users\\a\\AppData\\Local' }, 'win32', 'C:\\Users\\a\\AppData\\Local\\mitmcp\\capture.db'],
  [{ USERPROFILE: 'C:\\Users\\a' }, 'win32', 'C:\\Users\\a\\AppData\\Local\\mitmcp\\capture.db'],
] as const)('the capture is in the data folder of the user: %o on %s', (env, platform, path) => {
  expect(defaultCapturePath(env, platform)).toBe(path)
})

test('a capture is one, also while its first rows are in the log alone', () => {
  const { path, db } = captureFixture()
  expect(inspectCapture(path)).toBe('capture')
  db.pragma('wal_checkpoint(TRUNCATE)')
  expect(inspectCapture(path)).toBe('capture')
  openCapture(path, { readonly: true }).close()
})

test.runIf(process.platform === 'linux')('to open a capture takes no lock from a thread of ours that writes it', () => {
  const { path } = captureFixture()
  const { ino } = statSync(path)
  const locks = (): string[] =>
    readFileSync('/proc/locks', 'latin1')
      .split('\n')
      .filter((line) => line.includes(` ${process.pid} `) && line.includes(`:${ino} `))
  expect(locks()).toHaveLength(1)
  openCapture(path, { readonly: true }).close()
  createCapture(path).close()
  expect(locks()).toHaveLength(1)
})

test('a file that is absent or empty is for the writer to fill, not to read', () => {
  const folder = temporaryFolder()
  const [absent, empty] = [join(folder, 'absent.db'), join(folder, 'empty.db')]
  writeFileSync(empty, '')
  expect(inspectCapture(absent)).toBe('absent')
  expect(inspectCapture(empty)).toBe('empty')
  expect(thrownBy(() => openCapture(absent, { readonly: true })).code).toBe('STORE_OPEN_FAILED')
  expect(thrownBy(() => openCapture(empty, { readonly: true })).code).toBe('STORE_NOT_A_CAPTURE')
  expect(readdirSync(folder)).toEqual(['empty.db'])
})

test.each([
  ['short', Buffer.from('hello')],
  ['long', Buffer.from('this is no database, just text. '.repeat(100))],
])('a file that is no database is refused and left as it is: %s', (_, content) => {
  const folder = temporaryFolder()
  const path = join(folder, 'notes.txt')
  writeFileSync(path, content)
  const error = thrownBy(() => openCapture(path, { readonly: false }))
  expect(error).toMatchObject({ code: 'STORE_NOT_A_CAPTURE', hint: expect.stringContaining('--db') })
  expect(readFileSync(path)).toEqual(content)
  expect(readdirSync(folder)).toEqual(['notes.txt'])
})

test('the database of another program is refused without a trace beside it', () => {
  const folder = temporaryFolder()
  const path = join(folder, 'other.db')
  const other = new Database(path)
  other.pragma('journal_mode = WAL')
  other.exec('CREATE TABLE t (a)')
  other.close()
  const before = readFileSync(path)
  expect(thrownBy(() => openCapture(path, { readonly: true })).code).toBe('STORE_NOT_A_CAPTURE')
  expect(readFileSync(path)).toEqual(before)
  expect(readdirSync(folder)).toEqual(['other.db'])
})

test('a database whose begin looks right and whose rest is not says that it is damaged', () => {
  const { path, db } = captureFixture()
  db.close()
  const bytes = readFileSync(path)
  writeFileSync(path, bytes.fill(0x55, 100))
  const db2 = openCapture(path, { readonly: true })
  const error = thrownBy(() => {
    try {
      db2.prepare('SELECT * FROM frame').all()
    } catch (cause) {
      throw storeError(path, cause)
    }
  })
  db2.close()
  expect(error).toMatchObject({ code: 'STORE_OPEN_FAILED', hint: expect.stringContaining('.recover') })
})

test.each([true, false])('a capture of a newer version is refused (in the log: %s)', (inLog) => {
  const { path, db } = captureFixture()
  db.pragma('user_version = 999')
  if (!inLog) db.pragma('wal_checkpoint(TRUNCATE)')
  expect(thrownBy(() => openCapture(path, { readonly: true }))).toMatchObject({
    code: 'STORE_NEWER',
    message: expect.stringContaining('999'),
    hint: expect.stringContaining('Update'),
  })
  expect(thrownBy(() => checkCapture(db, path)).code).toBe('STORE_NEWER')
})

test('a folder is no capture', () => {
  const path = join(temporaryFolder(), 'folder')
  mkdirSync(path)
  expect(thrownBy(() => openCapture(path, { readonly: true })).code).toBe('STORE_OPEN_FAILED')
})
