import { describe, expect, test } from 'vitest'
import { AlikeHead } from '../../../src/faults/units/alike-head.ts'
import { createHttp1Splitter, createOutstanding, type Http1Head } from '../../../src/wire/http1.ts'

function headOf(text: string): Http1Head {
  const heads: Http1Head[] = []
  const nothing = (): void => undefined
  const splitter = createHttp1Splitter('request', createOutstanding(), {
    headSpan: nothing,
    head: (head) => void heads.push(head),
    payload: nothing,
    framing: nothing,
    messageEnd: nothing,
    opaque: nothing,
  })
  splitter.push(Buffer.from(text))
  return heads[0]!
}

const head = (length: string, extra = ''): string =>
  `POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n${extra}\r\n`
const CHUNKED = 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n'
const like = (text: string): AlikeHead | null => AlikeHead.of(headOf(text))

describe('a head', () => {
  const alike = like(head('12', 'Date: Sun, 22 Nov\r\n'))!

  test.each([
    ['the same', head('12', 'Date: Sun, 22 Nov\r\n'), 12, true],
    ['another length and date', head('34', 'Date: Mon, 23 Nov\r\n'), 34, true],
    ['a body that is not whole', head('34', 'Date: Mon, 23 Nov\r\n'), 33, false],
    ['more than one message', head('34', 'Date: Mon, 23 Nov\r\n'), 35, false],
    ['another target', head('12', 'Date: Sun, 22 Nov\r\n').replace('/mcp', '/abc'), 12, false],
    ['a length that is none', head('1x', 'Date: Sun, 22 Nov\r\n'), 12, false],
    ['a line within the date', head('12', 'Date: Sun,\r\nX: No\r\n'), 12, false],
    ['one digit more', head('100', 'Date: Sun, 22 Nov\r\n'), 100, false],
  ])('fits a message of %s: %j', (_what, text, length, expected) => {
    expect(alike.fits(Buffer.from(text + 'x'.repeat(length)))).toBe(expected)
  })

  test('tells how far others are the same', () => {
    const sameUntil = (text: string): string => text.slice(0, like(text)!.sameUntil)
    expect(sameUntil(head('12', 'Date: Sun\r\n'))).toBe(head('12').split('12')[0])
    expect(sameUntil(`${CHUNKED}Date: Sun\r\n\r\n`)).toBe(`${CHUNKED}Date: `)
    expect(sameUntil(`${CHUNKED}\r\n`)).toBe(`${CHUNKED}\r\n`)
  })

  test('is told wherever it lies in memory', () => {
    const text = head('12', 'Date: Sun, 22 Nov\r\n') + 'x'.repeat(12)
    for (const from of [0, 1, 4, 7]) {
      const memory = new Uint8Array(200)
      const bytes = Buffer.from(memory.buffer, from, text.length)
      bytes.write(text)
      // the second time it is known memory
      expect([from, alike.fits(bytes), alike.fits(bytes)]).toEqual([from, true, true])
      bytes[alike.size - 1] = 32
      expect([from, alike.fits(bytes)]).toEqual([from, false])
    }
    // the memory ends within a word
    const exact = new Uint8Array(Buffer.from(text))
    const again = new Uint8Array(Buffer.from(text.slice(0, alike.size)))
    expect([exact, exact, exact].map((bytes) => alike.fits(bytes))).toEqual([true, true, true])
    expect([again, again, again].map((bytes) => alike.isLike(bytes))).toEqual([true, true, true])
  })

  test('of a chunked body fits what begins with it', () => {
    const chunked = like(`${CHUNKED}Date: Sun\r\n\r\n`)!
    expect([chunked.chunked, alike.chunked]).toEqual([true, false])
    expect(chunked.fits(Buffer.from(`${CHUNKED}Date: Mon\r\n\r\n0\r\n`))).toBe(true)
    expect(chunked.fits(Buffer.from(`${CHUNKED}Date: Mon\r\n\r\n`))).toBe(true)
    expect(chunked.fits(Buffer.from(`${CHUNKED}Date: Mon\r\n\r`))).toBe(false)
    expect(chunked.fits(Buffer.from(`${CHUNKED}Data: Mon\r\n\r\n`))).toBe(false)
  })

  test('knows heads that are like it', () => {
    expect(alike.isLike(Buffer.from(head('99', 'Date: Mon, 23 Nov\r\n')))).toBe(true)
    expect(alike.isLike(Buffer.from(head('99')))).toBe(false)
  })

  test.each([
    ['chunks and a length', `${CHUNKED}Content-Length: 5\r\n\r\n`],
    ['an unknown coding', 'POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n'],
    ['no body', 'POST / HTTP/1.1\r\n\r\n'],
    ['two lengths', head('5', 'Content-Length: 5\r\n')],
    ['more digits than are read', head('0'.repeat(12) + '7')],
  ])('of %s is like no other', (_what, text) => {
    expect(like(text)).toBeNull()
  })
})
