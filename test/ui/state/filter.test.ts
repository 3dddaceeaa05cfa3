import { describe, expect, test } from 'vitest'
import {
  defaultFilter,
  frameQuery,
  isWide,
  logMatches,
  matches,
  rowKind,
  showsLogs,
} from '../../../ui/src/state/filter.ts'
import { frameRow, logRow, messageRow } from '../../support/ui-rows.ts'

describe('rowKind', () => {
  test.each([
    ['request', frameRow(1, { messages: [messageRow()] })],
    ['error', frameRow(1, { messages: [messageRow({ kind: 'response' }), messageRow({ kind: 'error' })] })],
    ['error', frameRow(1, { messages: [messageRow({ kind: 'invalid' })] })],
    ['request', frameRow(1, { messages: [messageRow({ kind: 'notification' }), messageRow()] })],
    ['notification', frameRow(1, { messages: [messageRow({ kind: 'notification' })] })],
    ['head', frameRow(1, { kind: 'head' })],
    ['body', frameRow(1, { kind: 'event' })],
    ['other', frameRow(1, { kind: 'end' })],
  ])('is %s', (kind, row) => expect(rowKind(row)).toBe(kind))
})

describe('matches', () => {
  const call = frameRow(1, { messages: [messageRow({ tool: 'Search' })] })
  const head = frameRow(2, { kind: 'head', label: 'POST /mcp HTTP/1.1' })

  test('lets only messages through by default', () => {
    expect(matches(call, defaultFilter, null)).toBe(true)
    expect(matches(head, defaultFilter, null)).toBe(false)
    expect(matches(head, { ...defaultFilter, all: true }, null)).toBe(true)
  })
  test('keeps to a session', () => {
    expect(matches(call, defaultFilter, 's')).toBe(true)
    expect(matches(call, defaultFilter, 'other')).toBe(false)
  })
  test('keeps to a direction', () => {
    expect(matches(call, { ...defaultFilter, direction: 's2c' }, null)).toBe(false)
  })
  test('drops kinds switched off', () => {
    expect(matches(call, { ...defaultFilter, hidden: new Set(['request']) }, null)).toBe(false)
  })
})

test('lines of the log go by session, kind and what they say, and are of neither direction', () => {
  const line = logRow(1, { detail: { text: 'Listening' } })
  expect(logMatches(line, defaultFilter, null)).toBe(true)
  expect(logMatches(line, { ...defaultFilter, text: 'listen' }, 's')).toBe(true)
  expect(logMatches(line, { ...defaultFilter, text: 'STDERR' }, null)).toBe(true)
  expect(logMatches(line, { ...defaultFilter, text: 'ing  stderr' }, null)).toBe(true)
  expect(logMatches(line, { ...defaultFilter, text: 'listening tools' }, null)).toBe(false)
  expect(logMatches(line, defaultFilter, 'other')).toBe(false)
  expect(logMatches(line, { ...defaultFilter, hidden: new Set(['log']) }, null)).toBe(false)
  expect(showsLogs({ ...defaultFilter, direction: 'c2s' })).toBe(false)
})

test('of what was broken off, and by which rule, lines of the log may be asked', () => {
  const cut = logRow(1, { kind: 'ending', detail: { how: 'rst', by: 'fault', detail: 'cut-it' } })
  const left = logRow(2, { kind: 'ending', detail: { how: 'fin', by: 'client', detail: 'cut-it' } })
  const shown = (text: string) =>
    [cut, left, logRow(3)].filter((row) => logMatches(row, { ...defaultFilter, text }, null))
  expect(shown('fault:any')).toEqual([cut])
  expect(shown('fault:Cut*')).toEqual([cut])
  expect(shown('fault:cut')).toEqual([])
  expect(shown('ending:fin')).toEqual([left])
  expect(shown('reset ending:rst')).toEqual([cut])
})

test.each(['kind:error', '-listening', '(listening)', '"listening"', 'a or listening', 'listen*', 'a|listening'])(
  'a filter that asks of traffic leaves lines of the log out: %s',
  (text) => expect(showsLogs({ ...defaultFilter, text })).toBe(false),
)

test('the API is asked what it can answer', () => {
  expect(frameQuery(defaultFilter, null)).toEqual({ messages: 'true' })
  expect(frameQuery({ ...defaultFilter, all: true, text: 'x', direction: 'c2s' }, 's')).toEqual({
    session: 's',
    direction: 'c2s',
    filter: 'x',
  })
})

test('a filter that hides a kind is not wide', () => {
  expect(isWide(defaultFilter)).toBe(true)
  expect(isWide({ ...defaultFilter, hidden: new Set(['error']) })).toBe(false)
})
