import { expect, test } from 'vitest'
import type { Http1Head } from '../../src/wire/http1.ts'
import { BodyPlace } from '../../src/transports/body-place.ts'

function at(body: string, split: number): BodyPlace {
  const place = new BodyPlace()
  place.begin({ field: () => 'text/event-stream' } as unknown as Http1Head)
  const bytes = Buffer.from(body, 'latin1')
  place.passed(bytes, 0, split)
  place.passed(bytes, split, bytes.length)
  return place
}

test.each([
  ['', true],
  ['\n', true],
  ['\r\n', true],
  ['\r', false],
  ['a\n', false],
  ['a\r\n', false],
  ['a\n\n', true],
  ['a\r\n\r\n', true],
  ['a\r\n\r', false],
  ['a\r\r', true],
  ['a\r\r\n', true],
  ['a\n\r', false],
  ['a\n\r\n', true],
  ['data: é\n\n', true],
  ['a\n\nb', false],
])('%j ends between two events: %s, however it is split', (body, expected) => {
  for (let split = 0; split <= body.length; split++) expect(at(body, split).betweenEvents).toBe(expected)
})

test.each(['', 'a', 'abc', 'abcd', 'abcdefg'])('the tail of %j are its last four bytes at most', (body) => {
  for (let split = 0; split <= body.length; split++) {
    expect(Buffer.from(at(body, split).tail).toString('latin1')).toBe(body.slice(-4))
  }
})
