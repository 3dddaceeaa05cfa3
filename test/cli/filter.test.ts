import { expect, test } from 'vitest'
import { asksForFrames, asOperand, filtered, filterFrom, sessionsWith } from '../../src/cli/filter.ts'
import { logEntries } from '../../src/cli/entry.ts'
import { parseFilter, print } from '../../src/filter/index.ts'
import { openReader } from '../../src/store/reader.ts'
import { START } from '../support/capture-fixture.ts'
import { conversationFixture } from '../support/conversation-fixture.ts'
import { callRow, flowRow, frameRow, logRow, messageRow } from '../support/rows.ts'

test.each<[string[], string | undefined, string | undefined]>([
  [[], undefined, undefined],
  [[], '  ', undefined],
  [['method:ping', '-kind:error'], undefined, 'method:ping -kind:error'],
  [[], 'a or b', 'a or b'],
  [['a', 'or', 'b'], 'c or d', '(a or b) (c or d)'],
])('words %j and --filter %j are %j', (words, flag, expected) => {
  const filter = filterFrom(words, flag === undefined ? {} : { filter: flag })
  expect(filter && print(filter)).toBe(expected)
})

test.each([
  ['-kind:error', ' -kind:error'],
  ['-(a or b)', ' -(a or b)'],
  ['-"no such"', ' -"no such"'],
  ['--db', '--db'],
  ['-n', '-n'],
  ['a-b:c', 'a-b:c'],
])('the word %j is given to commander as %j', (word, operand) => {
  expect(asOperand(word)).toBe(operand)
})

test('each of the two has to hold by itself', () => {
  expect(() => filterFrom(['a', ')'], { filter: '(b' })).toThrow('nothing is open')
})

test.each([
  ['kind:head', true],
  ['kind:ping|error', true],
  ['-kind:event', true],
  ['kind:error', false],
  ['kind:message', false],
  ['header:x tool:head', false],
])('%j asks for frames that are no messages: %s', (text, expected) => {
  expect(asksForFrames(parseFilter(text))).toBe(expected)
})

test('lines of a conversation are asked by what they are of', () => {
  const { path } = conversationFixture()
  const holds = (text: string) => filtered(parseFilter(text), openReader(path)).entry
  const [frame, message] = [frameRow({ id: 3 }), messageRow()]
  const answer = { kind: 'message' as const, at: START, frame, message }
  expect([holds('dir:s2c')(answer), holds('dir:c2s')(answer)]).toEqual([true, false])
  expect(holds('dir:c2s')(answer, new Set([3]))).toBe(true)
  const waiting = { kind: 'unanswered' as const, at: START, call: callRow({ id: 2 }) }
  expect([holds('tool:slow')(waiting), holds('tool:echo')(waiting)]).toEqual([true, false])
  const refused = { kind: 'refused' as const, at: START, flow: flowRow({ id: 1 }) }
  expect([holds('tool:echo')(refused), holds('tool:none')(refused)]).toEqual([true, false])
  expect(logEntries(logRow()).map((entry) => holds('')(entry))).toEqual([false])
})

test('sessions come with traffic it holds for', () => {
  const { path, add } = conversationFixture()
  add('session', { id: 2, uid: 'talk0002' })
  for (let id = 3; id < 260; id++) add('session', { id, uid: `more${String(id).padStart(4, '0')}` })
  add('frame', { id: 5, session: 2, flow: 1 })
  const uids = (text: string, limit = 10) =>
    sessionsWith(openReader(path), parseFilter(text), limit).map(({ uid }) => uid)
  expect(uids('')).toEqual(['talk0002', 'talk0001'])
  expect(uids('', 1)).toEqual(['talk0002'])
  expect(uids('tool:echo outcome:ok')).toEqual(['talk0001'])
  expect(uids('tool:none')).toEqual([])
})
