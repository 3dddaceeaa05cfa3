import { expect, it } from 'vitest'
import { ReadBuffer } from '../../src/transports/read-buffer.ts'

const KIB = 1024

/** One read of `length` bytes into what the socket is given; tells how large that was, and whether it is given again. */
function read(reads: ReadBuffer, length: number): { size: number; again: boolean } {
  const bytes = reads.onread.buffer()
  reads.onread.callback(Math.min(length, bytes.length), bytes)
  return { size: bytes.length, again: reads.onread.buffer() === bytes }
}

it('hands on what was read, and only that', () => {
  const reads = new ReadBuffer()
  const seen: string[] = []
  reads.to((bytes) => {
    seen.push(Buffer.from(bytes).toString())
    return false
  })
  Buffer.from(reads.onread.buffer().buffer).write('hello world')
  read(reads, 5)
  expect(seen).toEqual(['hello'])
})

it('reads into the same memory while nobody keeps it', () => {
  const reads = new ReadBuffer()
  reads.to(() => false)
  expect(read(reads, 100)).toEqual({ size: KIB, again: true })
})

it('takes other memory while what was read is still needed', () => {
  const reads = new ReadBuffer()
  reads.to(() => true)
  expect(read(reads, 100).again).toBe(false)
})

it('grows to 64 KiB while reads fill it, and no further', () => {
  const reads = new ReadBuffer()
  reads.to(() => false)
  const sizes = Array.from({ length: 4 }, () => read(reads, 64 * KIB).size)
  expect(sizes).toEqual([KIB, 8 * KIB, 64 * KIB, 64 * KIB])
})

it('keeps what comes before anybody reads', () => {
  const reads = new ReadBuffer()
  expect(read(reads, 100).again).toBe(false)
})
