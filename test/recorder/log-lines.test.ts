import { expect, test } from 'vitest'
import { LogLines } from '../../src/recorder/log-lines.ts'

const linesOf = (...chunks: (string | Buffer)[]): [number, string][] => {
  const lines = new LogLines()
  const all = chunks.flatMap((chunk, at) => lines.push(Buffer.from(chunk as string), at))
  return [...all, ...lines.end()].map(({ at, text }) => [at, text])
}

test('lines are told with the instant of their first byte', () => {
  expect(linesOf('a\nb', 'c\nd\n')).toEqual([
    [0, 'a'],
    [0, 'bc'],
    [1, 'd'],
  ])
})

test('CR before LF is no part of the line, an empty line is one, and a last one needs no end', () => {
  expect(linesOf('a\r\n\nb\rc')).toEqual([
    [0, 'a'],
    [0, ''],
    [0, 'b\rc'],
  ])
})

test('a character that is split is whole again, and bytes that are none are told as such', () => {
  expect(linesOf(Buffer.from([0xc3]), Buffer.from([0xa9, 0xff, 0x0a]))).toEqual([[0, 'é\ufffd']])
})

test('a line beyond 16 KiB is cut, whether its end has come or not', () => {
  const long = 'x'.repeat(40_000)
  expect(linesOf(`${long}\n`).map(([, text]) => text.length)).toEqual([16_384, 16_384, 7_232])
  expect(linesOf(long).map(([, text]) => text.length)).toEqual([16_384, 16_384, 7_232])
})
