import { describe, expect, test } from 'vitest'
import { openReader } from '../../src/store/reader.ts'
import { captureFixture, START } from '../support/capture-fixture.ts'

/** A capture of one frame at offset 10, after ten bytes of another. */
const detailOf = (
  bytes: string | Buffer,
  frame: object = {},
  more: (add: ReturnType<typeof captureFixture>['add']) => void = () => {},
) => {
  const { path, add } = captureFixture()
  const raw = Buffer.from(bytes as string)
  add('raw', { bytes: Buffer.concat([Buffer.from('0123456789'), raw]) })
  add('frame', { id: 1, offset: 10, length: raw.length, ...frame })
  more(add)
  const reader = openReader(path)
  const detail = reader.frame(1)
  if (detail === undefined) throw new Error('no frame')
  return { ...detail, raw: reader.raw(1), payload: reader.payload(1) }
}
const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString()

describe('payload', () => {
  test('is the raw bytes without what frames them', () => {
    const { raw, payload, text: shown } = detailOf('5\r\nhello\r\n', { lead: 3, trail: 2 })
    expect(text(raw)).toBe('5\r\nhello\r\n')
    expect(text(payload)).toBe('hello')
    expect(shown).toBe('hello')
  })

  test('is put together from pieces', () => {
    expect(text(detailOf('3\r\nabc\r\n2\r\nde\r\n', { pieces: '[[3,3],[11,2]]' }).payload)).toBe('abcde')
  })

  test('is unchunked where the pieces are too many to list', () => {
    const body = '3;ext=1\r\nabc\r\n2\nde\nA\r\n0123456789\r\n0\r\ntrailer: x\r\n\r\n'
    expect(text(detailOf(body, { pieces: 'chunked' }).payload)).toBe('abcde0123456789')
    expect(text(detailOf('3\r\nabc\r\nzz\r\nabc', { pieces: 'chunked' }).payload)).toBe('abc')
    expect(text(detailOf('9\r\nabc', { pieces: 'chunked' }).payload)).toBe('abc')
  })

  test('is what was inflated, where the bytes are compressed', () => {
    const { payload, raw } = detailOf('\x1f\x8b', {}, (add) => add('payload', { frame: 1, bytes: Buffer.from('{}') }))
    expect(text(payload)).toBe('{}')
    expect(text(raw)).toBe('\x1f\x8b')
  })

  test('of a WebSocket frame is unmasked', () => {
    const frame = Buffer.from('818537fa213d7f9f4d5158', 'hex')
    expect(text(detailOf(frame, { kind: 5, lead: 6 }).payload)).toBe('Hello')
    expect(text(detailOf(Buffer.from('81026869', 'hex'), { kind: 5, lead: 2 }).payload)).toBe('hi')
    expect(detailOf(Buffer.from('81026869', 'hex'), { kind: 5, lead: 2, length: 5 }).payload).toBeUndefined()
  })

  test('is not there when not all bytes were kept', () => {
    const { raw, payload, text: shown } = detailOf('abc', { length: 4 })
    expect(raw).toBeUndefined()
    expect(payload).toBeUndefined()
    expect(shown).toBe('')
  })

  test('an unknown frame has none', () => {
    const reader = openReader(captureFixture().path)
    expect(reader.frame(1)).toBeUndefined()
    expect(reader.raw(1)).toBeUndefined()
    expect(reader.payload(1)).toBeUndefined()
  })
})

