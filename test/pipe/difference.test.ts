import fc from 'fast-check'
import { expect, test } from 'vitest'
import { differenceOf } from '../../src/pipe/difference.ts'

const bytes = (text: string) => Buffer.from(text)
const difference = (was: string, is: string) => {
  const { from, removed, bytes: ours } = differenceOf(bytes(was), bytes(is))
  return [from, removed, Buffer.from(ours).toString()]
}

test('a line that is gone is one that was removed, whole', () => {
  expect(difference('A: 1\nX-B: 2\nX-C: 3\n', 'A: 1\nX-C: 3\n')).toEqual([5, 7, ''])
  expect(difference('X: 1\nX: 1\nb', 'X: 1\nb')).toEqual([5, 5, ''])
})

test('lines that are others begin where their first one does', () => {
  expect(difference('A: 1\nLen: 10\n\nbody', 'A: 1\nLen: 7\n\nbody')).toEqual([5, 7, 'Len: 7'])
  expect(difference('same', 'same')).toEqual([0, 0, ''])
})

test('what is told makes the one of the other', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n') })
  fc.assert(
    fc.property(text, text, (was, is) => {
      const { from, removed, bytes: ours } = differenceOf(bytes(was), bytes(is))
      expect(was.slice(0, from) + Buffer.from(ours).toString() + was.slice(from + removed)).toBe(is)
    }),
  )
})
