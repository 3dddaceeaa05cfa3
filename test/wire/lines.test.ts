import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLineFramer, textLength } from '../../src/wire/lines.ts'
import { framerLaws, framesOf, seen } from '../laws/framer.ts'

/** Pieces that matter to lines, and bytes that do not. */
const lines = fc
  .array(
    fc.oneof(
      fc.constantFrom('\n', '\r\n', '\r', '\n\n', '{"jsonrpc":"2.0","id":1,"result":{}}\n', 'é\n', '\0'),
      fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Buffer.from(parts.join(''), 'latin1'))

framerLaws('a framer of lines', createLineFramer, lines)
framerLaws('a framer of lines with a small bound', () => createLineFramer({ maxFrameBytes: 10 }), lines, {
  maxHeldBytes: 11,
})

const framesIn = (text: string, options = {}) =>
  seen(framesOf(createLineFramer(options), [Buffer.from(text, 'latin1')])).map(({ kind, raw, payload }) =>
    raw === payload ? [kind, raw] : [kind, raw, payload],
  )

describe('frames of lines', () => {
  test('end with LF, which is not in the payload', () => {
    expect(framesIn('{}\n[]\n')).toEqual([
      ['line', '{}\n', '{}'],
      ['line', '[]\n', '[]'],
    ])
  })

  test('keep one CR before it out of the payload, and no other', () => {
    expect(framesIn('a\r\nb\r\r\nc\rd\n')).toEqual([
      ['line', 'a\r\n', 'a'],
      ['line', 'b\r\r\n', 'b\r'],
      ['line', 'c\rd\n', 'c\rd'],
    ])
  })

  test('are there for empty lines too', () => {
    expect(framesIn('\n\r\n')).toEqual([
      ['line', '\n', ''],
      ['line', '\r\n', ''],
    ])
  })

  test('of a last line without LF are the end', () => {
    expect(framesIn('a\nb\r')).toEqual([
      ['line', 'a\n', 'a'],
      ['end', 'b\r'],
    ])
  })

  test('keep bytes that are no UTF-8, and NUL', () => {
    expect(framesIn('\xff\0\xc3\n')).toEqual([['line', '\xff\0\xc3\n', '\xff\0\xc3']])
  })

  test('of a line beyond the bound are opaque, and the next one is seen again', () => {
    expect(framesIn('1234\n12345\n1\n', { maxFrameBytes: 5 })).toEqual([
      ['line', '1234\n', '1234'],
      ['opaque', '12345\n'],
      ['line', '1\n', '1'],
    ])
    expect(framesIn('123456', { maxFrameBytes: 5 })).toEqual([['opaque', '123456']])
  })
})

describe('the text of a line', () => {
  test.each([
    ['', 0],
    ['\n', 0],
    ['\r\n', 0],
    ['a\n', 1],
    ['a\r\n', 1],
    ['a\r', 2],
    ['a', 1],
  ])('%j is %i bytes long', (line, length) => {
    expect(textLength(Buffer.from(line))).toBe(length)
  })
})
