import { describe, expect, test } from 'vitest'
import { callEntries, flowEntries, frameEntries, sessionOf } from '../../src/cli/entry.ts'
import { NOW } from '../support/cli-context.ts'
import { callRow, flowRow, frameRow, messageRow } from '../support/rows.ts'

describe('a frame', () => {
  test('gives an entry for each message in it, with its call', () => {
    const call = callRow({ id: 7 })
    const entries = frameEntries(
      frameRow({ messages: [messageRow({ call: 7 }), messageRow({ call: 8 }), messageRow({ kind: 'notification' })] }),
      (id) => (id === 7 ? call : undefined),
      false,
    )
    expect(entries.map((entry) => entry.kind === 'message' && entry.call)).toEqual([call, undefined, undefined])
  })

  test('that is no message gives one only when all are wanted', () => {
    expect(frameEntries(frameRow({ kind: 'head' }), () => undefined, false)).toEqual([])
    expect(frameEntries(frameRow({ kind: 'head' }), () => undefined, true)).toHaveLength(1)
  })
})

test.each([
  [{ outcome: 'pending' }, 0],
  [{ outcome: 'ok', responseFrame: 9 }, 0],
  [{ outcome: 'client-left' }, 1],
  [{ outcome: 'silent' }, 1],
] as const)('a call %j gives %d entries', (row, count) => expect(callEntries(callRow(row), NOW)).toHaveLength(count))

describe('a flow', () => {
  test('that went well gives none', () =>
    expect(
      flowEntries(
        flowRow({ endedAt: NOW, c2sEnding: { how: 'clean', by: 'client' }, s2cEnding: { how: 'clean', by: 'server' } }),
      ),
    ).toEqual([]))

  test('that was refused and broken says both', () =>
    expect(
      flowEntries(flowRow({ status: 503, endedAt: NOW, s2cEnding: { how: 'rst', by: 'server', at: 'mid-body' } })).map(
        ({ kind }) => kind,
      ),
    ).toEqual(['refused', 'broken']))
})

test.each([
  ['ws:1000', 'client', []],
  ['ws:1005', 'server', []],
  ['ws:1008', 'server', ['s2c']],
  ['ws:4001', 'client', ['c2s']],
] as const)('a WebSocket closed with %s by the %s is told once, if there was a complaint', (how, by, told) => {
  const flow = flowRow({ endedAt: NOW, c2sEnding: { how, by }, s2cEnding: { how, by } })
  expect(flowEntries(flow).map((entry) => entry.kind === 'broken' && entry.direction)).toEqual(told)
})

test.each(['fault', 'server'] as const)('a process that ended by the %s is told once', (by) => {
  const ending = { how: 'exit', by } as const
  expect(flowEntries(flowRow({ endedAt: NOW, c2sEnding: ending, s2cEnding: ending }))).toMatchObject([
    { kind: 'broken', direction: 's2c' },
  ])
})

test('every entry knows its session', () => {
  expect(sessionOf({ kind: 'unanswered', at: 0, call: callRow() })).toBe('abcdefgh')
  expect(sessionOf({ kind: 'refused', at: 0, flow: flowRow({ session: null }) })).toBeNull()
  expect(sessionOf({ kind: 'frame', at: 0, frame: frameRow() })).toBe('abcdefgh')
})
