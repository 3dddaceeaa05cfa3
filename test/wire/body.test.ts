import zlib from 'node:zlib'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Inflater, createInflater } from '../../src/wire/body.ts'

const text = Buffer.from('data: {"jsonrpc":"2.0","id":1,"result":{}}\n\n'.repeat(900))
const all = (inflater: Inflater, pieces: readonly Uint8Array[]): string =>
  Buffer.concat([...pieces.flatMap((piece) => inflater.push(piece)), ...inflater.end()]).toString()
const bytewise = (bytes: Uint8Array): Uint8Array[] => [...bytes].map((byte) => Uint8Array.of(byte))

type Compress = (bytes: Uint8Array) => Buffer
const zstd = (zlib as { zstdCompressSync?: Compress }).zstdCompressSync
const codings: [string, string, Compress][] = [
  ['gzip', 'gzip', zlib.gzipSync],
  [
    'gzip of two members',
    'x-gzip',
    (bytes) => Buffer.concat([zlib.gzipSync(bytes.subarray(0, 99)), zlib.gzipSync(bytes.subarray(99))]),
  ],
  ['deflate', 'Deflate', zlib.deflateSync],
  ['deflate without header', ' deflate ', zlib.deflateRawSync],
  ['br', 'identity, br', zlib.brotliCompressSync],
  ['two codings', 'gzip, br', (bytes) => zlib.brotliCompressSync(zlib.gzipSync(bytes))],
  ...(zstd === undefined ? [] : [['zstd', 'zstd', zstd] as [string, string, Compress]]),
]

describe.each(codings)('a body in %s', (_name, coding, compress) => {
  const bytes = compress(text)

  test('comes out whole, in one push or byte by byte', () => {
    for (const pieces of [[bytes], bytewise(bytes)]) {
      const inflater = createInflater(coding)!
      expect(all(inflater, pieces)).toBe(text.toString())
      expect(inflater.failed).toBe(false)
    }
  })

  test('that is cut short fails at its end, and gives what there was', () => {
    const inflater = createInflater(coding)!
    expect(text.toString().startsWith(all(inflater, bytewise(bytes.subarray(0, -5))))).toBe(true)
    expect(inflater.failed).toBe(true)
  })

  test('that blows up beyond the bound gives just the bound, and fails', () => {
    const inflater = createInflater(coding, { maxBytes: 1000 })!
    expect(all(inflater, [bytes])).toBe(
      coding === 'gzip, br' ? text.toString('utf8', 0, 1000) : text.toString().slice(0, 1000),
    )
    expect([inflater.failed, inflater.push(bytes), inflater.end()]).toEqual([true, [], []])
  })
})

test.each([undefined, '', 'identity', 'snappy', 'gzip, snappy', 'gzip,gzip,gzip,gzip,gzip'])(
  'there is no inflater for %s',
  (coding) => {
    expect(createInflater(coding)).toBeNull()
  },
)

test('zstd is undone where Node can', () => {
  expect(createInflater('zstd') !== null).toBe(zstd !== undefined)
})

test('an empty body is no damage', () => {
  const inflater = createInflater('gzip')!
  expect([inflater.push(new Uint8Array(0)), inflater.end(), inflater.failed]).toEqual([[], [], false])
})

test('each flush of a compressed event stream gives its events at once', async () => {
  const flushed: Buffer[] = []
  const gzip = zlib.createGzip()
  gzip.on('data', (bytes: Buffer) => flushed.push(bytes))
  const inflater = createInflater('gzip')!
  const seen: string[] = []
  for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
    gzip.write(event)
    await new Promise<void>((resolve) => gzip.flush(resolve))
    seen.push(Buffer.concat(flushed.splice(0).flatMap((bytes) => inflater.push(bytes))).toString())
  }
  gzip.destroy()
  expect(seen).toEqual(['data: 1\n\n', 'data: 2\n\n'])
})

test('a wrong checksum costs none of the body', () => {
  const bytes = zlib.gzipSync(text)
  bytes[bytes.length - 6]! ^= 1
  const inflater = createInflater('gzip')!
  expect(all(inflater, [bytes])).toBe(text.toString())
  expect(inflater.failed).toBe(true)
})

test('a bomb is not inflated beyond the bound', () => {
  const bomb = zlib.gzipSync(Buffer.alloc(64 * 1024 * 1024))
  const before = process.memoryUsage().arrayBuffers
  const inflater = createInflater('gzip', { maxBytes: 1024 * 1024 })!
  expect(all(inflater, [bomb])).toHaveLength(1024 * 1024)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024)
})

test('no bytes make it throw', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('gzip', 'deflate', 'br', 'gzip, deflate'),
      fc.constantFrom(zlib.gzipSync, zlib.deflateSync, zlib.brotliCompressSync, (bytes: Uint8Array) =>
        Buffer.from(bytes),
      ),
      fc.uint8Array({ maxLength: 60 }),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
      (coding, compress, bytes, damages) => {
        const damaged = Buffer.from(compress(bytes))
        for (const [place, value] of damages) damaged[place % (damaged.length || 1)] = value
        const inflater = createInflater(coding)!
        expect(typeof all(inflater, [damaged.subarray(0, 9), damaged.subarray(9)])).toBe('string')
      },
    ),
    { numRuns: 400 },
  )
})

describe('where Node does not have the handle this rests on', () => {
  afterEach(() => vi.restoreAllMocks())

  test('a body is given as failed, never wrong', () => {
    vi.spyOn(zlib, 'createGunzip').mockReturnValue({ destroy() {} } as unknown as zlib.Gunzip)
    const inflater = createInflater('gzip')!
    expect([inflater.push(zlib.gzipSync('x')), inflater.failed, inflater.end()]).toEqual([[], true, []])
  })
})
