import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { aborted, stopSignal } from '../../src/cli/stop-signal.ts'

const source = () =>
  Object.assign(new EventEmitter(), {
    exits: [] as number[],
    exit(code: number) {
      this.exits.push(code)
    },
  })

test('nothing is listened to before a command asks', () => {
  const process = source()
  stopSignal(process)
  expect(process.listenerCount('SIGINT')).toBe(0)
})

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('%s stops; a second signal ends at once', async (name) => {
  const process = source()
  const stopping = stopSignal(process)
  const signal = stopping()
  expect(stopping()).toBe(signal)
  const stopped = aborted(signal)
  process.emit(name)
  await stopped
  expect(signal.reason).toBe(name)
  expect(process.exits).toEqual([])
  process.emit('SIGTERM')
  expect(process.exits).toEqual([130])
})

test('what is stopped already is told at once', () => expect(aborted(AbortSignal.abort())).resolves.toBeUndefined())
