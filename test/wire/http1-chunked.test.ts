import { expect, test } from 'vitest'
import { ChunkedBody } from '../../src/wire/http1-chunked.ts'

test('a body is walked from framing to data and back, to its end', () => {
  const body = new ChunkedBody()
  const bytes = Buffer.from('3;x\r\nabc\r\n0\r\nA: b\r\n\r\nnext')
  expect(body.skip(bytes, 0, 2)).toBe(2)
  expect(body.skip(bytes, 2, bytes.length)).toBe(5)
  expect([body.inData, body.remaining]).toEqual([true, 3])
  body.took(2)
  expect([body.inData, body.remaining]).toEqual([true, 1])
  body.took(1)
  expect([body.skip(bytes, 8, bytes.length), body.done, body.failed]).toEqual([21, true, false])
})

test('it stops at the byte that no chunk can have, for good', () => {
  const body = new ChunkedBody()
  const bytes = Buffer.from('3\r\r')
  expect([body.skip(bytes, 0, 3), body.failed, body.skip(bytes, 2, 3)]).toEqual([2, true, 2])
})

test('a chunk may have 2^53 - 1 bytes, and no more', () => {
  const body = new ChunkedBody()
  expect([body.skip(Buffer.from('1fffffffffffff\n'), 0, 15), body.remaining]).toEqual([15, Number.MAX_SAFE_INTEGER])
  body.reset()
  expect([body.skip(Buffer.from('20000000000000\n'), 0, 15), body.failed]).toEqual([13, true])
})
