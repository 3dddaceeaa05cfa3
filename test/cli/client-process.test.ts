import { EventEmitter } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { exitCodeOf, runClient } from '../../src/cli/client-process.ts'
import { temporaryFolder } from '../support/temporary.ts'

const node = (code: string, signals: EventEmitter = new EventEmitter(), terminal = false) =>
  runClient([process.execPath, '-e', code], process.env, signals as never, terminal)

test('the client’s exit code comes back', async () => {
  expect(await node('process.exit(7)')).toEqual({ kind: 'exit', code: 7, signal: null })
})

test('a signal that ended it comes back, with a shell’s code', async () => {
  expect(await node('process.kill(process.pid, "SIGTERM")')).toEqual({ kind: 'exit', code: 143, signal: 'SIGTERM' })
  expect(exitCodeOf('SIGINT')).toBe(130)
})

test('signals are passed on, and nobody listens any more when it is over', async () => {
  const signals = new EventEmitter()
  const ended = node('setInterval(() => {}, 1000)', signals)
  signals.emit('SIGTERM', 'SIGTERM')
  expect(await ended).toMatchObject({ signal: 'SIGTERM' })
  expect(signals.eventNames()).toEqual([])
})

test('what the terminal tells the whole group is not told twice', async () => {
  const signals = new EventEmitter()
  const ended = node('setInterval(() => {}, 1000)', signals, true)
  signals.emit('SIGINT', 'SIGINT')
  signals.emit('SIGTERM', 'SIGTERM')
  expect(await ended).toMatchObject({ signal: 'SIGTERM' })
})

test('a command that is not there, or cannot be run, is told by its errno', async () => {
  const file = join(temporaryFolder(), 'no-program')
  writeFileSync(file, 'x')
  expect(await runClient(['no-such-command-here'], process.env)).toMatchObject({ kind: 'failed', code: 'ENOENT' })
  expect(await runClient([file], process.env)).toMatchObject({ kind: 'failed', code: 'EACCES' })
})
