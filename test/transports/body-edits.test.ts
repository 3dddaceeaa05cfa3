import { describe, expect, it } from 'vitest'
import { endpointDecision, resourceDecision, type BodyDecision } from '../../src/transports/body-edits.ts'

const map = { upstreamOrigin: 'http://up.test:3000', ownOrigin: 'http://localhost:6278', prefix: '' }
const routed = { ...map, prefix: '/s/a' }

/** The payload as edited; or what else was decided. */
function decided(decide: BodyDecision, text: string, whole = false): string {
  const verdict = decide(Buffer.from(text), whole)
  if (verdict.kind === 'more') return `more, ${verdict.passed} passed`
  if (verdict.unedited !== undefined) return `unedited: ${verdict.unedited}`
  const { edit } = verdict
  if (edit === null) return 'as it is'
  return Buffer.concat([
    Buffer.from(text).subarray(0, edit.from),
    edit.bytes,
    Buffer.from(text).subarray(edit.to),
  ]).toString()
}

const endpoint = (text: string, whole = false, by = map): string => decided(endpointDecision(by), text, whole)

describe('the endpoint event', () => {
  it.each([
    ['event: endpoint\ndata: http://up.test:3000/m?s=1\n\n', 'event: endpoint\ndata: http://localhost:6278/m?s=1\n\n'],
    ['event:endpoint\r\ndata:http://up.test:3000/m\r\n\r\n', 'event:endpoint\r\ndata:http://localhost:6278/m\r\n\r\n'],
    ['event: endpoint\rdata: //up.test:3000/m\r\r', 'event: endpoint\rdata: //localhost:6278/m\r\r'],
    ['data: http://up.test:3000\nevent: endpoint\n\n', 'data: http://localhost:6278\nevent: endpoint\n\n'],
    [
      ': hello\nretry: 1\nid: 0\nevent: endpoint\ndata: HTTP://UP.TEST:3000/m\n\nevent: endpoint\ndata: http://up.test:3000\n\n',
      ': hello\nretry: 1\nid: 0\nevent: endpoint\ndata: http://localhost:6278/m\n\nevent: endpoint\ndata: http://up.test:3000\n\n',
    ],
    [
      ': one\n\nretry: 1\n\n\nevent: endpoint\ndata: http://up.test:3000/m\n\n',
      ': one\n\nretry: 1\n\n\nevent: endpoint\ndata: http://localhost:6278/m\n\n',
    ],
    [
      '\ufeffevent: endpoint\ndata: http://up.test:3000/ü\n\n',
      '\ufeffevent: endpoint\ndata: http://localhost:6278/ü\n\n',
    ],
    [
      'event: message\nevent: endpoint\ndata: http://up.test:3000/\n\n',
      'event: message\nevent: endpoint\ndata: http://localhost:6278/\n\n',
    ],
  ])('of the upstream is mapped: %j', (text, wanted) => {
    expect(endpoint(text)).toBe(wanted)
  })

  it.each([
    'event: endpoint\ndata: /messages?sessionId=1\n\n',
    'event: endpoint\ndata: messages\n\n',
    'event: endpoint\ndata: ?sessionId=1\n\n',
    'event: endpoint\ndata\n\n',
    'event: endpoint\n\n',
    'event: endpoint\ndata: http://localhost:6278/m\n\n',
    'event: endpoints\ndata: http://up.test:3000/m\n\n',
    'eventful: endpoint\ndata: http://up.test:3000/m\n\n',
    'event: endpoint\nevent: message\ndata: http://up.test:3000/m\n\n',
    'data: http://up.test:3000/m\n\n',
    'data: {"jsonrpc":"2.0"}\n\nevent: endpoint\ndata: http://up.test:3000/m\n\n',
  ])('otherwise stays as it is: %j', (text) => {
    expect(endpoint(text)).toBe('as it is')
  })

  it.each([
    'http://evil.test/m',
    '//evil.test/m',
    'https://up.test:3000/m',
    'http://up.test/m',
    'http://u@up.test:3000/',
  ])('of another origin stays, and is told: %s', (uri) => {
    expect(endpoint(`event: endpoint\ndata: ${uri}\n\n`)).toBe(`unedited: ${uri}`)
  })

  it('gets the prefix of a routed server', () => {
    expect(endpoint('event: endpoint\ndata: /m?s=1\n\n', false, routed)).toBe('event: endpoint\ndata: /s/a/m?s=1\n\n')
    expect(endpoint('data: http://up.test:3000/m\nevent: endpoint\n\n', false, routed)).toBe(
      'data: http://localhost:6278/s/a/m\nevent: endpoint\n\n',
    )
    expect(endpoint('event: endpoint\ndata: m?s=1\n\n', false, routed)).toBe('as it is')
  })

  it.each([
    '',
    'ev',
    'event: ',
    'event: endp',
    'event: endpoint',
    'event: endpoint\nda',
    'event: endpoint\ndata: /mess',
    'event: endpoint\ndata: http://up.test:3000/m\n',
    'data: htt',
    'data: http://up.test:3000/m\n',
    'data: /',
    ': a comm',
  ])('is waited for while it may come: %j', (text) => {
    expect(endpoint(text)).toBe('more, 0 passed')
  })

  it('is waited for behind comments, which need not wait', () => {
    expect(endpoint(': one\n\n')).toBe('more, 7 passed')
    expect(endpoint(': one\n\nevent: e')).toBe('more, 7 passed')
    expect(endpoint('retry: 3000\nid: 1\r\n')).toBe('more, 19 passed')
    expect(endpoint('retry: 3000\nevent: endpoint\nid: 1\n')).toBe('more, 12 passed')
    expect(endpoint('\ufeff: hi\rdata: http:')).toBe('more, 8 passed')
    expect(endpoint('eventful\ndata\nevent')).toBe('as it is')
    expect(endpoint('eventful\ndatas\nevent')).toBe('more, 15 passed')
  })

  it.each([
    'event: m',
    'event: message\n',
    'data: {',
    'data: /messages',
    'data: 1\n',
    'data\n',
    'data: https:',
    'data: http://evil.test/\n',
  ])('is no longer waited for once it cannot come: %j', (text) => {
    expect(endpoint(text)).toBe('as it is')
  })

  it('is not waited for at the end of the stream', () => {
    expect(endpoint('event: endp', true)).toBe('as it is')
    expect(endpoint('', true)).toBe('as it is')
    expect(endpoint('event: endpoint\rdata: http://up.test:3000/m\r\r', true)).toContain('localhost')
  })
})

