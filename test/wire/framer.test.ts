import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type FramerOptions, createHttpFramer, createSseFramer } from '../../src/wire/framer.ts'
import { createOutstanding } from '../../src/wire/http1.ts'
import { framerLaws, framesOf, seen } from '../laws/framer.ts'
import { requests, responses } from '../support/http-input.ts'
import { eventStreams } from '../support/sse-input.ts'

const requestFramer = (options?: FramerOptions) => createHttpFramer('request', createOutstanding(), options)
const responseFramer = (options?: FramerOptions) => createHttpFramer('response', createOutstanding(), options)

/** Responses that are event streams, chunked where it hurts. */
const streamed = fc
  .tuple(eventStreams, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), fc.boolean())
  .map(([bytes, sizes, closed]) => {
    const parts = [
      'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream;charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n',
    ]
    let text = bytes.toString('latin1')
    for (let k = 0; text !== ''; k++) {
      const part = text.slice(0, sizes[k % sizes.length])
      text = text.slice(part.length)
      parts.push(`${part.length.toString(16)}\r\n${part}\r\n`)
    }
    return Buffer.from(parts.join('') + (closed ? '0\r\n\r\n' : ''), 'latin1')
  })

framerLaws('a framer of requests', requestFramer, requests)
framerLaws('a framer of responses', responseFramer, fc.oneof(responses, streamed))
framerLaws('a framer of event streams', createSseFramer, eventStreams)
framerLaws(
  'a framer of responses with small bounds',
  () => responseFramer({ maxFrameBytes: 24, maxHeadBytes: 200 }),
  fc.oneof(responses, streamed),
  { maxHeldBytes: 200 },
)
framerLaws('a framer of event streams with a small bound', () => createSseFramer({ maxFrameBytes: 12 }), eventStreams, {
  maxHeldBytes: 12,
})

const framesIn = (framer: ReturnType<typeof requestFramer>, text: string) =>
  seen(framesOf(framer, [Buffer.from(text, 'latin1')])).map(({ kind, raw, payload }) =>
    raw === payload ? [kind, raw] : [kind, raw, payload],
  )

const stream = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'

