import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseEvent } from '../../src/wire/sse.ts'
import { parseStreamEvent } from '../../src/wire/stream-event.ts'

const read = (text: string) => {
  const { name, hasId, data } = parseStreamEvent(Buffer.from(text))
  return { name, hasId, data: data === null ? null : Buffer.from(data).toString() }
}

describe('an event', () => {
  test.each([
    ['event: message\nid: 1\ndata: {}\n\n', { name: 'message', hasId: true, data: '{}' }],
    ['event:endpoint\r\ndata:/m\r\n\r\n', { name: 'endpoint', hasId: false, data: '/m' }],
    ['event: a\rdata: b\r\r', { name: 'a', hasId: false, data: 'b' }],
    [': ping\n\n', { name: null, hasId: false, data: null }],
    ['data: event: x\n\n', { name: null, hasId: false, data: 'event: x' }],
    ['events: x\nidea: y\n\n', { name: null, hasId: false, data: null }],
  ])('%j', (text, expected) => {
    expect(read(text)).toEqual(expected)
  })

  test('says the same as the full parser', () => {
    const line = fc.constantFrom('event: a', 'event:b', 'id: 1', 'data: x', 'data:y', ': c', 'retry: 5', 'idx: 1')
    const end = fc.constantFrom('\n', '\r\n')
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), end, (lines, newline) => {
        const text = lines.map((each) => each + newline).join('') + newline
        const { event, data, id } = parseEvent(Buffer.from(text))
        expect(read(text)).toEqual({ name: event, hasId: id !== null, data })
      }),
    )
  })
})
