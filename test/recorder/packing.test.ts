import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Packer } from '../../src/recorder/packer.ts'
import type { PackedBuffer, RecordVisitor } from '../../src/recorder/packing.ts'
import { unpack } from '../../src/recorder/unpack.ts'
import { decision } from '../support/decision.ts'
import { info } from '../support/recording.ts'

/** Everything visited, as plain values. */
function visited(buffers: readonly PackedBuffer[]): unknown[] {
  const seen: unknown[] = []
  const visitor: RecordVisitor = {
    opened: (...all) => void seen.push(['opened', ...all]),
    upstream: (...all) => void seen.push(['upstream', ...all]),
    chunk: (connection, { bytes, ...rest }) =>
      void seen.push(['chunk', connection, { ...rest, bytes: Buffer.from(bytes).toString('latin1') }]),
    sent: (...all) => void seen.push(['sent', ...all]),
    edited: (connection, { bytes, ...rest }) =>
      void seen.push(['edited', connection, { ...rest, bytes: Buffer.from(bytes).toString('latin1') }]),
    ended: (...all) => void seen.push(['ended', ...all]),
    closed: (...all) => void seen.push(['closed', ...all]),
    logged: (connection, at, bytes) =>
      void seen.push(['logged', connection, at, Buffer.from(bytes).toString('latin1')]),
    note: (...all) => void seen.push(['note', ...all]),
    decided: (...all) => void seen.push(['decided', ...all]),
    marker: (id) => void seen.push(['marker', id]),
    held: (...all) => void seen.push(['held', ...all]),
    loss: (...all) => void seen.push(['loss', ...all]),
  }
  for (const { buffer, length } of buffers) unpack(buffer, length, visitor)
  return seen
}

function packer(capacity?: number): { packer: Packer; buffers: PackedBuffer[] } {
  const buffers: PackedBuffer[] = []
  return { packer: new Packer((packed) => buffers.push(packed), capacity), buffers }
}

const held = {
  at: 1,
  rule: 'stop',
  connection: 1,
  direction: 's2c',
  offset: 7,
  deadline: 2,
  payload: '{}',
  state: 'held',
} as const
const at = 1_795_364_639_436_010