describe('text', () => {
  test('is UTF-8 where valid, its byte order mark kept', () => {
    expect(detailOf('\ufeffgrüße 🙂')).toMatchObject({ text: '\ufeffgrüße 🙂', textLossy: false, textCut: false })
  })

  test('is latin1 where it is not', () => {
    expect(detailOf(Buffer.from([0x61, 0xff, 0xe9]))).toMatchObject({ text: 'aÿé', textLossy: true })
  })

  test('is cut at 1 MiB, also within a character', () => {
    const detail = detailOf(`a${'é'.repeat(600_000)}`)
    expect(detail).toMatchObject({ textCut: true, textLossy: false })
    expect(detail.text).toBe(`a${'é'.repeat(524_287)}`)
    expect(detail.payload).toHaveLength(1_200_001)
  })

  test('that is cut takes of its pieces no more than it shows', () => {
    const detail = detailOf('x'.repeat(2_000_000), { pieces: '[[0,1000000],[1000001,90000],[1900000,10]]' })
    expect(detail.textCut).toBe(true)
    expect(detail.text).toHaveLength(1_048_576)
    expect(detail.payload).toHaveLength(1_090_010)
  })
})

describe('head', () => {
  test('is parsed into start line and fields, in order, as received', () => {
    const head = 'POST /mcp HTTP/1.1\r\nHost: a\r\naccept:  x, y \r\nX-Twice: 1\r\nx-twice: 2\r\nEmpty:\r\n\r\n'
    expect(detailOf(head, { kind: 0 })).toMatchObject({
      startLine: 'POST /mcp HTTP/1.1',
      headers: [
        { name: 'Host', value: 'a' },
        { name: 'accept', value: 'x, y' },
        { name: 'X-Twice', value: '1' },
        { name: 'x-twice', value: '2' },
        { name: 'Empty', value: '' },
      ],
    })
  })

  test('that is odd is shown as it is: leading empty lines, bare LF, folded values, no colon', () => {
    expect(detailOf('\r\nHTTP/1.1 200 OK\nA: 1\n\t2\nnonsense\n\n', { kind: 0 })).toMatchObject({
      startLine: 'HTTP/1.1 200 OK',
      headers: [
        { name: 'A', value: '1 2' },
        { name: 'nonsense', value: '' },
      ],
    })
  })

  test('that was not kept has neither', () => {
    expect(detailOf('', { kind: 0, length: 5 })).toMatchObject({ startLine: null, headers: [] })
  })

  test('is only looked for in heads', () => {
    expect(detailOf('A: 1\r\n\r\n')).toMatchObject({ startLine: null, headers: [] })
  })
})

test('edits and redactions are relative to the frame', () => {
  const detail = detailOf('Host: proxy\r\nKey: ******\r\n', { edits: '[1,2]' }, (add) => {
    add('edit', { offset: 6, removed: Buffer.from('proxy'), bytes: Buffer.from('server'), rule: 'host' })
    add('edit', { offset: 13, removed: Buffer.alloc(0), bytes: null, rule: 'header:x-key' })
    add('redaction', { offset: 28, length: 6, name: 'key', hash: 'ab12' })
    add('redaction', { offset: 9, length: 1, name: 'of the frame before' })
    add('redaction', { offset: 36, length: 1, name: 'of the next frame' })
  })
  expect(detail.editList).toEqual([
    { offset: 6, removed: 'proxy', inserted: 'server', rule: 'host' },
    { offset: 13, removed: '', inserted: null, rule: 'header:x-key' },
  ])
  expect(detail.redactions).toEqual([{ offset: 18, length: 6, name: 'key', hash: 'ab12' }])
})

test('chunks are those that hold bytes of the frame, each with its part of them', () => {
  const packed = (...pairs: number[]) => {
    const buffer = Buffer.alloc(pairs.length * 4)
    pairs.forEach((value, i) => buffer.writeUInt32LE(value, i * 4))
    return buffer
  }
  const detail = detailOf('abcdefgh', {}, (add) => {
    add('instants', { offset: 0, at: START, chunks: packed(4, 0, 8, 50) })
    add('instants', { offset: 12, at: START + 1000, chunks: packed(3, 5, 100, 70, 9, 80) })
    add('instants', { offset: 124, at: START + 2000, chunks: packed(1, 0) })
  })
  expect(detail.chunks).toEqual([
    { at: START + 50, bytes: 2 },
    { at: START + 1005, bytes: 3 },
    { at: START + 1070, bytes: 3 },
  ])
})
