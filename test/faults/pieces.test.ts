import { expect, test } from 'vitest'
import { pieces } from '../../src/faults/pieces.ts'

const chunk = (text: string) => ({ kind: 'chunk' as const, at: 1, offset: 10, bytes: Buffer.from(text) })
const shown = (all: readonly ReturnType<typeof pieces>[number][]): string[] =>
  all.map((piece) => `${piece.offset}:${piece.kind === 'chunk' ? Buffer.from(piece.bytes).toString() : '?'}`)

test('an event that fits is left as it is', () => {
  const event = chunk('abc')
  expect(pieces(event, [3])).toEqual([event])
  expect(pieces(event, [3])[0]).toBe(event)
})

test('the last size is repeated, and each piece keeps its address', () => {
  expect(shown(pieces(chunk('abcdefg'), [1, 2]))).toEqual(['10:a', '11:bc', '13:de', '15:fg'])
})

test('sizes below one count as one', () => {
  expect(shown(pieces(chunk('abc'), [0]))).toEqual(['10:a', '11:b', '12:c'])
})

test('pieces of an edited frame stay within the bytes it stands for', () => {
  const raw = Buffer.from('longer')
  const frame = { kind: 'line', raw, payload: raw } as const
  const cut = pieces({ kind: 'frame', at: 1, offset: 10, frame, span: 2 }, [3])
  expect(cut.map(({ offset }) => offset)).toEqual([10, 12])
})
