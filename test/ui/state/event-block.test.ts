import { expect, test } from 'vitest'
import { parseEventBlock } from '../../../ui/src/state/event-block.ts'

const none = { event: null, id: null, retry: null, data: null, comments: [], unknown: [] }

test('takes a block apart', () => {
  expect(parseEventBlock('event: message\r\nid: 7\nretry:100\ndata: {"a":\ndata: 1}\n: hi\nother: x\n\n')).toEqual({
    event: 'message',
    id: '7',
    retry: '100',
    data: '{"a":\n1}',
    comments: ['hi'],
    unknown: ['other: x'],
  })
})

test('removes one leading space only', () => {
  expect(parseEventBlock('data:  x\n\n')).toEqual({ ...none, data: ' x' })
})

test('tells empty data from none', () => {
  expect(parseEventBlock('data\n\n')).toEqual({ ...none, data: '' })
  expect(parseEventBlock(': ping\n\n')).toEqual({ ...none, comments: ['ping'] })
})

test('takes a byte order mark and bare carriage returns', () => {
  expect(parseEventBlock('\uFEFFdata: 1\rdata: 2\r\r')).toEqual({ ...none, data: '1\n2' })
})
