import { expect, test } from 'vitest'
import { rawLines } from '../../../ui/src/state/raw-lines.ts'

test('every kind of line end is spelled out', () => {
  expect(rawLines('a\r\nb\n\rc')).toEqual([
    { text: 'a', end: String.raw`\r\n` },
    { text: 'b', end: String.raw`\n` },
    { text: '', end: String.raw`\r` },
    { text: 'c', end: '' },
  ])
})

test('a very long line is broken without an end', () => {
  expect(rawLines(`${'x'.repeat(25_000)}\n`).map(({ text, end }) => text.length + end)).toEqual([
    '10000',
    '10000',
    '5000\\n',
  ])
})
