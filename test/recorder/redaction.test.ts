import { afterEach, describe, expect, test } from 'vitest'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { Redactor, isOAuthTarget, type RedactionRules } from '../../src/recorder/redaction.ts'
import { info, record, type Taped } from '../support/recording.ts'

const redactor = (rules: RedactionRules = {}): Redactor => new Redactor(rules, Buffer.alloc(32, 1))

function head(text: string, rules?: RedactionRules): string {
  const bytes = Buffer.from(text)
  redactor(rules).head(bytes)
  return bytes.toString()
}

function body(
  text: string,
  { form = false, oauth = true, ...rules }: RedactionRules & { form?: boolean; oauth?: boolean } = {},
): string {
  const bytes = Buffer.from(text)
  redactor(rules).body(bytes, form, oauth)
  return bytes.toString()
}

describe('heads', () => {
  test.each([
    ['Authorization: Bearer abc', 'Authorization: Bearer ***'],
    ['authorization:Basic dXNlcg==', 'authorization:Basic ********'],
    ['Authorization: lonely', 'Authorization: ******'],
    ['Authorization: Bearer eyJhbGc.eyJzdWI.c2lnbmVk', 'Authorization: Bearer eyJhbGc.eyJzdWI.********'],
    ['Proxy-Authorization: Bearer abc', 'Proxy-Authorization: Bearer ***'],
    ['X-API-Key: abc ', 'X-API-Key: *** '],
    ['Cookie: a=1; sid=secret', 'Cookie: a=*; sid=******'],
    ['Set-Cookie: sid=secret; Path=/; HttpOnly', 'Set-Cookie: sid=******; Path=/; HttpOnly'],
    [
      'Sec-WebSocket-Protocol: mcp, mcp.auth.abc, mcp.version.1',
      'Sec-WebSocket-Protocol: mcp, mcp.auth.***, mcp.version.1',
    ],
    ['Location: http://c/cb?code=abc&state=1', 'Location: http://c/cb?code=***&state=1'],
    ['X-Api-Key: a\r\n b', 'X-Api-Key: *****'],
    ['Mcp-Session-Id: abc', 'Mcp-Session-Id: abc'],
    ['Accept: authorization', 'Accept: authorization'],
  ])('%s', (field, expected) => {
    const text = head(`GET / HTTP/1.1\r\n${field}\r\nHost: a\r\n\r\n`)
    expect(text).toBe(`GET / HTTP/1.1\r\n${expected}\r\nHost: a\r\n\r\n`)
  })

  test('hide secrets in the query of their target, and nothing else of it', () => {
    expect(head('GET /mcp?token=abc&q=code HTTP/1.1\r\n\r\n')).toBe('GET /mcp?token=***&q=code HTTP/1.1\r\n\r\n')
  })

  test('hide what is named besides', () => {
    expect(head('GET / HTTP/1.1\r\nX-Mine: abc\r\n\r\n', { keys: ['x-mine'] })).toContain('X-Mine: ***')
    expect(head('GET / HTTP/1.1\r\nX: sk-123\r\n\r\n', { values: ['sk-\\d+'] })).toContain('X: ******')
  })

  test('are kept when redaction is off', () => {
    expect(head('GET / HTTP/1.1\r\nCookie: a=1\r\n\r\n', { enabled: false })).toContain('a=1')
  })
})

describe('OAuth bodies', () => {
  test.each([
    ['{"access_token":"abc","token_type":"Bearer"}', '{"access_token":"***","token_type":"Bearer"}'],
    ['{"a":{"refresh_token" : "a\\"b"}}', '{"a":{"refresh_token" : "****"}}'],
    ['{"client_secret_expires_at":0}', '{"client_secret_expires_at":0}'],
    ['{"token":', '{"token":'],
  ])('%s', (text, expected) => {
    expect(body(text)).toBe(expected)
  })

  test('forms too', () => {
    expect(body('grant_type=authorization_code&code=abc&code_verifier=xyz', { form: true })).toBe(
      'grant_type=authorization_code&code=***&code_verifier=***',
    )
  })

  test.each([
    ['/token', true],
    ['/oauth/register?x=1', true],
    ['/authorize', true],
    ['/mcp', false],
    ['/tokens-of-appreciation', false],
  ])('%s is one: %s', (target, expected) => {
    expect(isOAuthTarget(target)).toBe(expected)
  })
})

