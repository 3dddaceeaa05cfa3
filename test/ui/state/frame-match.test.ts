import { expect, test } from 'vitest'
import { parseRule } from '../../../src/faults/rules/parse.ts'
import { matchOf } from '../../../ui/src/state/frame-match.ts'
import { frameRow, messageRow } from '../../support/ui-rows.ts'

const message = (change: Parameters<typeof messageRow>[0], direction: 'c2s' | 's2c' = 'c2s') =>
  frameRow(1, { direction, messages: [messageRow(change)] })

const frames = [
  [message({ tool: 'search' }), 'method:tools/call tool:search kind:request dir:c2s'],
  [message({ kind: 'response', tool: 'my tool' }, 's2c'), 'method:tools/call tool:"my tool" kind:response dir:s2c'],
  [
    message({ method: 'resources/read', uri: 'file:///a b' }),
    'method:resources/read uri:"file:///a b" kind:request dir:c2s',
  ],
  [message({ kind: 'notification', method: 'notifications/progress' }, 's2c'), 'method:notifications/progress dir:s2c'],
  [frameRow(1, { kind: 'head', label: 'POST /mcp?x=1 HTTP/1.1' }), 'kind:head verb:POST path:/mcp dir:c2s'],
  [frameRow(1, { kind: 'head', label: 'HTTP/1.1 404 Not Found', direction: 's2c' }), 'kind:head status:404 dir:s2c'],
  [frameRow(1, { kind: 'event', direction: 's2c' }), 'kind:event dir:s2c'],
  [frameRow(1), 'dir:c2s'],
] as const

test.each(frames)('a frame %# becomes a match', (row, match) => {
  expect(matchOf(row, undefined)).toBe(match)
  expect(() => parseRule({ fault: 'latency', delay: '1s', match })).not.toThrow()
})

test('a session that the server named narrows it', () => {
  expect(matchOf(frameRow(1), { sessionId: 'abc' })).toBe('dir:c2s session:abc')
  expect(matchOf(frameRow(1), { sessionId: null })).toBe('dir:c2s')
})
