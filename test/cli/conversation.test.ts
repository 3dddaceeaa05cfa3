import { expect, onTestFinished, test } from 'vitest'
import { conversation, previewIn } from '../../src/cli/conversation.ts'
import { openReader } from '../../src/store/reader.ts'
import { conversationFixture } from '../support/conversation-fixture.ts'

const fixture = () => {
  const reader = openReader(conversationFixture().path)
  onTestFinished(() => reader.close())
  const session = reader.session()
  if (!session) throw new Error('no session')
  return { reader, session }
}

test('messages come in order, with what broke between them', () => {
  const { reader, session } = fixture()
  expect(
    [...conversation(reader, session, false)].map((entry) =>
      entry.kind === 'message' ? entry.message.tool : entry.kind,
    ),
  ).toEqual(['echo', 'echo', 'broken', 'slow'])
})

test('with all, heads come too', () => {
  const { reader, session } = fixture()
  expect([...conversation(reader, session, true)][0]).toMatchObject({ kind: 'frame', frame: { kind: 'head' } })
})

test('answers have their call, and messages a preview', () => {
  const { reader, session } = fixture()
  const [request, answer] = [...conversation(reader, session, false)]
  expect(answer).toMatchObject({ call: { outcome: 'ok' } })
  expect(request && previewIn(reader, request)).toBe('{"text":"hi"}')
  expect(answer && previewIn(reader, answer)).toBe('"hi"')
})
