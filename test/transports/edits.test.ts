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

describe('a public URL', () => {
  const outside = { names: { ...names, publicUrl: new URL('https://tunnel.test') } }

  it.each(['tunnel.test', 'Tunnel.test', 'tunnel.test:443'])('counts as our own name: Host %s', (host) => {
    expect(whole('request', `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`, outside)).toContain(
      'Host: example.test:3000\r\n',
    )
  })

  it('counts as our own origin, with its scheme and no other', () => {
    const origin = (text: string): string =>
      whole('request', `GET / HTTP/1.1\r\nOrigin: ${text}\r\n\r\n`, outside).slice(24, -4)
    expect(origin('https://tunnel.test')).toBe('http://example.test:3000')
    expect(origin('http://localhost:6278')).toBe('http://example.test:3000')
    for (const other of [
      'http://tunnel.test',
      'https://localhost:6278',
      'https://tunnel.test:80',
      'https://tunnel.test.evil',
    ]) {
      expect(origin(other)).toBe(other)
    }
  })

  it('is what clients outside are sent to, while those inside stay inside', () => {
    const sent = (host: string): string => {
      const tables = connectionEdits({ ...outside, rewrite: true, headers: [] })
      tables.request.line('host', Buffer.from(`Host: ${host}\r\n`))
      const line = Buffer.from('Location: http://example.test:3000/a\r\n')
      const edit = tables.response.line('location', line)
      return edit === null ? '' : Buffer.from(edit.bytes).toString()
    }
    expect(sent('tunnel.test')).toBe('https://tunnel.test')
    expect(sent('localhost:6278')).toBe('http://localhost:6278')
    expect(sent('other.test')).toBe('https://tunnel.test')
  })

  it('is not known where there is none', () => {
    const text = 'GET / HTTP/1.1\r\nHost: tunnel.test\r\nOrigin: https://tunnel.test\r\n\r\n'
    expect(whole('request', text)).toBe(text)
  })
})

describe('challenges', () => {
  const challenge = (value: string, rewriting = {}): string =>
    whole('response', `HTTP/1.1 401 U\r\nWWW-Authenticate: ${value}\r\n\r\n`, rewriting).slice(34, -4)

  it.each([
    [
      'Bearer resource_metadata="http://example.test:3000/.well-known/x", scope="a"',
      'Bearer resource_metadata="http://127.0.0.1:6278/.well-known/x", scope="a"',
    ],
    [
      'Bearer error="x",resource_metadata = http://example.test:3000/m',
      'Bearer error="x",resource_metadata = http://127.0.0.1:6278/m',
    ],
    [
      'Basic realm="r", Bearer resource_metadata="http://example.test:3000/1", DPoP resource_metadata="http://other.test/", DPoP RESOURCE_METADATA="http://example.test:3000/2"',
      'Basic realm="r", Bearer resource_metadata="http://127.0.0.1:6278/1", DPoP resource_metadata="http://other.test/", DPoP RESOURCE_METADATA="http://127.0.0.1:6278/2"',
    ],
  ])('name the metadata at the proxy: %s', (value, wanted) => {
    expect(challenge(value)).toBe(wanted)
  })

  it.each([
    'Bearer resource_metadata="https://example.test:3000/m"',
    'Bearer resource_metadata="http://other.test/m"',
    'Bearer x_resource_metadata="http://example.test:3000/m"',
    'Bearer realm="http://example.test:3000", error_description="see http://example.test:3000/"',
    'Bearer resource_metadata="/m"',
    'Bearer',
  ])('are left alone otherwise: %s', (value) => {
    expect(challenge(value)).toBe(value)
    expect(challenge(value, { rewrite: false })).toBe(value)
  })
})

describe('a server behind a path', () => {
  const routed = { names: { ...names, prefix: '/s/a' } }
  const start = (line: string): string => whole('request', `${line}\r\n\r\n`, routed).slice(0, -4)

  it.each([
    ['GET /s/a/mcp?x HTTP/1.1', 'GET /mcp?x HTTP/1.1'],
    ['GET /s/a HTTP/1.1', 'GET / HTTP/1.1'],
    ['GET /s/a?x=/s/a/ HTTP/1.1', 'GET /?x=/s/a/ HTTP/1.1'],
    ['POST  /s/a/s/a/ HTTP/1.1', 'POST  /s/a/ HTTP/1.1'],
    ['GET http://localhost:6278/s/a/mcp HTTP/1.1', 'GET http://localhost:6278/mcp HTTP/1.1'],
    [
      'GET /.well-known/oauth-protected-resource/s/a/mcp HTTP/1.1',
      'GET /.well-known/oauth-protected-resource/mcp HTTP/1.1',
    ],
    ['GET /.well-known/oauth-protected-resource/s/a HTTP/1.1', 'GET /.well-known/oauth-protected-resource HTTP/1.1'],
    ['GET /s/a/.well-known/x HTTP/1.1', 'GET /.well-known/x HTTP/1.1'],
  ])('is asked without it: %s', (line, wanted) => {
    expect(start(line)).toBe(wanted)
  })

  it('tells so', () => {
    const { edits, write } = run('request', routed)
    write('GET /s/a/mcp HTTP/1.1\r\n\r\n')
    expect(edits).toEqual(['path-prefix 4 -4 +'])
  })

  it.each([
    ['Location: /login?to=/x', 'Location: /s/a/login?to=/x'],
    ['Location: http://example.test:3000/login', 'Location: http://127.0.0.1:6278/s/a/login'],
    ['Location: //example.test:3000/login', 'Location: //127.0.0.1:6278/s/a/login'],
    ['Location: login', 'Location: login'],
    ['Location: //other.test/', 'Location: //other.test/'],
    ['Set-Cookie: a=/; Path=/mcp; Secure', 'Set-Cookie: a=/; Path=/s/a/mcp; Secure'],
    ['Set-Cookie: a=1; path=/', 'Set-Cookie: a=1; path=/s/a/'],
    ['Set-Cookie: a=1; Domain=example.test; Path=/', 'Set-Cookie: a=1; Path=/s/a/'],
    ['Set-Cookie: a=1', 'Set-Cookie: a=1'],
    [
      'WWW-Authenticate: Bearer resource_metadata="http://example.test:3000/m"',
      'WWW-Authenticate: Bearer resource_metadata="http://127.0.0.1:6278/s/a/m"',
    ],
  ])('answers with it: %s', (field, wanted) => {
    expect(whole('response', `HTTP/1.1 302 F\r\n${field}\r\n\r\n`, routed)).toBe(`HTTP/1.1 302 F\r\n${wanted}\r\n\r\n`)
  })
})
