import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { connectionEdits, type Rewriting } from '../../src/transports/edits.ts'
import { HeadEditor } from '../../src/transports/head-editor.ts'
import { createOutstanding } from '../../src/wire/http1.ts'

const names = {
  own: new Set(['127.0.0.1:6278', 'localhost:6278']),
  ownAuthority: '127.0.0.1:6278',
  ownScheme: 'http:',
  upstream: new URL('http://example.test:3000/mcp'),
}

interface Run {
  editor: HeadEditor
  out: string[]
  edits: string[]
  timers: (() => void)[]
  write(text: string): number
}

function run(side: 'request' | 'response', rewriting: Partial<Rewriting> = {}): Run {
  const out: string[] = []
  const edits: string[] = []
  const timers: (() => void)[] = []
  let offset = 0
  const tables = connectionEdits({ names, rewrite: true, headers: [], ...rewriting })
  const editor = new HeadEditor({
    side,
    outstanding: createOutstanding(),
    table: tables[side],
    write: (bytes) => out.push(Buffer.from(bytes).toString('latin1')),
    edited: (at, removed, bytes, rule) =>
      edits.push(`${rule} ${at} -${removed} +${Buffer.from(bytes).toString('latin1')}`),
    holdTime: (then) => {
      timers.push(then)
      return () => void timers.splice(timers.indexOf(then), 1)
    },
    released: () => out.push('<released>'),
  })
  const write = (text: string): number => {
    const held = editor.write(Buffer.from(text, 'latin1'), offset)
    offset += text.length
    return held
  }
  return { editor, out, edits, timers, write }
}

const whole = (side: 'request' | 'response', text: string, rewriting: Partial<Rewriting> = {}): string => {
  const { editor, out, write } = run(side, rewriting)
  write(text)
  editor.flush()
  return out.join('')
}

const HEAD =
  'POST /mcp HTTP/1.1\r\nhost:  127.0.0.1:6278 \r\nAccept: */*\r\nOrigin: http://localhost:6278\r\nContent-Length: 5\r\n\r\n'

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

describe('holding back', () => {
  it('holds only an unfinished line whose name may be an edited one', () => {
    const { out, write } = run('request')
    expect(write('GET / HTTP/1.1\r\nAcc')).toBe(0)
    expect(write('ept: */*\r\nHo')).toBe(2)
    expect(out.join('')).toBe('GET / HTTP/1.1\r\nAccept: */*\r\n')
    expect(write('ok: 1\r\n')).toBe(0)
    expect(out.join('')).toBe('GET / HTTP/1.1\r\nAccept: */*\r\nHook: 1\r\n')
  })

  it('edits a line that came byte by byte', () => {
    const { out, edits, write } = run('request')
    for (const char of HEAD) write(char)
    expect(out.join('')).toContain('\r\nhost:  example.test:3000 \r\n')
    expect(edits[0]).toBe('host 27 -14 +example.test:3000')
  })

  it('lets a held line go unedited when its time is up, and the rest of it too', () => {
    const { out, timers, write } = run('request')
    write('GET / HTTP/1.1\r\nHost: 127.0.0')
    timers[0]?.()
    expect(out.join('')).toBe('GET / HTTP/1.1\r\nHost: 127.0.0<released>')
    write('.1:6278\r\n\r\n')
    expect(out.join('')).toBe('GET / HTTP/1.1\r\nHost: 127.0.0<released>.1:6278\r\n\r\n')
  })

  it('stops its clock when the line is complete', () => {
    const { timers, write } = run('request')
    write('GET / HTTP/1.1\r\nHo')
    expect(timers).toHaveLength(1)
    write('st: a\r\n')
    expect(timers).toHaveLength(0)
  })

  it('sends what it holds when the direction ends', () => {
    const { editor, out, write } = run('request')
    write('GET / HTTP/1.1\r\nHo')
    editor.flush()
    expect(out.join('')).toBe('GET / HTTP/1.1\r\nHo')
  })

  it('lets go of a line that grows too long', () => {
    const { out, write } = run('request')
    write('GET / HTTP/1.1\r\nHost: ')
    expect(write('a'.repeat(20_000))).toBe(0)
    expect(out.join('')).toHaveLength(22 + 20_000)
  })

  it('gives the same bytes however the input is split', () => {
    const text = `\r\n${HEAD}abcde${HEAD}fghij`
    const once = whole('request', text)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 5, maxLength: 60 }), (sizes) => {
        const { editor, out, write } = run('request')
        let at = 0
        for (const size of sizes) {
          if (at < text.length) write(text.slice(at, at + size))
          at += size
        }
        if (at < text.length) write(text.slice(at))
        editor.flush()
        expect(out.join('')).toBe(once)
      }),
    )
  })
})
