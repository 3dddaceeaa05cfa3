import Database from 'better-sqlite3'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createCapture } from '../../src/store/create.ts'
import { temporaryFolder } from '../support/capture-fixture.ts'

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
  create(path).exec(`INSERT INTO log VALUES (1, 1, NULL, NULL, 1, 'mark', '{}')`)
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
