import { expect, test } from 'vitest'
import { hexLines } from '../../../ui/src/state/hex-lines.ts'

test('sixteen bytes a line, what cannot be printed as a dot', () => {
  const bytes = Uint8Array.from(Buffer.from('POST /mcp\r\n\0\xff abc', 'latin1'))
  expect(hexLines(bytes, 0, 9)).toEqual([
    { offset: '00000000', hex: '50 4f 53 54 20 2f 6d 63  70 0d 0a 00 ff 20 61 62', text: 'POST /mcp···· ab' },
    { offset: '00000010', hex: '63'.padEnd(48), text: 'c' },
  ])
})

test('only the lines asked for', () => {
  expect(hexLines(new Uint8Array(100), 2, 4).map(({ offset }) => offset)).toEqual(['00000020', '00000030'])
})
