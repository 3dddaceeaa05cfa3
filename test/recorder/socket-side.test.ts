import { constants, deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SocketSide, type SocketSpan, type UnfinishedMessage } from '../../src/recorder/socket-side.ts'
import { createMessageInflater } from '../../src/wire/websocket-deflate.ts'
import { cutAt } from '../laws/framer.ts'
import { anyStreams, masked, wsFrame } from '../support/websocket-frames.ts'

const copy = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString('latin1'))

function side({ hold = false, takeover }: { hold?: boolean; takeover?: boolean } = {}) {
  const spans: (Omit<SocketSpan, 'payload' | 'message'> & { payload: string | null; message: string | null })[] = []
  const unfinished: UnfinishedMessage[] = []
  const held = { holdFrom: Infinity }
  const socket = new SocketSide({
    hold: hold ? held : null,
    frame: (span) =>
      void spans.push({ ...span, ranges: [...span.ranges], payload: copy(span.payload), message: copy(span.message) }),
    unfinished: (message) => void unfinished.push(message),
  })
  if (takeover !== undefined) socket.inflater = createMessageInflater(takeover)
  let offset = 0
  let now = 0
  return {
    socket,
    spans,
    unfinished,
    held,
    push(...chunks: readonly Buffer[]) {
      for (const chunk of chunks) {
        const lent = Buffer.from(chunk)
        socket.push(lent, 0, lent.length, offset, ++now, now)
        offset += lent.length
        lent.fill(0xee)
      }
    },
  }
}

describe('spans', () => {
  test('leave no gap and no overlap, and are the same for every split', () => {
    fc.assert(
      fc.property(anyStreams, fc.array(fc.nat(), { maxLength: 6 }), (bytes, places) => {
        const [whole, pieces] = [side(), side()]
        whole.push(bytes)
        for (const piece of cutAt(bytes, places)) pieces.push(Buffer.from(piece))
        whole.socket.abandon()
        pieces.socket.abandon()
        let at = 0
        for (const { offset, length } of pieces.spans) {
          expect(offset).toBe(at)
          at += length
        }
        expect(at).toBe(bytes.length)
        const told = (spans: typeof whole.spans) =>
          spans
            .filter(({ kind }) => kind !== 'opaque')
            .map((span) => ({ ...span, receivedAt: 0, receivedLastAt: 0, sentAt: 0, sentLastAt: 0 }))
        expect(told(pieces.spans)).toEqual(told(whole.spans))
      }),
      { numRuns: 300 },
    )
  })

  test('number the frames of a message; control frames between them do not count', () => {
    const { push, spans } = side()
    push(wsFrame(2, 'a', { fin: false }), wsFrame(9), wsFrame(0, 'b'), wsFrame(1, 'c'))
    expect(spans.map(({ kind, part, fin, binary, message }) => [kind, part, fin, binary, message])).toEqual([
      ['message', 1, false, true, null],
      ['ping', 1, true, true, null],
      ['message', 2, true, true, 'ab'],
      ['message', 1, true, false, 'c'],
    ])
  })

  test('say where the payload of the message lies, and how it is masked', () => {
    const { push, spans } = side({ hold: true })
    push(masked(1, 'ab', { fin: false }), masked(0, 'c'))
    const key = Buffer.from('37fa213d', 'hex')
    expect(spans[1]!.ranges).toEqual([
      { offset: 6, length: 2, key },
      { offset: 14, length: 1, key },
    ])
  })

  test('of a continuation of nothing, and of a message begun within another, are messages', () => {
    const { push, spans } = side()
    push(wsFrame(0, 'x'), wsFrame(1, 'a', { fin: false }), wsFrame(1, 'b'))
    expect(spans.map(({ part, message }) => [part, message])).toEqual([
      [1, 'x'],
      [1, null],
      [1, 'b'],
    ])
  })

  test('give instants of first and last byte, and when those left', () => {
    const { socket, spans } = side()
    const frame = wsFrame(1, 'abcd')
    socket.push(frame, 0, 3, 100, 10, 0)
    socket.sent(102, 15)
    socket.push(frame.subarray(3), 0, 3, 103, 20, 0)
    socket.push(frame, 0, 6, 106, 30, 31)
    expect(
      spans.map(({ receivedAt, receivedLastAt, sentAt, sentLastAt }) => [
        receivedAt,
        receivedLastAt,
        sentAt,
        sentLastAt,
      ]),
    ).toEqual([
      [10, 20, 15, 0],
      [30, 30, 31, 31],
    ])
  })
})

