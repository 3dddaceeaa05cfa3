import { expect, test } from 'vitest'
import { messageText } from '../../../ui/src/state/message-text.ts'

test('an event speaks by its data, anything else by all of it', () => {
  expect(messageText({ kind: 'event', text: 'id: 1\ndata: {}\n\n' })).toBe('{}')
  expect(messageText({ kind: 'event', text: ': ping\n\n' })).toBe(': ping\n\n')
  expect(messageText({ kind: 'body', text: 'data: x' })).toBe('data: x')
})
