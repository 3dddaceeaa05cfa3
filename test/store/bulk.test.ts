import { expect, test } from 'vitest'
import { Bulk } from '../../src/store/bulk.ts'
import { captureFixture } from '../support/capture-fixture.ts'

const COLUMNS = 'instance,at,kind,detail'

const logged = (rows: number) => {
  const { db } = captureFixture()
  const bulk = new Bulk(db, 'log', COLUMNS)
  for (let i = 0; i < rows; i++) {
    for (const [column, value] of [1, i, 'mark', `"${i}"`].entries()) bulk.values[bulk.at + column] = value
    bulk.added()
  }
  const stored = () => db.prepare('SELECT at, detail FROM log ORDER BY id').raw().all()
  return { bulk, stored }
}

test.each([0, 1, 7, 8, 9, 20])('%i rows are all there once flushed, in order', (rows) => {
  const { bulk, stored } = logged(rows)
  bulk.flush()
  bulk.flush()
  expect(stored()).toEqual(Array.from({ length: rows }, (_, i) => [i, `"${i}"`]))
})

test('rows go by eight; what is left waits', () => {
  expect(logged(20).stored()).toHaveLength(16)
})

test('what is left can be forgotten', () => {
  const { bulk, stored } = logged(10)
  bulk.clear()
  bulk.flush()
  expect(stored()).toHaveLength(8)
})
