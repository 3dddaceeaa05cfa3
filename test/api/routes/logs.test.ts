import { expect, test } from 'vitest'
import { apiFixture } from '../../support/api-fixture.ts'

test('lines of the log come by session, connection and kind', async () => {
  const { json, add, db } = apiFixture()
  add('session', { uid: 'abcd2345' })
  const line = db.prepare('INSERT INTO log (instance, connection, session, at, kind, detail) VALUES (1, ?, ?, 5, ?, ?)')
  line.run(1, 1, 'stderr', '{"text":"up"}')
  line.run(null, null, 'clock', '{}')
  expect((await json('/api/logs')).body).toMatchObject([{ kind: 'stderr' }, { kind: 'clock', session: null }])
  expect((await json('/api/logs?session=abcd')).body).toMatchObject([{ session: 'abcd2345', detail: { text: 'up' } }])
  expect((await json('/api/logs?connection=1&kind=stderr')).body).toHaveLength(1)
  expect((await json('/api/logs?kind=exit')).body).toEqual([])
})