describe('packed calls', () => {
  test('come out as they went in, in order', () => {
    const { packer: p, buffers } = packer()
    p.opened(1, at, info)
    p.upstream(1, { at, address: '::1', port: 3000 })
    p.chunk(1, 'c2s', 0, Buffer.from('abc'), at, at + 1, true)
    p.chunk(4_000_000_000, 's2c', 2 ** 40, Buffer.from(''), at, 0, false)
    p.sent(1, 's2c', 2 ** 40, at)
    p.edited(1, 'c2s', 2 ** 33, 4, Buffer.from('host'), 'host')
    p.edited(1, 's2c', 7, 2, Buffer.from('103'), 'length', Buffer.from('97'))
    p.edited(1, 's2c', 9, 0, Buffer.from('late'), 'slow', undefined, 4, at + 2)
    p.edited(1, 's2c', 9, 2, Buffer.from('x'), 'slow', undefined, undefined, at + 2)
    p.ended(1, 's2c', at, { how: 'rst', by: 'server', detail: 'ECONNRESET' }, 7)
    p.closed(1, at)
    p.logged(1, at, Buffer.from('err'))
    p.note(0, at, 'clock', { stepUs: -5 })
    p.decided(decision)
    p.held(held)
    p.marker(3)
    const loss = { from: 1, to: 2, chunks: 3, bytes: 4, reason: 'é' }
    p.loss(loss)
    p.flush()
    const chunk = { direction: 'c2s', offset: 0, receivedAt: at, sentAt: at + 1, border: true, bytes: 'abc' }
    const far = { direction: 's2c', offset: 2 ** 40, receivedAt: at, sentAt: 0, border: false, bytes: '' }
    expect(visited(buffers)).toEqual([
      ['opened', 1, at, info],
      ['upstream', 1, { at, address: '::1', port: 3000 }],
      ['chunk', 1, chunk],
      ['chunk', 4_000_000_000, far],
      ['sent', 1, 's2c', 2 ** 40, at],
      [
        'edited',
        1,
        { direction: 'c2s', offset: 2 ** 33, removed: 4, rule: 'host', was: null, came: null, at: null, bytes: 'host' },
      ],
      [
        'edited',
        1,
        {
          direction: 's2c',
          offset: 7,
          removed: 2,
          rule: 'length',
          was: new Uint8Array([57, 55]),
          came: null,
          at: null,
          bytes: '103',
        },
      ],
      [
        'edited',
        1,
        { direction: 's2c', offset: 9, removed: 0, rule: 'slow', was: null, came: 4, at: at + 2, bytes: 'late' },
      ],
      [
        'edited',
        1,
        { direction: 's2c', offset: 9, removed: 2, rule: 'slow', was: null, came: null, at: null, bytes: 'x' },
      ],
      ['ended', 1, 's2c', at, { how: 'rst', by: 'server', detail: 'ECONNRESET' }, 7],
      ['closed', 1, at],
      ['logged', 1, at, 'err'],
      ['note', 1 - 1, at, 'clock', { stepUs: -5 }],
      ['decided', decision],
      ['held', held],
      ['marker', 3],
      ['loss', loss],
    ])
  })

  test('leave out what a header rule puts in: it is a secret', () => {
    const { packer: p, buffers } = packer()
    p.edited(1, 'c2s', 0, 0, Buffer.from('Authorization: Bearer x'), 'header:authorization')
    p.flush()
    expect(Buffer.from(buffers[0]!.buffer).includes('Bearer')).toBe(false)
  })

  test('keep every chunk whole, whatever the capacity', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 400 })), fc.constantFrom(64, 256, 1024), (chunks, capacity) => {
        const { packer: p, buffers } = packer(capacity)
        chunks.forEach((bytes, i) => p.chunk(i, 'c2s', 0, bytes, i + 1, 0, false))
        p.flush()
        expect(visited(buffers).map((call) => (call as [string, number, { bytes: string }])[2].bytes)).toEqual(
          chunks.map((bytes) => Buffer.from(bytes).toString('latin1')),
        )
        expect(buffers.reduce((sum, packed) => sum + packed.chunks, 0)).toBe(chunks.length)
      }),
    )
  })
})

test('a buffer tells what would be lost with it', () => {
  const { packer: p, buffers } = packer()
  p.chunk(1, 'c2s', 0, Buffer.alloc(10), 5, 6, false)
  p.chunk(1, 'c2s', 10, Buffer.alloc(20), 9, 9, false)
  p.flush()
  expect(buffers).toMatchObject([{ chunks: 2, chunkBytes: 30, from: 5, to: 9 }])
})

test('buffers that come back are used again', () => {
  const { packer: p, buffers } = packer(1024)
  p.closed(1, 1)
  p.flush()
  const [{ buffer }] = buffers as [PackedBuffer]
  p.reuse(buffer)
  p.closed(1, 2)
  p.flush()
  expect(buffers[1]!.buffer).toBe(buffer)
})

test('buffers are small where there is little from one flush to the next, and large where there is much', () => {
  const { packer: p, buffers } = packer()
  const round = (chunks: number): number[] => {
    buffers.length = 0
    for (let i = 0; i < chunks; i++) p.chunk(1, 'c2s', 0, Buffer.alloc(10_000), 1, 1, false)
    p.flush()
    return buffers.map(({ buffer }) => buffer.byteLength / 1024)
  }
  expect([1, 4, 13, 20, 1, 1].map(round)).toEqual([[32], [32, 32], [32, 32, 32, 32, 256], [256], [256], [32]])
})

test('no more buffers are kept than asked for', () => {
  const { packer: p, buffers } = packer()
  const flushed = (): ArrayBuffer => {
    p.closed(1, 1)
    p.flush()
    return buffers.at(-1)!.buffer
  }
  const all = [flushed(), flushed(), flushed()]
  for (const buffer of all) p.reuse(buffer)
  p.keep(1)
  expect([flushed(), flushed()].map((buffer) => all.includes(buffer))).toEqual([true, false])
})
