import { describe, expect, test } from 'vitest'
import { HeadScanner, INCOMPLETE, NO_HEAD } from '../../src/wire/http1-scan.ts'

const scan = (scanner: HeadScanner, text: string): number => scanner.scan(Buffer.from(text, 'latin1'), 0, text.length)

describe('a scanner', () => {
  test('finds the end of a head and its lines, over any chunks', () => {
    const scanner = new HeadScanner('request')
    expect(scan(scanner, 'GET / HTTP/1.1\r\nA: b\r\n c\r')).toBe(INCOMPLETE)
    expect(scan(scanner, '\nD: e\n\nrest')).toBe(7)
    expect(scanner).toMatchObject({ length: 32, startFrom: 0, startTo: 14, lines: [16, 26] })
  })

  test('begins anew behind a reset', () => {
    const scanner = new HeadScanner('response')
    expect(scan(scanner, 'HTTP/1.1 200 OK\r\nA: b\r\n\r\n')).toBe(25)
    scanner.reset()
    expect(scan(scanner, '\r\nHTTP/1.1 204\r\n\r\n')).toBe(18)
    expect(scanner).toMatchObject({ length: 18, startFrom: 2, startTo: 14, lines: [] })
    const requests = new HeadScanner('request')
    expect(scan(requests, 'GET / HTTP/1.1\r\n\r\n')).toBe(18)
    requests.reset()
    expect(scan(requests, 'GET  HTTP/1.1\r\n\r\n')).toBe(NO_HEAD)
  })

  test.each(['GET / HTTP/1.1\rX', 'GET / HTTP/1.1\r\nA: b\rX', 'GET / HTTP/1.1\r\n\rX', 'GET / HTTP/1.1\r\n\tA: b'])(
    'finds no head in %j',
    (text) => {
      expect(scan(new HeadScanner('request'), text)).toBe(NO_HEAD)
    },
  )

  test.each([
    'GET / HTTP/1.1',
    'GET /HTTP/1.1 HTTP/1.1',
    'GET / HTTP/1.0 HTTP/1.1',
    'PRIX * HTTP/2.0',
    'PR * HTTP/1.1',
    'GET /\tx HTTP/0.9',
  ])('finds the request %j', (line) => {
    expect(scan(new HeadScanner('request'), `${line}\n\n`)).toBe(line.length + 2)
  })

  test.each([
    'GET / HTTP/1.',
    'GET / HTTP/11',
    'GET / http/1.1',
    'GET / HTTP/1.1x',
    'GET / HTTP/1 1',
    'GE\tT / HTTP/1.1',
    'PRI * HTTP/1.1',
  ])('finds no request in %j', (line) => {
    expect(scan(new HeadScanner('request'), `${line}\n\n`)).toBe(NO_HEAD)
  })
})
