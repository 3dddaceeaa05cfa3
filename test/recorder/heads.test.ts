import { expect, test } from 'vitest'
import { HeadReader } from '../../src/recorder/heads.ts'
import { Redactor, type RedactionRules } from '../../src/recorder/redaction.ts'
import { createHttp1Splitter, createOutstanding, type Http1Head } from '../../src/wire/http1.ts'

const readerOf = (rules: RedactionRules = {}): HeadReader => new HeadReader(new Redactor(rules, Buffer.alloc(32)))

/** Hands the head of `text` to `use` while it is valid. */
function withHead<T>(text: string, use: (head: Http1Head) => T): T {
  let result: T | undefined
  const ignore = (): void => undefined
  const head = (parsed: Http1Head): void => void (result = use(parsed))
  const listener = { headSpan: ignore, head, payload: ignore, framing: ignore, messageEnd: ignore, opaque: ignore }
  const side = text.startsWith('HTTP/') ? 'response' : 'request'
  createHttp1Splitter(side, createOutstanding(), listener).push(Buffer.from(text, 'latin1'))
  return result!
}

const request = (fields: string, target = '/mcp'): string => `POST ${target} HTTP/1.1\r\n${fields}\r\n\r\n`

test('tells what the record needs of a request', () => {
  const facts = withHead(
    request(
      'Content-Type: application/json; charset=utf-8\r\nMcp-Session-Id: s\r\nUser-Agent: a\r\nMCP-Protocol-Version: 2025-06-18',
    ),
    (head) => readerOf().read(head),
  )
  expect(facts).toMatchObject({
    label: 'POST /mcp HTTP/1.1',
    target: '/mcp',
    type: 'application/json; charset=utf-8',
    json: true,
    stream: false,
    oauth: false,
    request: { verb: 'POST', sessionId: 's', revision: '2025-06-18', identity: '', agent: 'a' },
  })
})

test('tells what the record needs of a response', () => {
  const facts = withHead(
    'HTTP/1.1 200 Fine\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\n\r\n',
    (head) => readerOf().read(head),
  )
  expect(facts).toMatchObject({ label: 'HTTP/1.1 200 Fine', encoding: 'gzip', response: { status: 200, stream: true } })
})

test('hides secrets in label and target', () => {
  const facts = withHead(request('A: b', '/cb?code=abc'), (head) => readerOf().read(head))
  expect(facts).toMatchObject({ label: 'POST /cb?code=*** HTTP/1.1', target: '/cb?code=***' })
})

test('cuts a long start line', () => {
  expect(withHead(request('A: b', `/${'x'.repeat(500)}`), (head) => readerOf().read(head)).label).toHaveLength(200)
})

test('knows a head again that differs in its date and length alone', () => {
  const reader = readerOf()
  const read = (fields: string) => withHead(request(fields), (head) => reader.read(head))
  // the first is not remembered: most streams have no other
  read('A: b')
  const first = read('Date: Sun, 1\r\nA: b\r\nContent-Length: 10')
  expect(read('Date: Mon, 2\r\nA: b\r\nContent-Length: 99')).toBe(first)
  expect(read('Date: Mon, 2\r\nA: c\r\nContent-Length: 99')).not.toBe(first)
  expect(read('Date: Mon, 2\r\nMcp-Session-Id: x\r\nA: b\r\nContent-Length: 99').request.sessionId).toBe('x')
})

test('looks at every value where rules are configured', () => {
  const reader = readerOf({ keys: ['x-request-id'] })
  const read = (id: string) => withHead(request(`X-Request-Id: ${id}`), (head) => reader.read(head).redacted[0]!.hash)
  expect(read('aaa')).not.toBe(read('bbb'))
})

test('equal credentials make one identity, others another', () => {
  const identity = (value: string) =>
    withHead(request(`Authorization: ${value}`), (head) => readerOf().read(head).request.identity)
  expect(identity('Bearer a')).toBe(identity('Bearer a'))
  expect(identity('Bearer a')).not.toBe(identity('Bearer b'))
})
