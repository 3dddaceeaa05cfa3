import { expect, test } from 'vitest'
import { registerInstance } from '../../src/store/instance.ts'
import { openReader } from '../../src/store/reader.ts'
import { captureFixture, START } from '../support/capture-fixture.ts'

test('a process is registered with its pid, and when it started where the system tells', () => {
  const { path, db } = captureFixture()
  const id = registerInstance(db, { role: 'ui', name: 'edge', url: 'http://a/', target: null, uiPort: 7 }, START)
  const reader = openReader(path)
  expect(reader.instances().find((row) => row.id === id)).toEqual({
    id,
    pid: process.pid,
    role: 'ui',
    name: 'edge',
    url: 'http://a/',
    target: null,
    uiPort: 7,
    startedAt: START,
    seenAt: START,
    endedAt: null,
  })
  reader.close()
  const ticks = db.prepare('SELECT ticks FROM instance WHERE id = ?').pluck().get(id) as number
  expect(ticks > 0).toBe(process.platform === 'linux')
})
