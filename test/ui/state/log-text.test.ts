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
  ...[
    { how: 'rst', by: 'fault', at: 'mid-event', detail: 'cut-it', direction: 's2c', verb: 'POST', target: '/mcp' },
    { how: 'clean', by: 'fault', detail: 'busy', direction: 's2c', verb: 'POST', target: '/mcp', status: 503 },
    { how: 'ws:1011', by: 'server', at: 'boundary', direction: 's2c', verb: 'GET', target: '/ws' },
    { how: 'rst', by: 'server', at: 'after-headers', detail: 'ECONNRESET', direction: 's2c', verb: null, target: null },
    { how: 'hang', by: 'proxy', at: 'idle', direction: 'c2s', verb: null, target: null },
  ].map((detail) => logRow(1, { kind: 'ending', detail })),
  logRow(1, { kind: 'resume', detail: { verb: 'GET', target: '/mcp', after: '17' } }),
  logRow(1, { kind: 'of-tomorrow', detail: { a: 1 } }),
]

test('a line says what it says on the command line', () =>
  expect(rows.map((row) => logText(row).text)).toEqual(rows.map(inTerminal)))

test('an exchange that was broken off says how, by whom, where, and which it was', () =>
  expect(rows.filter(({ kind }) => kind === 'ending').map((row) => logText(row).text)).toEqual([
    'reset by rule cut-it, mid-event · POST /mcp',
    'answered with 503 by rule busy · POST /mcp',
    'closed with 1011 internal error by the server, between frames · GET /ws',
    'reset by the server, behind the headers (ECONNRESET)',
    'silent from here on by the proxy',
  ]))

test.each([
  [{ how: 'rst', by: 'fault', detail: 'r' }, 'fault'],
  [{ how: 'rst', by: 'server' }, 'error'],
  [{ how: 'fin', by: 'server', at: 'boundary' }, 'error'],
  [{ how: 'fin', by: 'client', at: 'mid-body' }, 'error'],
  [{ how: 'fin', by: 'client', at: 'boundary' }, 'plain'],
  [{ how: 'fin', by: 'proxy', at: 'mid-event' }, 'plain'],
])('an exchange that ended with %j is as grave as that', (detail, tone) =>
  expect(logText(logRow(1, { kind: 'ending', detail })).tone).toBe(tone),
)

test('what we note ourselves is marked ours', () =>
  expect(rows.map((row) => logText(row).ours)).toEqual(rows.map((row) => logDirection(row) === undefined)))

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