describe('named places', () => {
  test('keys hide strings and numbers, not schemas that mention the name', () => {
    const schema = '{"properties":{"password":{"type":"string"}},"required":["password"]}'
    expect(body(schema, { oauth: false, keys: ['password'] })).toBe(schema)
    expect(body('{"a":[{"Password":"x"},{"password":12}]}', { oauth: false, keys: ['password'] })).toBe(
      '{"a":[{"Password":"*"},{"password":**}]}',
    )
  })

  test('paths hide what lies there and below', () => {
    const text = '{"params":{"arguments":{"pin":"1","deep":{"pin":"2"}}},"pin":"3"}'
    expect(body(text, { oauth: false, paths: ['params.arguments.pin'] })).toBe(text.replace('"1"', '"*"'))
    expect(body(text, { oauth: false, paths: ['params.*'] })).toBe(text.replace('"1"', '"*"').replace('"2"', '"*"'))
  })
})

test('equal secrets have equal hashes, other keys other hashes', () => {
  const one = redactor()
  expect(one.hash('a')).toBe(redactor().hash('a'))
  expect(one.hash('a')).not.toBe(one.hash('b'))
  expect(one.hash('a')).not.toBe(new Redactor({}, Buffer.alloc(32, 2)).hash('a'))
})

describe('in the capture', () => {
  const open: Taped[] = []
  afterEach(() => {
    for (const taped of open.splice(0)) taped.close()
  })

  /** One exchange, its bytes one by one, with a commit behind each: nothing may be stored before it was looked through. */
  function exchange(request: string, response: Buffer, redact: RedactionRules = {}): Taped {
    const taped = record({ redact })
    open.push(taped)
    const { tap, commit } = taped
    tap.opened(1, 1, info)
    let now = 1
    const feed = (direction: 'c2s' | 's2c', bytes: Buffer): void => {
      for (let i = 0; i < bytes.length; i++) {
        tap.chunk(1, direction, bytes.subarray(i, i + 1), ++now, now, i === 0)
        commit()
      }
    }
    feed('c2s', Buffer.from(request))
    feed('s2c', response)
    return taped
  }
  const text = ({ reader }: Taped, direction: 'c2s' | 's2c'): string =>
    Buffer.from(reader.bytes(1, direction, 0)).toString('latin1')
  const response = (type: string, payload: Buffer | string, fields = ''): Buffer =>
    Buffer.concat([
      Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\n${fields}Content-Length: ${payload.length}\r\n\r\n`),
      Buffer.from(payload),
    ])

  test('secrets are never stored, not even for a moment; where they were is told, with a hash', () => {
    const secret = 'GET /mcp HTTP/1.1\r\nAuthorization: Bearer abc\r\n\r\n'
    const taped = exchange(secret, response('text/plain', 'hi'))
    expect(text(taped, 'c2s')).toBe(secret.replace('abc', '***'))
    const [frame] = taped.reader.frames({ direction: 'c2s' }).rows
    expect(taped.reader.frame(frame!.id)!.redactions).toEqual([
      {
        offset: secret.indexOf('abc'),
        length: 3,
        name: 'authorization',
        hash: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
    ])
  })

  test('tokens in an answer are hidden, chunk framing in between', () => {
    const answer = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n'
    const chunks = '12\r\n{"access_token":"a\r\n5\r\nbcd"}\r\n0\r\n\r\n'
    const taped = exchange('POST /token HTTP/1.1\r\nContent-Length: 0\r\n\r\n', Buffer.from(answer + chunks))
    expect(text(taped, 's2c')).toBe(answer + '12\r\n{"access_token":"*\r\n5\r\n***"}\r\n0\r\n\r\n')
  })

  test.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ])('%s tokens are kept inflated and hidden, the compressed bytes overwritten', (coding, compress) => {
    const compressed = compress(Buffer.from('{"access_token":"abc","expires_in":5}'))
    const taped = exchange(
      'POST /token HTTP/1.1\r\nContent-Length: 0\r\n\r\n',
      response('application/json', compressed, `Content-Encoding: ${coding}\r\n`),
    )
    const frame = taped.reader.frames({ direction: 's2c' }).rows.at(-1)!
    expect(Buffer.from(taped.reader.payload(frame.id)!).toString()).toBe('{"access_token":"***","expires_in":5}')
    expect(text(taped, 's2c').slice(-compressed.length)).toBe('*'.repeat(compressed.length))
  })

  test('tool lists stay as they are, on whatever path', () => {
    const list =
      '{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"t","inputSchema":{"properties":{"token":{"type":"string","default":"x"}}}}],"token":"kept"}}'
    const ask = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
    const taped = exchange(
      `POST /token HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: ${ask.length}\r\n\r\n${ask}`,
      response('application/json', list),
    )
    expect(text(taped, 's2c').endsWith(list)).toBe(true)
  })

  test('named keys are hidden within the events of a stream', () => {
    const event = 'event: message\ndata: {"jsonrpc":"2.0","method":"x","params":{"pin":"1234"}}\n\n'
    const taped = exchange('GET /mcp HTTP/1.1\r\n\r\n', response('text/event-stream', event), { keys: ['pin'] })
    expect(text(taped, 's2c').endsWith(event.replace('1234', '****'))).toBe(true)
  })
})
