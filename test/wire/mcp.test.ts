import { describe, expect, test } from 'vitest'
import {
  decodeHeaderValue,
  encodeHeaderValue,
  eraOf,
  isEventStream,
  isJson,
  methodsOf,
  revisions,
  senderOf,
} from '../../src/wire/mcp.ts'

test('every published revision is known, and what each has on the wire', () => {
  const table = Object.entries(revisions).map(([revision, features]) => {
    const has = Object.entries(features).filter(([, value]) => value === true)
    return [revision, features.era, ...has.map(([name]) => name)].join(' ')
  })
  expect(table).toEqual([
    '2024-11-05 stateful serverRequests',
    '2025-03-26 stateful streamableHttp sessions batches serverRequests',
    '2025-06-18 stateful streamableHttp sessions versionHeader serverRequests',
    '2025-11-25 stateful streamableHttp sessions versionHeader serverRequests polling',
    '2026-07-28 stateless streamableHttp versionHeader routingHeaders disconnectCancels',
  ])
})

test.each([
  [null, null],
  ['2024-10-07', 'stateful'],
  ['2025-11-25', 'stateful'],
  ['2026-07-27', 'stateful'],
  ['2026-07-28', 'stateless'],
  ['2027-01-01', 'stateless'],
  ['draft', 'stateless'],
  ['DRAFT-2026-v1', 'stateless'],
  ['latest', null],
  ['', null],
])('the era of %s is %s', (revision, era) => {
  expect(eraOf(revision)).toBe(era)
})

describe('a method', () => {
  test.each([
    ['initialize', 'c2s'],
    ['server/discover', 'c2s'],
    ['elicitation/create', 's2c'],
    ['ping', 'both'],
    ['notifications/progress', 'both'],
    ['notifications/subscriptions/acknowledged', 's2c'],
    ['x/own', null],
    ['toString', null],
  ])('%s is sent by %s', (method, sender) => {
    expect(senderOf(method)).toBe(sender)
  })

  test('is listed for each direction it travels in', () => {
    expect(methodsOf('c2s')).toEqual(expect.arrayContaining(['tools/call', 'ping', 'notifications/cancelled']))
    expect(methodsOf('c2s')).not.toContain('roots/list')
    expect(methodsOf('s2c')).toEqual(expect.arrayContaining(['roots/list', 'ping', 'notifications/cancelled']))
    expect(methodsOf('s2c')).not.toContain('tools/call')
  })
})

test.each([
  [undefined, false, false],
  ['text/event-stream', true, false],
  ['Text/Event-Stream ; charset=utf-8', true, false],
  ['text/event-streams', false, false],
  ['application/json;charset=utf-8', false, true],
  ['text/json', false, true],
  ['application/problem+json', false, true],
  ['application/jsonl', false, false],
])('of %s: event stream %s, JSON %s', (type, events, json) => {
  expect([isEventStream(type), isJson(type)]).toEqual([events, json])
})

test.each([
  ['plain', 'plain'],
  ['', ''],
  ['=?base64?w6k=?=', '\u00e9'],
  ['=?base64??=', ''],
  ['=?base64?=', '=?base64?='],
  ['=?BASE64?w6k=?=', '=?BASE64?w6k=?='],
  ['=?base64?w6k=', '=?base64?w6k='],
  ['=?base64?w6k?=', null],
  ['=?base64?w6-k?=', null],
  ['=?base64?w===?=', null],
  ['=?base64?/w==?=', null],
  ['=?base64?77u/YQ==?=', '\ufeffa'],
])('the header value %s stands for %s', (value, text) => {
  expect(decodeHeaderValue(value)).toBe(text)
})

test.each([
  ['plain text', 'plain text'],
  ['', '=?base64??='],
  [' blank', '=?base64?IGJsYW5r?='],
  ['\u00e9', '=?base64?w6k=?='],
  ['=?base64?w6k=?=', '=?base64?PT9iYXNlNjQ/dzZrPT89?='],
])('the text %j is the header value %s, and that stands for it', (text, value) => {
  expect(encodeHeaderValue(text)).toBe(value)
  expect(decodeHeaderValue(value)).toBe(text)
})
