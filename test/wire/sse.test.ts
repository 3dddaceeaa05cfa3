import { createParser } from 'eventsource-parser'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSseSplitter, eventData, parseEvent } from '../../src/wire/sse.ts'
import { cutAt } from '../laws/framer.ts'
import { eventStreams } from '../support/sse-input.ts'

/** The blocks that pieces give, and what is left behind the last one. */
function blocksOf(pieces: readonly (string | Uint8Array)[]): { blocks: string[]; rest: string } {
  const blocks: string[] = []
  let held = ''
  let at = 0
  const splitter = createSseSplitter({
    event(chunk, end) {
      blocks.push(held + Buffer.from(chunk.subarray(at, end)).toString('latin1'))
      held = ''
      at = end
    },
  })
  for (const piece of pieces) {
    const chunk = Buffer.from(piece as string, 'latin1')
    at = 0
    splitter.push(chunk, 0, chunk.length)
    held += chunk.subarray(at).toString('latin1')
  }
  // The mark of the LF half of a line end that has been told needs no byte of its own.
  expect(splitter.open).toBe(held.replace(/^\n/, '') !== '')
  return { blocks, rest: held }
}

describe('a block ends', () => {
  test.each([
    ['LF', 'a\n\nb\n\n', ['a\n\n', 'b\n\n'], ''],
    ['CRLF', 'a\r\n\r\nb\r\n\r\nc', ['a\r\n\r\n', 'b\r\n\r\n'], 'c'],
    ['CR', 'a\r\rb\r\rc', ['a\r\r', 'b\r\r'], 'c'],
    ['LF, then CR', 'a\n\rb', ['a\n\r'], 'b'],
    ['LF, then CRLF', 'a\n\r\nb', ['a\n\r\n'], 'b'],
    ['CRLF, then CR', 'a\r\n\rb', ['a\r\n\r'], 'b'],
    ['CRLF, then LF', 'a\r\n\nb', ['a\r\n\n'], 'b'],
    ['blank lines alone', '\n\r\n\r', ['\n', '\r\n'], '\r'],
    ['CR twice at the very beginning', '\r\ra', ['\r', '\r'], 'a'],
  ])('with %s', (_name, text, blocks, rest) => {
    expect(blocksOf([text])).toEqual({ blocks, rest })
    expect(blocksOf(text.split(''))).toEqual({ blocks, rest })
  })

  test('in a stream of bare CRs without waiting for the next byte', () => {
    expect(blocksOf(['data: 1\r\r']).blocks).toEqual(['data: 1\r\r'])
  })

  test('behind the second of two bare CRs: an LF there begins the next block and says nothing', () => {
    expect(blocksOf(['a\r\r\nb\n\n']).blocks).toEqual(['a\r\r', '\nb\n\n'])
    expect(parseEvent(Buffer.from('\ndata: 1\n\n')).data).toBe('1')
  })

  test('where a later byte proves it at the end of the chunk before', () => {
    const ends: number[] = []
    const splitter = createSseSplitter({ event: (_chunk, end) => ends.push(end) })
    splitter.push(Buffer.from('a\n\r'), 0, 3)
    expect([splitter.complete, ends]).toEqual([true, []])
    splitter.push(Buffer.from('xxb'), 2, 3)
    expect([splitter.complete, ends]).toEqual([false, [2]])
  })
})

describe('an event', () => {
  const parsed = (text: string) => parseEvent(Buffer.from(text))
  const none = { event: null, data: null, id: null, retry: null, comment: null }

  test.each([
    [
      'all fields',
      'event: message\nid: 7\nretry: 10\n: hello\ndata: {}\n\n',
      { event: 'message', id: '7', retry: 10, comment: 'hello', data: '{}' },
    ],
    ['several lines of data, joined by LF', 'data: a\rdata:b\r\ndata\n\n', { data: 'a\nb\n' }],
    ['an empty line of data', 'data:\n\n', { data: '' }],
    ['only one leading blank dropped', 'data:  a \n\n', { data: ' a ' }],
    ['lines without colon', 'event\nid\ndata\nretry\n\n', { event: '', id: '', data: '' }],
    ['an id with NUL ignored', 'id: a\nid: b\0\n\n', { id: 'a' }],
    ['a retry that is not digits ignored', 'retry: 1x\nretry: -1\nretry: \n\n', {}],
    ['unknown fields ignored', 'Data: a\n data: b\ndata : c\n\n', {}],
    ['several comments', ':a\n: b\n\n', { comment: 'a\nb' }],
    ['a byte order mark taken away', '\ufeffdata: a\n\n', { data: 'a' }],
    ['nothing', '\n', {}],
    ['no blank line', 'data: a', { data: 'a' }],
    ['bytes that are no UTF-8', Buffer.from([0x64, 0x61, 0x74, 0x61, 0x3a, 0xff]), { data: '\ufffd' }],
  ])('with %s', (_name, text, expected) => {
    expect(parsed(text as string)).toEqual({ ...none, ...expected })
  })

  test('gives the bytes of its only line of data as a part of itself', () => {
    const block = Buffer.from('id: 1\ndata: {"a":1}\n\n')
    const data = eventData(block)!
    expect([Buffer.from(data).toString(), data.buffer, data.byteOffset]).toEqual([
      '{"a":1}',
      block.buffer,
      block.byteOffset + 12,
    ])
  })

  test('gives the same data as bytes and as text', () => {
    fc.assert(
      fc.property(eventStreams, (bytes) => {
        const data = eventData(bytes)
        expect(data === null ? null : Buffer.from(data).toString()).toBe(parseEvent(bytes).data)
      }),
      { numRuns: 500 },
    )
  })
})

test('blocks are the same however the stream is split', () => {
  fc.assert(
    fc.property(eventStreams, fc.array(fc.nat(), { maxLength: 6 }), (bytes, places) => {
      const whole = blocksOf([bytes])
      expect(whole.blocks.join('') + whole.rest).toBe(bytes.toString('latin1'))
      expect(blocksOf(cutAt(bytes, places))).toEqual(whole)
      expect(blocksOf(cutAt(bytes, [...bytes.keys()]))).toEqual(whole)
    }),
    { numRuns: 500 },
  )
})

test('events are those of eventsource-parser', () => {
  let compared = 0
  fc.assert(
    // Behind a last CR the oracle waits for one more byte.
    fc.property(
      eventStreams.map((bytes) => Buffer.concat([bytes, Buffer.from(':')])),
      (bytes) => {
        const expected: unknown[] = []
        const retries: number[] = []
        const comments: string[] = []
        const parser = createParser({
          onEvent: ({ event, data, id }) => expected.push({ event: event ?? null, data, id: id ?? null }),
          onRetry: (retry) => retries.push(retry),
          onComment: (comment) => comments.push(comment),
        })
        parser.feed(new TextDecoder().decode(bytes))
        const blocks = blocksOf([bytes]).blocks.map((block) => parseEvent(Buffer.from(block, 'latin1')))
        const dispatched = blocks.filter((event) => event.data !== null)
        expect(dispatched.map(({ event, data, id }) => ({ event: event === '' ? null : event, data, id }))).toEqual(
          expected,
        )
        compared += expected.length
      },
    ),
    { numRuns: 1500 },
  )
  expect(compared).toBeGreaterThan(1000)
})
