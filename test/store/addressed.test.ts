import { expect, test } from 'vitest'
import { openReader } from '../../src/store/reader.ts'
import { captureFixture } from '../support/capture-fixture.ts'

const withRaw = (rows: readonly (readonly [offset: number, text: string])[]) => {
  const { path, add } = captureFixture()
  for (const [offset, text] of rows) add('raw', { offset, bytes: Buffer.from(text) })
  add('raw', { direction: 1, bytes: Buffer.from('other direction') })
  add('raw', { connection: 2, bytes: Buffer.from('other connection') })
  const reader = openReader(path)
  return (offset: number, limit?: number) => Buffer.from(reader.bytes(1, 'c2s', offset, limit)).toString()
}

test('bytes are read within a row and across rows', () => {
  const bytes = withRaw([
    [0, 'abcd'],
    [4, 'efgh'],
    [8, 'ijkl'],
  ])
  expect(bytes(0)).toBe('abcdefghijkl')
  expect(bytes(1, 2)).toBe('bc')
  expect(bytes(3, 6)).toBe('defghi')
  expect(bytes(4, 4)).toBe('efgh')
  expect(bytes(12)).toBe('')
  expect(bytes(100)).toBe('')
})

test('a hole ends what is given, so that no byte has a wrong address', () => {
  const bytes = withRaw([
    [0, 'abcd'],
    [6, 'ghij'],
  ])
  expect(bytes(0)).toBe('abcd')
  expect(bytes(4)).toBe('')
  expect(bytes(5, 3)).toBe('')
  expect(bytes(7)).toBe('hij')
})
