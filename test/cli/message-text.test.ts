import { describe, expect, test } from 'vitest'
import { messageText, prettyText, previewOf } from '../../src/cli/message-text.ts'

test('the message of an event is its data lines', () =>
  expect(messageText('id: 7\nevent: message\ndata: {"a":\ndata:1}\n\n')).toBe('{"a":\n1}'))

describe('a preview', () => {
  test.each([
    [
      '{"id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":"hi"},"_meta":{"x":1}}}',
      '{"text":"hi"}',
    ],
    ['{"id":1,"method":"tools/list","params":{"_meta":{"x":1}}}', ''],
    [
      '{"method":"notifications/progress","params":{"progressToken":1,"progress":2}}',
      '{"progressToken":1,"progress":2}',
    ],
    ['{"id":1,"result":{"content":[{"type":"text","text":"two\\nlines"}]}}', String.raw`"two\nlines"`],
    ['{"id":1,"result":{"tools":[]}}', '{"tools":[]}'],
    ['{"id":1,"result":{}}', ''],
    ['{"id":1,"error":{"code":-32602,"message":"no such tool"}}', 'no such tool'],
    ['data: {"id":1,"result":{"ok":true}}\n\n', '{"ok":true}'],
    ['HTTP/1.1 200 OK\r\ncontent-length: 56\r\n\r\n{"id":1,"error":{"code":1,"message":"nope"}}', 'nope'],
    ['not json\nat all', 'not json'],
    ['[]', ''],
    ['7', ''],
  ])('of %j is %j', (payload, preview) => expect(previewOf(payload, '1')).toBe(preview))

  test('in a batch is of the message asked for', () =>
    expect(previewOf('[{"id":1,"result":{"a":1}},{"id":"1","result":{"b":2}}]', '"1"')).toBe('{"b":2}'))
})

test('JSON is indented, other text is not touched', () => {
  expect(prettyText('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}')
  expect(prettyText('plain')).toBe('plain')
})
