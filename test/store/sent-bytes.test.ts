import { expect, test } from 'vitest'
import type { StoredEdit } from '../../src/store/frame-rows.ts'
import { sentBytes, sentPayload } from '../../src/store/sent-bytes.ts'

const edit = (values: Partial<StoredEdit>): StoredEdit => ({
  offset: 0,
  length: null,
  removed: Buffer.alloc(0),
  bytes: Buffer.from('X'),
  rule: 'patch',
  ...values,
})
const raw = Buffer.from('0123456789')

test('edits of a frame stand in its bytes', () => {
  const own = edit({ offset: 8, removed: Buffer.from('8'), bytes: Buffer.from('ours'), rule: 'host' })
  expect(String(sentBytes([edit({ offset: 2, length: 3 }), own], raw))).toBe('01X567ours9')
})

test('what no rule changed, or is a secret, or was not kept, is not told', () => {
  expect(sentBytes([edit({ rule: 'host' })], raw)).toBeNull()
  expect(sentBytes([edit({ bytes: Buffer.alloc(0), length: 10 })], raw)).toBeNull()
  expect(sentBytes([edit({}), edit({ bytes: null, rule: 'header:a' })], raw)).toBeNull()
  expect(sentBytes([edit({})], undefined)).toBeNull()
})

const inner = (body: Buffer): Buffer => Buffer.from(`in ${String(body)}`)
const payload = (kind: Parameters<typeof sentPayload>[0], text: string) => {
  const found = sentPayload(kind, Buffer.from(text, 'latin1'), inner)
  return found === null ? null : String(found)
}

test.each([
  ['event', '6\r\ndata\n\n\r\n', 'in 6\r\ndata\n\n\r\n'],
  ['event', '\r\n6\r\ndata\n\n', 'in 6\r\ndata\n\n'],
  ['event', 'data: 1\n\n', 'data: 1\n\n'],
  ['body', '{"a":1}', '{"a":1}'],
  ['body', '\u001F\u008Bxyz', null],
  ['line', '{"a":1}\r\n', '{"a":1}'],
  ['message', '\u0081\u0002hi', 'hi'],
  ['message', '\u00C1\u0002hi', null],
  ['message', '\u0081\u0003hi', null],
  ['head', 'GET / HTTP/1.1\r\n\r\n', null],
] as const)('the payload of a %s %j is %j', (kind, text, expected) => expect(payload(kind, text)).toBe(expected))
