import { expect, onTestFinished, test } from 'vitest'
import { conversation } from '../../src/cli/conversation.ts'
import { detailLines } from '../../src/cli/detail-lines.ts'
import { openReader } from '../../src/store/reader.ts'
import { capturedOutput } from '../support/cli-context.ts'
import { conversationFixture } from '../support/conversation-fixture.ts'

const linesOf = (index: number, flags: { headers?: true; body?: true }): string[] => {
  const reader = openReader(conversationFixture().path)
  onTestFinished(() => reader.close())
  const session = reader.session()
  const entry = session && [...conversation(reader, session, true)][index]
  return entry ? detailLines(reader, entry, flags, capturedOutput()) : []
}

test('--headers puts the fields under a head', () =>
  expect(linesOf(0, { headers: true })).toEqual(['    Host: localhost:3000', '    Accept: text/event-stream']))

test('--body puts the message under its line, indented', () =>
  expect(linesOf(2, { body: true }).slice(0, 5)).toEqual([
    '    {',
    '      "jsonrpc": "2.0",',
    '      "id": 1,',
    '      "result": {',
    '        "content": [',
  ]))

test('without them there is nothing', () => expect([linesOf(0, {}), linesOf(1, {})]).toEqual([[], []]))