describe('frames', () => {
  test('of a plain exchange are head and body', () => {
    expect(framesIn(requestFramer(), 'POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}GET / HTTP/1.1\r\n\r\n')).toEqual([
      ['head', 'POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n'],
      ['body', '{}'],
      ['head', 'GET / HTTP/1.1\r\n\r\n'],
    ])
  })

  test('of a chunked body are one, whose payload is without the framing', () => {
    expect(
      framesIn(
        requestFramer(),
        'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n',
      )[1],
    ).toEqual(['body', '1\r\n{\r\n1\r\n}\r\n0\r\n\r\n', '{}'])
  })

  test('of a chunked body without bytes are the end alone', () => {
    expect(framesIn(requestFramer(), 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n')[1]).toEqual([
      'end',
      '0\r\n\r\n',
      '',
    ])
  })

  test('of a body until close come when the direction ends', () => {
    expect(framesIn(responseFramer(), 'HTTP/1.1 200 OK\r\n\r\nhello')[1]).toEqual(['body', 'hello'])
  })

  test('of an event stream are its events, with the chunk framing before and within them, and what closes it', () => {
    expect(framesIn(responseFramer(), `${stream}9\r\ndata: 1\n\n\r\n3\r\ndat\r\n6\r\na: 2\n\n\r\n0\r\n\r\n`)).toEqual([
      ['head', stream],
      ['event', '9\r\ndata: 1\n\n', 'data: 1\n\n'],
      ['event', '\r\n3\r\ndat\r\n6\r\na: 2\n\n', 'data: 2\n\n'],
      ['end', '\r\n0\r\n\r\n', ''],
    ])
  })

  test('of an event that is not terminated are the end', () => {
    expect(framesIn(createSseFramer(), 'data: 1\n\ndata: 2\n')).toEqual([
      ['event', 'data: 1\n\n'],
      ['end', 'data: 2\n'],
    ])
  })

  test('of an event whose blank line is a CR at the very end are an event', () => {
    expect(framesIn(createSseFramer(), 'data: 1\n\r')).toEqual([['event', 'data: 1\n\r']])
    expect(framesIn(responseFramer(), `${stream}9\r\ndata: 1\n\r\r\n0\r\n\r\n`).slice(1)).toEqual([
      ['event', '9\r\ndata: 1\n\r', 'data: 1\n\r'],
      ['end', '\r\n0\r\n\r\n', ''],
    ])
  })

  test('of an event stream behind one that was cut off begin anew', () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 4\r\n\r\n'
    expect(framesIn(responseFramer(), `${head}a\n\nb${head}\nc\n\n`)).toEqual([
      ['head', head],
      ['event', 'a\n\n'],
      ['end', 'b'],
      ['head', head],
      ['event', '\n'],
      ['event', 'c\n\n'],
    ])
  })

  test('of a compressed event stream are opaque and come at once', () => {
    const framer = responseFramer()
    framer.push(Buffer.from('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\n\r\n'))
    expect(framer.push(Buffer.from('\x1f')).map((frame) => frame.kind)).toEqual(['opaque'])
  })

  test('of an event stream whose coding is identity are its events', () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: identity\r\n\r\n'
    expect(framesIn(responseFramer(), `${head}data: 1\n\n`)[1]).toEqual(['event', 'data: 1\n\n'])
  })

  test('of half a head, and of half a body, are opaque', () => {
    expect(framesIn(requestFramer(), 'GET / HTTP/1.1\r\nHo')).toEqual([['opaque', 'GET / HTTP/1.1\r\nHo']])
    expect(framesIn(requestFramer(), 'POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhe')[1]).toEqual(['opaque', 'he'])
  })

  test('of a body beyond the bound are opaque, and the message behind it is seen again', () => {
    const post = 'POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n'
    expect(framesIn(requestFramer({ maxFrameBytes: 8 }), `${post}123456789${post}`).slice(1)).toEqual([
      ['opaque', '123456789'],
      ['head', post],
    ])
  })

  test('of an event beyond the bound are opaque, and the next one is seen again', () => {
    expect(framesIn(createSseFramer({ maxFrameBytes: 9 }), 'data: 1\n\ndata: 22\n\ndata: 3\n\n')).toEqual([
      ['event', 'data: 1\n\n'],
      ['opaque', 'data: 22\n\n'],
      ['event', 'data: 3\n\n'],
    ])
  })

  test('of an event behind one beyond the bound have the chunk framing between the two, wherever it is split', () => {
    const large = `data: ${'x'.repeat(20)}\n\r`
    const parts = [`${stream}1c\r\n${large}\r\n9\r\n`, 'data: 1\n\n\r\n0\r\n\r\n'].map((part) => Buffer.from(part))
    for (const pieces of [parts, [Buffer.concat(parts)]]) {
      const kinds = seen(framesOf(responseFramer({ maxFrameBytes: 20 }), pieces)).map(({ kind, raw }) => [kind, raw])
      expect(kinds.slice(1)).toEqual([
        ['opaque', `1c\r\n${large}`],
        ['event', '\r\n9\r\ndata: 1\n\n'],
        ['end', '\r\n0\r\n\r\n'],
      ])
    }
  })

  test('are parts of the chunk where they lie in one', () => {
    const chunk = Buffer.from('data: 1\n\ndata: 2\n\n')
    const [first, second] = createSseFramer().push(chunk)
    expect([first!.raw.buffer, second!.raw.byteOffset]).toEqual([chunk.buffer, chunk.byteOffset + 9])
  })
})

test('the laws see a framer that breaks them', () => {
  const careless = () => ({
    push: (bytes: Uint8Array) => [{ kind: 'line' as const, raw: bytes, payload: bytes }],
    flush: () => [],
  })
  const split = seen(framesOf(careless(), [Buffer.from('a'), Buffer.from('b')]))
  expect(split).not.toEqual(seen(framesOf(careless(), [Buffer.from('ab')])))
})
