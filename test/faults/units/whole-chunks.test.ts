import { describe, expect, test } from 'vitest'
import { wholeChunks } from '../../../src/faults/units/whole-chunks.ts'

const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`
const LAST = '0\r\n\r\n'
const EVENT = chunk('data: a\n\n')

describe('bytes of a chunked body', () => {
  test.each([
    ['a whole body', EVENT + LAST, 'over', 'over'],
    ['its end alone', LAST, 'over', 'over'],
    ['nothing', '', 'open', null],
    ['an event', EVENT, 'open', null],
    ['events with other line ends', chunk('data: a\r\n\r\n') + chunk('data: a\r\n\n'), 'open', null],
    ['capital digits', `A\r\n${'x'.repeat(8)}\n\n\r\n`, 'open', null],
    ['an event in two chunks', chunk('data: a\n') + chunk('data: b\n\n') + LAST, 'over', 'over'],
    ['one chunk that ends no line', chunk('{}') + LAST, 'over', 'over'],
    ['two chunks, the first of which ends no line', chunk('{"met') + chunk('hod"}') + LAST, null, null],
    ['two chunks, the second of which ends no line', chunk('a\n') + chunk('{"met') + LAST, null, null],
    ['half an event', chunk('data: a\n'), null, null],
    ['a line end alone', chunk('\n'), null, null],
    ['a chunk that is not whole', EVENT.slice(0, -1), null, null],
    ['an end that is not whole', EVENT + LAST.slice(0, -1), null, null],
    ['bytes behind the end', `${LAST}H`, null, null],
    ['a trailer', '0\r\nA: b\r\n\r\n', null, null],
    ['an extension', `9;a=b\r\ndata: a\n\n\r\n${LAST}`, null, null],
    ['a bare LF behind a size', '9\ndata: a\n\n\r\n', null, null],
    ['a size that is none', 'x\r\n', null, null],
    ['many digits', `00000009\r\ndata: a\n\n\r\n`, null, null],
  ])('%s: %j end a stream %s, another body %s', (_what, text, stream, other) => {
    const bytes = Buffer.from(`head${text}`)
    expect([wholeChunks(bytes, 4, true), wholeChunks(bytes, 4, false)]).toEqual([stream, other])
  })
})
