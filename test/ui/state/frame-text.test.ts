import { expect, test } from 'vitest'
import { frameText } from '../../../ui/src/state/frame-text.ts'
import { frameRow, messageRow } from '../../support/ui-rows.ts'

const text = (...change: Parameters<typeof frameRow>) => {
  const { main, subject, note, status, faint } = frameText(frameRow(...change))
  return [main, subject, note, status, faint]
}
const message = (change: Parameters<typeof messageRow>[0]) => text(1, { messages: [messageRow(change)] })

test('a call names its tool, an answer says that it is one', () => {
  expect(message({ tool: 'search' })).toEqual(['tools/call', 'search', null, null, false])
  expect(message({ kind: 'response', tool: 'search' })).toEqual(['tools/call', 'search', 'result', null, false])
  expect(message({ kind: 'error', code: -32602 })).toEqual(['tools/call', null, 'error', null, false])
  expect(message({ kind: 'response', method: null })).toEqual(['response', null, 'result', null, false])
})

test('a resource names its address, progress its token', () => {
  expect(message({ method: 'resources/read', uri: 'file:///a' })[1]).toBe('file:///a')
  expect(message({ kind: 'notification', method: 'notifications/progress', token: '"t"' })[2]).toBe('token "t"')
})

test('a batch says how many more there are', () => {
  expect(text(1, { messages: [messageRow(), messageRow(), messageRow()] })[2]).toBe('+2 in the batch')
})

test('heads are verb and path, or status', () => {
  expect(text(1, { kind: 'head', label: 'POST /mcp HTTP/1.1' })).toEqual(['POST', null, '/mcp', null, false])
  expect(text(1, { kind: 'head', label: 'HTTP/1.1 404 Not Found' })).toEqual(['404', null, 'Not Found', 404, false])
  expect(text(1, { kind: 'head', label: 'what is this' })[0]).toBe('what is this')
})

test('comments, events without data, ends and opaque bytes are faint', () => {
  expect(text(1, { kind: 'event', label: ': ping' })).toEqual([': ping', null, null, null, true])
  expect(text(1, { kind: 'event', label: 'id: 7 retry: 700' })).toEqual(['event', null, 'id: 7 retry: 700', null, true])
  expect(text(1, { kind: 'event', label: 'endpoint' })).toEqual(['endpoint', null, 'event', null, false])
  expect(text(1, { kind: 'end' })[4]).toBe(true)
  expect(text(1, { kind: 'opaque' })[4]).toBe(true)
  expect(text(1, { kind: 'ping' })).toEqual(['ping', null, null, null, true])
  expect(text(1, { kind: 'close', label: '1008 policy violation: no' })).toEqual([
    'close',
    null,
    '1008 policy violation: no',
    null,
    false,
  ])
})