describe('place', () => {
  test('is a boundary between messages, and within one between frames or in them', () => {
    const { push, socket } = side()
    expect(socket.place).toBe('boundary')
    push(Buffer.from('81', 'hex'))
    expect(socket.place).toBe('mid-message')
    push(Buffer.from('0161', 'hex'))
    expect(socket.place).toBe('boundary')
    push(wsFrame(1, 'a', { fin: false }), wsFrame(9))
    expect(socket.place).toBe('mid-message')
  })
})

describe('compressed messages', () => {
  const deflated = (text: string) => deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)

  test('are inflated by the bit of their first frame, others are as they came', () => {
    const { push, spans } = side({ takeover: true })
    const bytes = deflated('hello hello')
    push(wsFrame(1, bytes.subarray(0, 4), { rsv: 4, fin: false }), wsFrame(0, bytes.subarray(4)), wsFrame(1, 'plain'))
    expect(spans.map(({ message, compressed, inflated }) => [message, compressed, inflated])).toEqual([
      [null, true, true],
      ['hello hello', true, true],
      ['plain', false, false],
    ])
  })

  test('without an agreement are as they came', () => {
    const { push, spans } = side()
    push(wsFrame(1, 'x', { rsv: 4 }))
    expect(spans[0]).toMatchObject({ message: 'x', compressed: false })
  })

  test('that are given up take the context with them', () => {
    const { push, spans } = side({ takeover: true })
    push(wsFrame(1, deflated('a'), { rsv: 4, fin: false }), wsFrame(1, deflated('b'), { rsv: 4 }))
    expect(spans[1]).toMatchObject({ message: null, payload: null, compressed: true, inflated: false })
  })
})

describe('holding back', () => {
  test('is from the first byte of a message to its last', () => {
    const { push, held } = side({ hold: true })
    push(wsFrame(1, 'a'))
    expect(held.holdFrom).toBe(Infinity)
    push(wsFrame(1, 'a', { fin: false }))
    expect(held.holdFrom).toBe(3)
    push(wsFrame(9))
    expect(held.holdFrom).toBe(3)
    push(wsFrame(0, 'b'))
    expect(held.holdFrom).toBe(Infinity)
  })

  test('ends with the direction, which tells what was left unfinished', () => {
    const { push, held, socket, unfinished, spans } = side({ hold: true })
    push(wsFrame(1, 'abc', { fin: false }), wsFrame(0, 'def').subarray(0, 4))
    socket.abandon()
    expect(held.holdFrom).toBe(Infinity)
    expect(spans.at(-1)).toMatchObject({ complete: false, payload: 'de', message: null })
    expect(unfinished.map(({ payload, ranges }) => [payload?.length, ranges.length])).toEqual([[5, 2]])
  })
})

test('a message in too many frames is not put together', () => {
  let last: SocketSpan | undefined
  const socket = new SocketSide({ hold: null, frame: (span) => void (last = span), unfinished: () => {} })
  const part = wsFrame(0, '', { fin: false })
  for (let at = 0; at < 65_536; at++) socket.push(part, 0, 2, at * 2, 1, 1)
  socket.push(wsFrame(0, 'end'), 0, 5, 131_072, 1, 1)
  expect(last).toMatchObject({ part: 65_537, message: null, fin: true })
})
