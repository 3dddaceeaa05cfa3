import { expect, test } from 'vitest'
import { Dirty } from '../../src/recorder/dirty.ts'
import { connectionRecord } from '../support/records.ts'

test('holds a row once, however often it changes', () => {
  const dirty = new Dirty()
  const connection = connectionRecord()
  expect(dirty.empty).toBe(true)
  dirty.connection(connection)
  dirty.connection(connection)
  expect(dirty.batch.connections).toEqual([connection])
  expect(dirty.empty).toBe(false)
  dirty.committed()
  expect(dirty.empty).toBe(true)
})
