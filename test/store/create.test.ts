import Database from 'better-sqlite3'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createCapture } from '../../src/store/create.ts'
import { inspectCapture } from '../../src/store/open.ts'
import { temporaryFolder } from '../support/temporary.ts'

const create = (path: string, options = {}) => {
  const db = createCapture(path, options)
  onTestFinished(() => void db.close())
  return db
}
const refused = (code: string): unknown => expect.objectContaining({ code, hint: expect.stringMatching(/.+/) })

test('a capture is made where there is none, its folders too, for its owner alone', () => {
  const path = join(temporaryFolder(), 'one', 'two', 'capture.db')
  const db = create(path)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(db.pragma('journal_mode', { simple: true })).toBe('wal')
  expect(db.pragma('page_size', { simple: true })).toBe(16_384)
  expect(db.pragma('auto_vacuum', { simple: true })).toBe(2)
  expect(db.pragma('user_version', { simple: true })).toBe(1)
  expect(db.pragma('application_id', { simple: true })).toBe(0x6d637063)
})

test('an empty file becomes one; one that is there stays as it is, also when several open it', () => {
  const path = join(temporaryFolder(), 'capture.db')
  writeFileSync(path, '')
  create(path).exec(`INSERT INTO log VALUES (1, 1, NULL, NULL, NULL, 1, 'mark', '{}')`)
  expect(create(path).prepare('SELECT count(*) FROM log').pluck().get()).toBe(1)
})

test('a file of another kind is refused and left as it is', () => {
  const folder = temporaryFolder()
  const [text, other] = [join(folder, 'notes.txt'), join(folder, 'other.db')]
  writeFileSync(text, 'some notes of somebody')
  const db = new Database(other)
  db.exec('CREATE TABLE t (a)')
  db.close()
  const before = [text, other].map((path) => readFileSync(path))
  for (const path of [text, other]) expect(() => create(path)).toThrow(refused('STORE_NOT_A_CAPTURE'))
  expect([text, other].map((path) => readFileSync(path))).toEqual(before)
  expect(readdirSync(folder).toSorted()).toEqual(['notes.txt', 'other.db'])
})

test('one of a newer version is refused', () => {
  const path = join(temporaryFolder(), 'capture.db')
  create(path).pragma('user_version = 2')
  expect(() => create(path)).toThrow(refused('STORE_NEWER'))
})

test('a place that cannot be written says so', () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  expect(() => create(join(file, 'capture.db'))).toThrow(refused('STORE_OPEN_FAILED'))
})

test('a bound on pages fills up like a disk', () => {
  const db = create(join(temporaryFolder(), 'capture.db'), { maxPages: 60 })
  const insert = db.prepare('INSERT INTO raw (connection, direction, offset, bytes) VALUES (1, 0, 0, zeroblob(100000))')
  expect(() => {
    for (let i = 0; i < 60; i++) insert.run()
  }).toThrow(expect.objectContaining({ code: 'SQLITE_FULL' }))
})

test('at no step of its making is the file anything but empty or a capture', () => {
  const path = join(temporaryFolder(), 'capture.db')
  const steps: string[] = []
  for (const name of ['pragma', 'exec'] as const) {
    const real = Database.prototype[name] as (...given: unknown[]) => unknown
    const spy = vi.spyOn(Database.prototype, name).mockImplementation(function (this: unknown, ...given: unknown[]) {
      const result = real.apply(this, given)
      steps.push(inspectCapture(path))
      return result as never
    })
    onTestFinished(() => spy.mockRestore())
  }
  create(path)
  expect([...new Set(steps)]).toEqual(['empty', 'capture'])
})

test('one who opens it while another is turning its log on waits for that', async () => {
  const path = join(temporaryFolder(), 'capture.db')
  const young = createCapture(path)
  young.pragma('journal_mode = DELETE')
  young.close()
  const go = new Int32Array(new SharedArrayBuffer(4))
  const other = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads')
    const db = new (require('better-sqlite3'))(workerData.path)
    db.exec('BEGIN IMMEDIATE')
    parentPort.postMessage('holds the lock')
    Atomics.wait(workerData.go, 0, 0)
    db.exec('ROLLBACK')
    db.close()`,
    { eval: true, workerData: { path, go } },
  )
  const over = once(other, 'exit')
  await once(other, 'message')
  const real = Database.prototype.pragma
  const spy = vi.spyOn(Database.prototype, 'pragma').mockImplementation(function (this: Database.Database, ...given) {
    try {
      return real.apply(this, given)
    } finally {
      if (given[0] === 'journal_mode = WAL') {
        Atomics.store(go, 0, 1)
        Atomics.notify(go, 0)
      }
    }
  })
  onTestFinished(() => spy.mockRestore())
  expect(create(path).pragma('journal_mode', { simple: true })).toBe('wal')
  await over
})
