import { expect, test, vi } from 'vitest'
import { BufferPool, RawStream } from '../../src/recorder/raw.ts'
import { emptyBatch } from '../../src/store/records.ts'
import { connectionRecord } from '../support/records.ts'

const connection = connectionRecord()

function taken(raw: RawStream, hold = Infinity) {
  const batch = emptyBatch()
  raw.take(batch, connection, 1, hold)
  return {
    raws: batch.raws.map(({ offset, bytes }) => [offset, Buffer.from(bytes).toString()]),
    instants: batch.instants.map(({ offset, at, chunks }) => [
      offset,
      at,
      [...new Uint32Array(new Uint8Array(chunks).buffer)],
    ]),
  }
}

test('bytes of several chunks are one row', () => {
  const raw = new RawStream(new BufferPool())
  raw.append(0, Buffer.from('abc'))
  raw.append(3, Buffer.from('de'))
  expect(taken(raw).raws).toEqual([[0, 'abcde']])
  expect(taken(raw).raws).toEqual([])
})

test('bytes behind a gap are a row of their own', () => {
  const raw = new RawStream(new BufferPool())
  raw.append(0, Buffer.from('abc'))
  raw.append(10, Buffer.from('de'))
  expect(taken(raw).raws).toEqual([
    [0, 'abc'],
    [10, 'de'],
  ])
})

test('what is left of a range is given, with its offset', () => {
  const raw = new RawStream(new BufferPool())
  raw.append(10, Buffer.from('abcde'))
  taken(raw, 12)
  expect(raw.rest(11, 3)).toEqual({ offset: 12, bytes: Buffer.from('cd') })
  expect(raw.rest(0, 99)).toBeUndefined()
  expect(raw.rest(5, 5)).toEqual({ offset: 12, bytes: Buffer.from('') })
})

test('what is held stays, and can still be overwritten', () => {
  const raw = new RawStream(new BufferPool())
  raw.append(0, Buffer.from('abcsecret'))
  expect(taken(raw, 3).raws).toEqual([[0, 'abc']])
  expect(raw.peek(0, 3)).toBeUndefined()
  raw.peek(3, 6)!.fill(42)
  expect(taken(raw).raws).toEqual([[3, '******']])
})

test('a row has a mebibyte at most', () => {
  const raw = new RawStream(new BufferPool())
  raw.append(0, Buffer.alloc(2_500_000, 'x'))
  expect(taken(raw).raws.map(([offset, bytes]) => [offset, (bytes as string).length])).toEqual([
    [0, 1_048_576],
    [1_048_576, 1_048_576],
    [2_097_152, 402_848],
  ])
})

test('instants of chunks are told from the first one on', () => {
  const raw = new RawStream(new BufferPool())
  raw.arrived(5, 10, 1000)
  raw.arrived(15, 1, 1007)
  expect(taken(raw).instants).toEqual([[5, 1000, [10, 0, 1, 7]]])
  expect(taken(raw).instants).toEqual([])
})

test('buffers are used again only when what they held is stored', () => {
  const pool = new BufferPool()
  const first = pool.take(100)
  pool.lend(first)
  expect(pool.take(100)).not.toBe(first)
  pool.release()
  expect(pool.take(100)).toBe(first)
})

test('a direction begins with little, and with what it needed last where that was more', () => {
  const pool = new BufferPool()
  const lent = vi.spyOn(pool, 'take')
  const raw = new RawStream(pool)
  const begin = (bytes: number): number => {
    raw.append(0, Buffer.alloc(bytes))
    const { length } = lent.mock.results.at(-1)!.value as Buffer
    taken(raw)
    return length
  }
  expect([100, 3000, 100, 100, 60_000, 100].map(begin)).toEqual([512, 4096, 4096, 512, 65_536, 4096])
})
