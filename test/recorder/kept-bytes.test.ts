import { expect, test } from 'vitest'
import type { Depth, RecordingContext } from '../../src/recorder/context.ts'
import { Dirty } from '../../src/recorder/dirty.ts'
import { KeptBytes } from '../../src/recorder/kept-bytes.ts'
import { BufferPool } from '../../src/recorder/raw.ts'
import { Redactor } from '../../src/recorder/redaction.ts'
import { connectionRecord } from '../support/records.ts'

function keeping(depth: Depth = 'full', heads = false) {
  const dirty = new Dirty()
  const redactor = new Redactor({}, Buffer.alloc(32, 7))
  const context = { dirty, redactor, pool: new BufferPool(), depth } as unknown as RecordingContext
  const kept = new KeptBytes(context, connectionRecord(), 's2c', heads)
  const stored = (): string => dirty.batch.raws.map(({ bytes }) => Buffer.from(bytes).toString('latin1')).join('|')
  const arrive = (offset: number, text: string): void =>
    kept.arrived({
      direction: 's2c',
      offset,
      bytes: Buffer.from(text, 'latin1'),
      receivedAt: 1,
      sentAt: 1,
      border: false,
    })
  return { kept, dirty, stored, arrive }
}

test('what has been stored already stays, the rest of it is overwritten', () => {
  const { kept, dirty, stored, arrive } = keeping()
  arrive(0, 'abcdef')
  kept.collect(2)
  kept.overwrite(0, 5, 'token', '00')
  kept.collect(Infinity)
  expect(stored()).toBe('ab|***f')
  expect(dirty.batch.redactions).toMatchObject([{ direction: 1, offset: 0, length: 5, name: 'token', hash: '00' }])
})

test('what is masked reads as stars once the mask is taken off', () => {
  const { kept, stored, arrive } = keeping()
  const key = Buffer.from([1, 2, 3, 4])
  arrive(0, 'abcdefgh')
  kept.overwriteMasked({ offset: 2, length: 6, key }, { from: 1, to: 4, name: 'token', hash: '00' })
  kept.collect(Infinity)
  const bytes = Buffer.from(stored(), 'latin1')
  expect(bytes.map((byte, i) => (i < 3 || i > 5 ? byte : byte ^ key[(i - 2) & 3]!)).toString()).toBe('abc***gh')
})

test('only heads are kept at depth `heads`, and only of what has any', () => {
  const heads = keeping('heads', true)
  heads.arrive(0, 'GET / body')
  heads.kept.head(0, Buffer.from('GET / '))
  heads.kept.overwrite(4, 1, 'token')
  heads.kept.collect(Infinity)
  expect([heads.stored(), heads.dirty.batch.redactions.length]).toEqual(['GET * ', 1])
  for (const none of [keeping('heads'), keeping('metadata', true)]) {
    none.arrive(0, 'abc')
    none.kept.overwrite(0, 1, 'token')
    none.kept.collect(Infinity)
    expect([none.stored(), none.dirty.batch.redactions.length]).toEqual(['', 0])
  }
})
