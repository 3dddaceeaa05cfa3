import { expect, test } from 'vitest'
import { logDirection, logText as inTerminal } from '../../../src/cli/log-text.ts'
import { logText } from '../../../ui/src/state/log-text.ts'
import { logRow } from '../../support/ui-rows.ts'

const rows = [
  logRow(1, { detail: { text: 'listening' } }),
  logRow(1, { detail: { bytes: 12 } }),
  logRow(1, { kind: 'signal', detail: { signal: 'SIGINT' } }),
  logRow(1, { kind: 'exit', detail: { code: 0, signal: null } }),
  logRow(1, { kind: 'exit', detail: { code: null, signal: 'SIGKILL' } }),
  logRow(1, { kind: 'stdin-closed', detail: { code: 'EPIPE' } }),
  logRow(1, { kind: 'left-behind', detail: { stream: 'stderr' } }),
  logRow(1, { kind: 'clock', detail: { stepUs: -1_500_000 } }),
  logRow(1, { kind: 'unedited', detail: { message: 'It was left.' } }),
  logRow(1, { kind: 'of-tomorrow', detail: { a: 1 } }),
]

test('a line says what it says on the command line', () =>
  expect(rows.map((row) => logText(row).text)).toEqual(rows.map(inTerminal)))

test('what we note ourselves is marked ours', () =>
  expect(rows.map((row) => logText(row).ours)).toEqual(rows.map(({ kind }) => logDirection(kind) === undefined)))

test.each([
  [{ code: 0, signal: null }, 'plain'],
  [{ code: null, signal: 'SIGTERM' }, 'plain'],
  [{ code: 3, signal: null }, 'error'],
  [{ code: null, signal: 'SIGSEGV' }, 'error'],
])('a process that ended with %j is as grave as that', (detail, tone) =>
  expect(logText(logRow(1, { kind: 'exit', detail })).tone).toBe(tone),
)

test('what the user should do something about is a warning', () => {
  expect(logText(logRow(1, { kind: 'use-forward-mode', detail: { message: 'x' } })).tone).toBe('warn')
  expect(logText(logRow(1)).tone).toBe('plain')
})
