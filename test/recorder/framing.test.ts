import { describe, expect, test } from 'vitest'
import { gzipSync } from 'node:zlib'
import type { BodyPlan, FrameSpan } from '../../src/recorder/frame-span.ts'
import { Side } from '../../src/recorder/framing.ts'
import { createInflater } from '../../src/wire/body.ts'
import { createOutstanding } from '../../src/wire/http1.ts'

const plans = {
  skip: (): BodyPlan => ({ mode: 'skip', inflater: null, hold: false }),
  whole: (): BodyPlan => ({ mode: 'whole', inflater: null, hold: false }),
  stream: (): BodyPlan => ({ mode: 'stream', inflater: null, hold: false }),
  gzip: (): BodyPlan => ({ mode: 'stream', inflater: createInflater('gzip'), hold: false }),
  held: (): BodyPlan => ({ mode: 'whole', inflater: null, hold: true }),
}

function framed(plan: () => BodyPlan) {
  const spans: FrameSpan[] = []
  const keep = (span: FrameSpan): void =>
    void spans.push({ ...span, payload: span.payload === null ? null : Buffer.from(span.payload) })
  const side = new Side('s2c', createOutstanding(), {
    head(_head, span) {
      keep(span)
      return plan()
    },
    frame: keep,
    messageEnd: () => undefined,
  })
  let now = 0
  return {
    side,
    spans,
    push: (bytes: string | Buffer, sentAt = ++now) =>
      side.push(Buffer.from(bytes as string, 'latin1'), side.offset, sentAt || ++now, sentAt),
    short: () =>
      spans.map(({ kind, offset, length, lead, trail, pieces }) => [kind, offset, length, lead, trail, pieces]),
  }
}

const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'

describe('a chunked body', () => {
  test('is one frame, with the framing around its payload counted', () => {
    const f = framed(plans.whole)
    f.push(`${head}2\r\nab\r\n0\r\n\r\n`)
    expect(f.short()[1]).toEqual(['body', head.length, 12, 3, 7, null])
    expect(f.spans[1]!.payload!.toString()).toBe('ab')
  })

  test('lists its pieces where framing lies in between', () => {
    const f = framed(plans.whole)
    f.push(`${head}2\r\nab\r\n1\r\nc\r\n0\r\n\r\n`)
    expect(f.short()[1]).toEqual(['body', head.length, 18, 3, 7, '[[3,2],[10,1]]'])
  })

  test('of too many pieces says so instead', () => {
    const f = framed(plans.skip)
    f.push(`${head}${'1\r\nx\r\n'.repeat(5000)}0\r\n\r\n`)
    expect(f.spans[1]).toMatchObject({ pieces: 'chunked', size: 5000, length: 30_005, payload: null })
  })
})

describe('an event stream', () => {
  test('gives framing to the event behind it', () => {
    const f = framed(plans.stream)
    f.push(`${head}9\r\ndata: a\n\n\r\n9\r\ndata: b\n\n\r\n0\r\n\r\n`)
    expect(f.short().slice(1)).toEqual([
      ['event', head.length, 12, 3, 0, null],
      ['event', head.length + 12, 14, 5, 0, null],
      ['end', head.length + 26, 7, 7, 0, null],
    ])
  })

  test('an event came when its own bytes came, not when the framing in front of it did', () => {
    const f = framed(plans.stream)
    f.push(`${head}9\r\ndata: a\n\n\r\n`, 100)
    f.push('9\r\n', 15_000)
    f.push('data: b\n\n', 30_000)
    expect(f.spans[2]).toMatchObject({ receivedAt: 30_000, receivedLastAt: 30_000, sentAt: 30_000, sentLastAt: 30_000 })
  })

  test('an event proven complete by the byte behind it ends where it ended', () => {
    const f = framed(plans.stream)
    f.push(`${head}a\r\ndata: a\n\r\r\n`.replace('a\r\ndata', '9\r\ndata'), 100)
    f.push('9\r\ndata: b\n\n\r\n', 200)
    expect(f.spans[1]).toMatchObject({ kind: 'event', length: 12, receivedLastAt: 100 })
    expect(f.spans[2]).toMatchObject({ kind: 'event', lead: 5, receivedAt: 200, receivedLastAt: 200 })
  })

  test('shows the events of a compressed one as they come', () => {
    const f = framed(plans.gzip)
    const zipped = gzipSync('data: a\n\ndata: b\n\n')
    f.push(`HTTP/1.1 200 OK\r\nContent-Length: ${zipped.length}\r\n\r\n`)
    f.push(zipped)
    const [, first, second] = f.spans
    expect([first!.payload, second!.payload].map(String)).toEqual(['data: a\n\n', 'data: b\n\n'])
    expect(first).toMatchObject({ kind: 'event', inflated: true, length: zipped.length, size: 9 })
    expect(second).toMatchObject({ kind: 'event', inflated: true, length: 0, size: 9 })
  })
})

test('a body that ends too early is a frame that is not complete', () => {
  const f = framed(plans.whole)
  f.push('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc')
  f.side.end(true)
  expect(f.spans[1]).toMatchObject({ kind: 'body', length: 3, complete: false })
})

test('a payload announced beyond the bound is not gathered', () => {
  const f = framed(plans.whole)
  f.push('HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nabc')
  f.side.end(false)
  expect(f.spans[1]).toMatchObject({ length: 3, payload: null })
})

test('a head, and a body to be looked through, are held back until they are complete', () => {
  const f = framed(plans.held)
  f.push('HTTP/1.1 200 OK\r\nContent-')
  expect(f.side.holdFrom).toBe(0)
  f.push('Length: 3\r\n\r\nab')
  expect(f.side.holdFrom).toBe(38)
  f.push('c')
  expect(f.side.holdFrom).toBe(Infinity)
})

test('after a loss all is opaque until it may begin again', () => {
  const f = framed(plans.whole)
  f.push('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab')
  f.side.lose()
  f.push('cdef')
  f.side.restart(createOutstanding())
  f.push('HTTP/1.1 204 No Content\r\n\r\n')
  expect(f.spans.map(({ kind, complete }) => [kind, complete])).toEqual([
    ['head', true],
    ['body', false],
    ['opaque', true],
    ['head', true],
  ])
})

test('sending that comes later is known when the frame is whole', () => {
  const f = framed(plans.whole)
  f.push('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na', 0)
  f.side.sent(f.side.offset, 500)
  f.push('bc', 600)
  expect(f.spans[1]).toMatchObject({ sentAt: 500, sentLastAt: 600 })
})

test('a direction has nothing of another that is at rest', () => {
  const idle = framed(plans.skip)
  idle.push(`HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n${'x'.repeat(900)}`, 7)
  const next = framed(plans.skip)
  next.push('HTTP/1.1 204 No Content\r\n\r\n', 0)
  expect(next.spans[0]).toMatchObject({ kind: 'head', sentAt: 0, sentLastAt: 0, payload: expect.any(Buffer) })
})
