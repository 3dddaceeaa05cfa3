/** Event streams as servers write them and as no server should: for property tests. */
import fc from 'fast-check'

const line = fc.constantFrom(
  'data: 1',
  'data: 1',
  'data:{"a":1}',
  'data:  two',
  'data',
  'data:',
  'event: message',
  'event:endpoint',
  'event',
  'id: 7',
  'id',
  'id: a\0b',
  'retry: 10',
  'retry: 1x',
  'retry:',
  ': keepalive',
  ':',
  'unknown: x',
  'no colon here',
  ' data: blank first',
  'data : blank before',
  'd\u00e4ta: \u20ac',
  'Data: capital',
)
const lineEnd = fc.oneof(
  { weight: 6, arbitrary: fc.constant('\n') },
  { weight: 3, arbitrary: fc.constant('\r\n') },
  { weight: 2, arbitrary: fc.constant('\r') },
)
const block = fc
  .tuple(fc.array(fc.tuple(line, lineEnd), { maxLength: 4 }), lineEnd)
  .map(([lines, end]) => lines.map(([text, lineBreak]) => text + lineBreak).join('') + end)

/** Any mixture of blocks, of one line end or of all, with a byte order mark now and then, the last one perhaps cut off. */
export const eventStreams = fc
  .tuple(fc.boolean(), fc.array(block, { maxLength: 6 }), fc.nat({ max: 4 }), fc.constantFrom('', '\n', '\r\n', '\r'))
  .map(([mark, blocks, cut, only]) => {
    const text = blocks.join('').replaceAll(/\r\n|\r|\n/g, (end) => (only === '' ? end : only))
    const bytes = Buffer.from((mark ? '\ufeff' : '') + text)
    return bytes.subarray(0, Math.max(0, bytes.length - (cut === 4 ? 3 : 0)))
  })
