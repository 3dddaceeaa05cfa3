import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HEAD, run, whole } from '../support/head-editor.ts'

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

describe('the start line', () => {
  const start = (line: Uint8Array) =>
    Buffer.from(line).toString('latin1').startsWith('GET /s/a')
      ? { from: 4, to: 8, bytes: Buffer.from(''), rule: 'route' }
      : null
  const input = 'GET /s/a/mcp HTTP/1.1\r\nX: GET /s/a\r\n\r\n\r\nGET /s/b HTTP/1.1\r\n\r\nGET /s/a/2 HTTP/1.1\r\n\r\n'
  const output = 'GET /mcp HTTP/1.1\r\nX: GET /s/a\r\n\r\n\r\nGET /s/b HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n'

  it('is edited in every head of a direction, and nothing beside it', () => {
    const { out, edits, write } = run('request', {}, start)
    write(input)
    expect(out.join('')).toBe(output)
    expect(edits).toEqual(['route 4 -4 +', `route ${input.lastIndexOf('/s/a')} -4 +`])
  })

  it('is edited the same when it comes byte by byte', () => {
    const { out, edits, write } = run('request', {}, start)
    for (const char of input) write(char)
    expect(out.join('')).toBe(output)
    expect(edits).toEqual(['route 4 -4 +', `route ${input.lastIndexOf('/s/a')} -4 +`])
  })

  it('leaves as it comes while nothing edits it', () => {
    const { out, write } = run('request')
    write('GET /s')
    expect(out.join('')).toBe('GET /s')
  })
})
