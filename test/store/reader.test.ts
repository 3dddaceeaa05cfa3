import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openReader } from '../../src/store/reader.ts'
import { captureFixture, fillCapture, temporaryFolder } from '../support/capture-fixture.ts'

test('a reader sees what is committed while it is open, and nothing earlier', () => {
  const { path, db, add } = captureFixture()
  const reader = openReader(path)
  expect(reader.frames().rows).toEqual([])
  db.exec('BEGIN')
  add('frame')
  expect(reader.frames().rows).toEqual([])
  db.exec('COMMIT')
  expect(reader.frames().rows).toHaveLength(1)
  reader.close()
})

test('a capture is read without its log, as a copied file is', () => {
  const fixture = captureFixture()
  fixture.add('frame')
  fixture.db.close()
  const copy = join(temporaryFolder(), 'copy.db')
  copyFileSync(fixture.path, copy)
  rmSync(`${fixture.path}-wal`, { force: true })
  const reader = openReader(copy)
  expect(reader.frames().rows).toHaveLength(1)
  expect(reader.path).toBe(copy)
  reader.close()
})

test('a reader that rests does not keep the writer from its checkpoint', () => {
  const { path, db } = captureFixture()
  const reader = openReader(path)
  expect(reader.totals()).toMatchObject({ sessions: 0, frames: 0, calls: 0 })
  expect(db.pragma('wal_checkpoint(TRUNCATE)')).toMatchObject([{ busy: 0 }])
  reader.close()
})

test('totals count rows and the bytes of the file', () => {
  const fixture = captureFixture()
  fillCapture(fixture, 400)
  const reader = openReader(fixture.path)
  expect(reader.totals()).toEqual({ sessions: 10, frames: 400, calls: 100, bytes: expect.any(Number) })
  expect(reader.totals().bytes).toBeGreaterThan(100_000)
  reader.close()
})
