import { describe, expect, it } from 'vitest'
import { connectionEdits } from '../../src/transports/edits.ts'
import { HEAD, names, run, whole } from '../support/head-editor.ts'

describe('edits of requests', () => {
  it('names the upstream where Host names the proxy, keeping case and blanks of the line', () => {
    expect(whole('request', 'GET / HTTP/1.1\r\nhOST:  127.0.0.1:6278 \r\n\r\n')).toBe(
      'GET / HTTP/1.1\r\nhOST:  example.test:3000 \r\n\r\n',
    )
  })

  it('leaves any other Host as it came', () => {
    const text = 'GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n'
    expect(whole('request', text)).toBe(text)
  })

  it('maps an Origin that is the proxy and no other', () => {
    expect(whole('request', HEAD + 'abcde')).toContain('Origin: http://example.test:3000\r\n')
    const other = 'GET / HTTP/1.1\r\nOrigin: https://127.0.0.1:6278\r\n\r\n'
    expect(whole('request', other)).toBe(other)
  })

  it('edits every head of a kept-alive connection and no body', () => {
    const body = 'Host: 127.0.0.1:6278\r\n\r\n'
    const text = `POST / HTTP/1.1\r\nHost: localhost:6278\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    const out = whole('request', text + text)
    expect(out.match(/Host: example\.test:3000/g)).toHaveLength(2)
    expect(out.match(/Host: 127\.0\.0\.1:6278/g)).toHaveLength(2)
  })

  it('tells each edit with its address and what was there', () => {
    const { edits, write } = run('request')
    write(HEAD)
    expect(edits).toEqual(['host 27 -14 +example.test:3000', 'origin 65 -21 +http://example.test:3000'])
  })

  it('sets a field on every request in place of the client’s own, and keeps its value out of the record', () => {
    const { out, edits, write } = run('request', { headers: [['Authorization', 'Bearer s3cret']] })
    write('GET / HTTP/1.1\r\nHost: x\r\nauthorization: Bearer mine\r\nA: b\r\n\r\n')
    expect(out.join('')).toBe('GET / HTTP/1.1\r\nAuthorization: Bearer s3cret\r\nHost: x\r\nA: b\r\n\r\n')
    expect(edits).toEqual(['header:Authorization 16 -0 +', 'header:Authorization 25 -28 +'])
  })

  it('edits nothing when rewriting is off', () => {
    expect(whole('request', HEAD + 'abcde', { rewrite: false })).toBe(HEAD + 'abcde')
  })

  it('passes what is no HTTP', () => {
    const text = '\u0016\u0003\u0001\u0002host: 127.0.0.1:6278\r\n'
    expect(whole('request', text)).toBe(text)
  })
})

describe('edits of responses', () => {
  const response = (field: string): string =>
    whole('response', `HTTP/1.1 302 Found\r\n${field}\r\nContent-Length: 0\r\n\r\n`)

  it.each([
    ['Location: http://example.test:3000/a?b', 'Location: http://127.0.0.1:6278/a?b'],
    ['Location: http://example.test:3000', 'Location: http://127.0.0.1:6278'],
    ['Location: http://example.test:30001/', 'Location: http://example.test:30001/'],
    ['Location: /relative', 'Location: /relative'],
    ['Location: https://example.test:3000/', 'Location: https://example.test:3000/'],
    ['Set-Cookie: a=b; Domain=example.test; Path=/', 'Set-Cookie: a=b; Path=/'],
    ['Set-Cookie: a=b; domain=.test', 'Set-Cookie: a=b'],
    ['Set-Cookie: a=b; Domain=other.test', 'Set-Cookie: a=b; Domain=other.test'],
    ['Set-Cookie: a=b; Secure', 'Set-Cookie: a=b; Secure'],
  ])('%s becomes %s', (before, after) => {
    expect(response(before)).toContain(`${after}\r\n`)
  })

  it('uses the name the client used', () => {
    const tables = connectionEdits({ names, rewrite: true, headers: [] })
    tables.request.line('host', Buffer.from('Host: localhost:6278\r\n'))
    const edit = tables.response.line('location', Buffer.from('Location: http://example.test:3000/\r\n'))
    expect(Buffer.from(edit?.bytes ?? []).toString()).toBe('http://localhost:6278')
  })
})
