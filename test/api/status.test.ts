import { expect, test } from 'vitest'
import { statusOf } from '../../src/api/status.ts'
import { openReader } from '../../src/store/reader.ts'
import { captureFixture, START } from '../support/capture-fixture.ts'

test('only processes that live are told: heard of within five seconds and not ended', () => {
  const { path, add } = captureFixture()
  const SECOND = 1_000_000
  add('instance', { id: 2, seen_at: START + 6 * SECOND })
  add('instance', { id: 3, seen_at: START + 9 * SECOND, ended_at: START + 9 * SECOND })
  const reader = openReader(path)
  const status = statusOf(reader, { version: '1', proxyUrl: 'http://p', target: 'http://t' }, START + 10 * SECOND)
  expect(status).toMatchObject({ version: '1', proxyUrl: 'http://p', target: 'http://t', now: START + 10 * SECOND })
  expect(status.instances.map(({ id }) => id)).toEqual([2])
  expect(status.capture).toEqual({ path, bytes: reader.totals().bytes, seq: 0 })
  reader.close()
})
