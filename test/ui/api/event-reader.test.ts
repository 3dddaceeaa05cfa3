import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEventReader } from '../../../ui/src/api/event-reader.ts'

const stream =
  'event: status\ndata: {"a":1}\n\n: still here\n\nid: 7\r\nevent: change\r\ndata: one\r\ndata: two\r\n\r\ndata\n\n'
const events = [
  { type: 'status', id: '', data: '{"a":1}' },
  { type: 'change', id: '7', data: 'one\ntwo' },
  { type: 'message', id: '7', data: '' },
]

test('reads events, and nothing of comments', () => {
  expect(createEventReader()(stream)).toEqual(events)
})

test('reads the same from every split', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length), { maxLength: 12 }), (cuts) => {
      const read = createEventReader()
      const edges = [0, ...cuts.toSorted((a, b) => a - b), stream.length]
      expect(edges.slice(1).flatMap((edge, at) => read(stream.slice(edges[at], edge)))).toEqual(events)
    }),
  )
})