const resource = (text: string, whole = true): string => decided(resourceDecision(map), text, whole)

describe('protected resource metadata', () => {
  it.each([
    ['{"resource":"http://up.test:3000/mcp"}', '{"resource":"http://localhost:6278/mcp"}'],
    [
      ' {\n "a": [1.10, {"resource": "http://up.test:3000/no"}],\t"resource" : "http:\\/\\/up.test:3000\\/mcp",\n"z":"\\u00e9" }\n',
      ' {\n "a": [1.10, {"resource": "http://up.test:3000/no"}],\t"resource" : "http://localhost:6278\\/mcp",\n"z":"\\u00e9" }\n',
    ],
    ['{"resource":"\\u0068ttp://up.test:3000"}', '{"resource":"http://localhost:6278"}'],
    ['{"\\u0072esource":"http://up.test:3000/"}', '{"\\u0072esource":"http://localhost:6278/"}'],
    [
      '{"resource":"http://up.test:3000/1","resource":"http://up.test:3000/2"}',
      '{"resource":"http://up.test:3000/1","resource":"http://localhost:6278/2"}',
    ],
  ])('has its resource mapped in place: %s', (text, wanted) => {
    expect(resource(text)).toBe(wanted)
  })

  it.each([
    '{"authorization_servers":["http://up.test:3000"]}',
    '{"resource":["http://up.test:3000"]}',
    '{"resource":"/mcp"}',
    '["http://up.test:3000"]',
    '{"resource":"http://up.test:3000/mcp"',
    '{"resource":"http://up.test:3000/mcp"} x',
    'resource',
    '',
  ])('is left as it is otherwise: %s', (text) => {
    expect(resource(text)).toBe('as it is')
  })

  it('of another origin is left, and told', () => {
    expect(resource('{"resource":"https://api.test/mcp"}')).toBe('unedited: https://api.test/mcp')
  })

  it('is waited for until it is whole', () => {
    expect(resource('{"resource":"http://up.test:3000/mcp"}', false)).toBe('more, 0 passed')
  })
})
