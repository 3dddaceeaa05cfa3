import { afterEach, expect, test, vi } from 'vitest'
import { announcePresence } from '../../src/store/presence.ts'
import { createWriter } from '../../src/store/writer.ts'
import { captureFixture } from '../support/capture-fixture.ts'
import { temporaryFolder } from '../support/temporary.ts'

const facts = { role: 'ui', name: '', url: null, target: null, uiPort: 6273 }
afterEach(() => vi.useRealTimers())

test('a page is among the control ports of every recorder, until it ends', () => {
  const { path } = captureFixture()
  const writer = createWriter(path, { ...facts, role: 'proxy', uiPort: null }, 1)
  const now = (): number => Date.now() * 1000
  expect(writer.controlPorts(now())).toEqual([])
  const presence = announcePresence(path, facts)
  expect(writer.controlPorts(now())).toEqual([6273])
  presence.end()
  expect(writer.controlPorts(now())).toEqual([])
  writer.close(2)
})

test('its heart beats every second; without that it is dead after five', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
  const { path, db } = captureFixture()
  const writer = createWriter(path, { ...facts, role: 'proxy', uiPort: null }, 1)
  const presence = announcePresence(path, facts)
  vi.advanceTimersByTime(60_000)
  expect(writer.controlPorts(Date.now() * 1000)).toEqual([6273])
  db.exec("UPDATE instance SET seen_at = seen_at - 6000000 WHERE role = 'ui'")
  expect(writer.controlPorts(Date.now() * 1000)).toEqual([])
  presence.end()
  writer.close(2)
})

test('a beat that fails is made up for by the next', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
  const { path, db } = captureFixture()
  const presence = announcePresence(path, facts)
  db.exec('ALTER TABLE instance RENAME TO elsewhere')
  expect(() => vi.advanceTimersByTime(1000)).not.toThrow()
  db.exec('ALTER TABLE elsewhere RENAME TO instance')
  vi.advanceTimersByTime(1000)
  const seen = db.prepare("SELECT seen_at FROM instance WHERE role = 'ui'").pluck()
  expect(seen.get()).toBe(Date.now() * 1000)
  presence.end()
})

test('where there is no capture there is an error', () =>
  expect(() => announcePresence(`${temporaryFolder()}/none.db`, facts)).toThrow(/There is no capture/))
