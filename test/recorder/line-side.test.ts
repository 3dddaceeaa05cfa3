import { expect, test } from 'vitest'
import { LineSide } from '../../src/recorder/line-side.ts'

/** Frames in short: kind, offset, length, payload, first and last received, first and last sent. */
function sided(): { side: LineSide; frames: unknown[][] } {
  const frames: unknown[][] = []
  const side = new LineSide({
    frame: ({ kind, offset, length, size, trail, payload, receivedAt, receivedLastAt, sentAt, sentLastAt }) => {
      expect(size + trail).toBe(length)
      const text = payload === null ? null : Buffer.from(payload).toString('latin1')
      frames.push([kind, offset, length, text, receivedAt, receivedLastAt, sentAt, sentLastAt])
    },
  })
  return { side, frames }
}

test('a line has the instants of its first and its last byte', () => {
  const { side, frames } = sided()
  side.push(Buffer.from('ab'), 0, 10, 11)
  side.push(Buffer.from('c\r\nd\n'), 2, 20, 21)
  expect(frames).toEqual([
    ['line', 0, 5, 'abc', 10, 20, 11, 21],
    ['line', 5, 2, 'd', 20, 20, 21, 21],
  ])
})

test('what was not handed on at once is told later, unless it is gone by then', () => {
  const { side, frames } = sided()
  side.push(Buffer.from('a'), 0, 10, 0)
  side.sent(1, 15)
  side.push(Buffer.from('b\nc\n'), 1, 20, 0)
  expect(frames).toEqual([
    ['line', 0, 3, 'ab', 10, 20, 15, 0],
    ['line', 3, 2, 'c', 20, 20, 0, 0],
  ])
})

test('what has no end of line is told at the end', () => {
  const { side, frames } = sided()
  side.push(Buffer.from('a\nb'), 0, 10, 10)
  expect(side.place).toBe('mid-message')
  expect(side.open).toBe(2)
  side.end(30)
  side.end(31)
  expect(frames[1]).toEqual(['end', 2, 1, 'b', 10, 30, 10, 10])
  expect([side.place, side.open]).toEqual(['boundary', Infinity])
})

test('the line in which bytes were lost is not understood, the next one is', () => {
  const { side, frames } = sided()
  side.push(Buffer.from('a\nb'), 0, 10, 10)
  side.push(Buffer.from('c\nd\n'), 100, 20, 20)
  expect(frames.slice(1)).toEqual([
    ['opaque', 2, 1, null, 10, 20, 10, 10],
    ['opaque', 100, 2, null, 20, 20, 20, 20],
    ['line', 102, 2, 'd', 20, 20, 20, 20],
  ])
})

test('a line beyond 64 MiB is an address alone, and the next one is understood', () => {
  const { side, frames } = sided()
  const chunk = Buffer.alloc(16 * 1024 * 1024, 120)
  for (let k = 0; k < 5; k++) side.push(chunk, k * chunk.length, 10 + k, 10 + k)
  side.push(Buffer.from('\na\n'), 5 * chunk.length, 20, 20)
  expect(frames).toEqual([
    ['opaque', 0, 5 * chunk.length + 1, null, 10, 20, 10, 20],
    ['line', 5 * chunk.length + 1, 2, 'a', 20, 20, 20, 20],
  ])
})
