import { describe, expect, it } from 'vitest'
import { askedFor, proxyRequestEdits } from '../../src/transports/proxy-request.ts'
import type { EditTable } from '../../src/transports/edit-table.ts'
import { runTable } from '../support/head-editor.ts'

const NO_EDITS: EditTable = { names: [], line: () => null, insert: [] }

describe('what a request line asks of a proxy', () => {
  it.each([
    ['CONNECT a.test:443 HTTP/1.1', 'a.test', 443],
    ['CONNECT 127.0.0.1:1 HTTP/1.0', '127.0.0.1', 1],
    ['CONNECT [::1]:8443 HTTP/1.1', '::1', 8443],
  ])('%s is a tunnel', (line, host, port) => {
    expect(askedFor(line)).toEqual({ kind: 'connect', host, port })
  })

  it.each([
    ['GET http://a.test/x?y HTTP/1.1', 'http://a.test/x?y'],
    ['POST http://a.test:3000/mcp HTTP/1.1', 'http://a.test:3000/mcp'],
    ['GET https://a.test/ HTTP/1.1', 'https://a.test/'],
    ['OPTIONS http://a.test HTTP/1.1', 'http://a.test/'],
  ])('%s is in absolute form', (line, href) => {
    const asked = askedFor(line)
    expect(asked.kind === 'absolute' && asked.target.href).toBe(href)
  })

  it.each([
    'GET / HTTP/1.1',
    'CONNECT a.test HTTP/1.1',
    'CONNECT a.test:0 HTTP/1.1',
    'CONNECT a.test:99999 HTTP/1.1',
    'CONNECT :443 HTTP/1.1',
    'CONNECT u@a.test:443 HTTP/1.1',
    'GET ftp://a.test/ HTTP/1.1',
    'GET http:/// HTTP/1.1',
    'PRI * HTTP/2.0',
    'hello',
    '',
  ])('%s is neither', (line) => {
    expect(askedFor(line)).toEqual({ kind: 'other' })
  })
})

describe('the edits of a proxy', () => {
  it.each([
    ['GET http://a.test/x?y=http://b/ HTTP/1.1', 'GET /x?y=http://b/ HTTP/1.1'],
    ['GET http://a.test HTTP/1.1', 'GET / HTTP/1.1'],
    ['GET http://a.test?q HTTP/1.1', 'GET /?q HTTP/1.1'],
    ['OPTIONS http://a.test HTTP/1.1', 'OPTIONS * HTTP/1.1'],
    ['GET HTTP://u:p@A.test:80//x/%2F HTTP/1.1', 'GET //x/%2F HTTP/1.1'],
    ['GET /already HTTP/1.1', 'GET /already HTTP/1.1'],
  ])('%s becomes %s', (sent, wanted) => {
    expect(runTable(proxyRequestEdits(NO_EDITS), `${sent}\r\nX: 1\r\n\r\n`).out).toBe(`${wanted}\r\nX: 1\r\n\r\n`)
  })

  it('make Host say what the target says, and leave it alone where it does', () => {
    const edited = (host: string): string =>
      runTable(proxyRequestEdits(NO_EDITS), `GET http://a.test:81/ HTTP/1.1\r\nhost:  ${host} \r\n\r\n`).out
    expect(edited('b.test')).toBe('GET / HTTP/1.1\r\nhost:  a.test:81 \r\n\r\n')
    expect(edited('A.TEST:81')).toBe('GET / HTTP/1.1\r\nhost:  A.TEST:81 \r\n\r\n')
  })

  it('take out what is meant for the proxy, and keep its credentials out of the record', () => {
    const head =
      'GET http://a.test/ HTTP/1.1\r\nProxy-Connection: keep-alive\r\nX: 1\r\nproxy-authorization: Basic eDp5\r\nProxy-Status: x\r\n\r\n'
    const { out, edits } = runTable(proxyRequestEdits(NO_EDITS), head)
    expect(out).toBe('GET / HTTP/1.1\r\nX: 1\r\nProxy-Status: x\r\n\r\n')
    expect(edits.map((edit) => edit.replace(/\d+ /, ''))).toEqual([
      'request-target -13 +',
      'proxy-connection -30 +',
      'proxy-authorization -33 +',
    ])
  })

  it('come beside those that were asked for', () => {
    const more: EditTable = {
      names: ['x'],
      line: (_name, line) => ({ from: 0, to: line.length, bytes: new Uint8Array(0), rule: 'header:x' }),
      insert: [{ bytes: Buffer.from('X: 2\r\n'), rule: 'header:x', secret: true }],
    }
    const { out } = runTable(proxyRequestEdits(more), 'GET http://a.test/ HTTP/1.1\r\nX: 1\r\n\r\n')
    expect(out).toBe('GET / HTTP/1.1\r\nX: 2\r\n\r\n')
  })
})
