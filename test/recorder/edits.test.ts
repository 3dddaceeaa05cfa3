import { expect, test } from 'vitest'
import { EditInterner } from '../../src/recorder/edits.ts'
import type { EditRecord } from '../../src/store/records.ts'

const edit = (over: Partial<EditRecord> = {}): EditRecord => ({
  offset: 3,
  length: null,
  removed: Buffer.from('a'),
  bytes: Buffer.from('b'),
  rule: 'host',
  ...over,
})

test('equal edits are one', () => {
  const edits = new EditInterner()
  const first = edits.intern([edit()])
  const other = edits.intern([edit({ offset: 4 })])
  expect(edits.intern([edit()])).toBe(first)
  expect(edits.intern([edit({ offset: 4 })])).toBe(other)
})

test.each<Partial<EditRecord>>([
  { offset: 4 },
  { removed: Buffer.from('x') },
  { bytes: Buffer.from('x') },
  { bytes: Buffer.from('bb') },
  { bytes: null },
  { rule: 'origin' },
])('%j makes another', (over) => {
  const edits = new EditInterner()
  expect(edits.intern([edit()])).not.toBe(edits.intern([edit(over)]))
})

test('bytes are copied: they lie in a buffer that is used again', () => {
  const bytes = Buffer.from('b')
  const set = new EditInterner().intern([edit({ bytes })])
  bytes.fill(0)
  expect(Buffer.from(set.edits[0]!.bytes!).toString()).toBe('b')
})
