import { expect, test } from 'vitest'
import { logDirection, logText } from '../../src/cli/log-text.ts'
import { logRow } from '../support/rows.ts'

test.each([
  ['stderr', { text: 'listening' }, 'listening'],
  ['stderr', { bytes: 12 }, '12 bytes, not kept'],
  ['signal', { signal: 'SIGINT' }, 'SIGINT'],
  ['signal', { signal: 'SIGKILL', rule: 'exit' }, 'SIGKILL by rule exit'],
  ['exit', { code: 3, signal: null }, 'code 3'],
  ['exit', { code: null, signal: 'SIGKILL' }, 'SIGKILL'],
  ['stdin-closed', { code: 'EPIPE' }, 'the server reads no more (EPIPE)'],
  ['left-behind', { stream: 'stderr' }, 'another process keeps its stderr'],
  ['clock', { stepUs: -1_500_000 }, 'the clock of this machine was set back by 1.50 s'],
  ['pruned', { sessions: 1, frames: 20, freedBytes: 2048 }, '1 session with 20 frames made room: 2.0 kB'],
  ['unedited', { rule: 'endpoint', what: 'x', message: 'It was left.' }, 'It was left.'],
  ['of-tomorrow', { a: 1 }, '{"a":1}'],
])('a %s line with %j says %j', (kind, detail, said) => expect(logText(logRow({ kind, detail }))).toBe(said))

test('comes from the server, the client, or ourselves', () => {
  expect(['stderr', 'exit', 'signal', 'clock', 'unedited'].map((kind) => logDirection({ kind, detail: {} }))).toEqual([
    's2c',
    's2c',
    'c2s',
    undefined,
    undefined,
  ])
  expect(logDirection({ kind: 'signal', detail: { signal: 'SIGKILL', rule: 'exit' } })).toBeUndefined()
})
