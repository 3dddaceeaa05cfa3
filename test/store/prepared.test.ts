import { expect, test } from 'vitest'
import { prepared } from '../../src/store/prepared.ts'
import { captureFixture } from '../support/capture-fixture.ts'

test('a text is made into a statement once', () => {
  const statement = prepared(captureFixture().db)
  const sql = 'SELECT count(*) AS n FROM instance'
  expect(statement(sql)).toBe(statement(sql))
  expect(statement(sql).get()).toEqual({ n: 1 })
  expect(statement('SELECT 1')).not.toBe(statement(sql))
})
