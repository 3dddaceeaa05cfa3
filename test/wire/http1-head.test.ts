import { describe, expect, test } from 'vitest'
import { ParsedHead, RequestLine } from '../../src/wire/http1-head.ts'
import { HeadScanner } from '../../src/wire/http1-scan.ts'

function headOf(text: string): ParsedHead {
  const side = text.startsWith('HTTP/') ? 'response' : 'request'
  const scanner = new HeadScanner(side)
  const raw = Buffer.from(`${text}\r\n\r\n`, 'latin1')
  expect(scanner.scan(raw, 0, raw.length)).toBe(raw.length)
  return new ParsedHead(side, { raw, startFrom: scanner.startFrom, startTo: scanner.startTo, lines: scanner.lines })
}

describe('a head', () => {
  test('of a request has method and target, of a response its status', () => {
    expect(headOf('POST /a?b HTTP/1.1')).toMatchObject({ method: 'POST', target: '/a?b', status: 0 })
    expect(headOf('HTTP/1.1 404 Not Found')).toMatchObject({ method: '', target: '', status: 404 })
  })

  test.each([
    ['GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: x', true],
    ['GET / HTTP/1.1\r\nConnection: a\r\nConnection: b , UPGRADE,c\r\nUpgrade: x', true],
    ['GET / HTTP/1.1\r\nConnection: upgrade', false],
    ['GET / HTTP/1.1\r\nConnection: x-upgrade\r\nUpgrade: x', false],
    ['CONNECT a:1 HTTP/1.1', true],
  ])('%j asks for an upgrade: %s', (text, expected) => {
    expect(headOf(text).upgrade).toBe(expected)
  })

  test.each([
    ['HTTP/1.1 200 OK\r\nContent-Length: 3', 'HEAD', 'none', 0],
    ['HTTP/1.1 200 OK\r\nContent-Length: 3', 'GET', 'length', 3],
    ['HTTP/1.1 200 OK\r\nContent-Length: 3', 'CONNECT', 'tunnel', 0],
    ['HTTP/1.1 407 No\r\nContent-Length: 3', 'CONNECT', 'length', 3],
    ['HTTP/1.1 101 X\r\nContent-Length: 3', 'GET', 'tunnel', 0],
    ['HTTP/1.1 199 X', '', 'none', 0],
    ['HTTP/1.1 099 X', '', 'until-close', 0],
    ['HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked', '', 'chunked', 0],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: gzip', '', 'until-close', 0],
    ['HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: ', '', 'unknown', 0],
    ['HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4', '', 'unknown', 0],
    ['HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3', '', 'length', 3],
    ['HTTP/1.1 200 OK\nContent-Length:3\nA: b', '', 'length', 3],
    ['HTTP/1.1 200 OK\r\nContent-Length: \t3 \t', '', 'length', 3],
    ['HTTP/1.1 200 OK\r\nContent-Length: 3, 3', '', 'length', 3],
    ['HTTP/1.1 200 OK\r\nContent-Length: 1\r\n 2', '', 'unknown', 0],
    ['HTTP/1.1 200 OK\r\nContent-Length:\r\n 2', '', 'length', 2],
    ['HTTP/1.1 200 OK\r\nContent-Length: 9007199254740991', '', 'length', 9007199254740991],
    ['HTTP/1.1 200 OK\r\nContent-Length: 9007199254740992', '', 'unknown', 0],
    ['HTTP/1.1 200 OK\r\nContent-Length: ', '', 'unknown', 0],
    ['HTTP/1.1 200 OK\r\nContent-Length: 3x', '', 'unknown', 0],
  ])('%j to %s has a body of %s %d', (text, asked, framing, length) => {
    const head = headOf(text)
    head.settle('response', asked)
    expect(head).toMatchObject({ framing, length })
  })
})

describe('start lines of one direction', () => {
  test('are read anew when they differ', () => {
    const line = new RequestLine()
    const read = (text: string): string => {
      line.read(Buffer.from(`\r\n${text}\r\n`, 'latin1'), 2, 2 + text.length)
      return `${line.method} ${line.target}`
    }
    const long = `/${'x'.repeat(300)}`
    expect(read('POST /a HTTP/1.1')).toBe('POST /a')
    expect(read('POST /a HTTP/1.1')).toBe('POST /a')
    expect(read('POST /b HTTP/1.1')).toBe('POST /b')
    expect(read('GET /b  HTTP/1.1')).toBe('GET /b')
    expect(read(`GET ${long} HTTP/1.1`)).toBe(`GET ${long}`)
    expect(read(`GET ${long} HTTP/1.1`)).toBe(`GET ${long}`)
  })
})
