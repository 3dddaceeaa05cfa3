import { expect, test } from 'vitest'
import { recordedHits } from '../../../src/cli/fault/recorded-hits.ts'
import { parseRule } from '../../../src/faults/rules/parse.ts'
import type { RuleSource } from '../../../src/faults/rules/rule.ts'
import { openReader } from '../../../src/store/reader.ts'
import { captureFixture, fillCapture } from '../../support/capture-fixture.ts'
import { conversationFixture } from '../../support/conversation-fixture.ts'

/** Each of its two calls is an exchange of its own. */
const conversation = () => {
  const capture = conversationFixture()
  capture.add('flow', { id: 3, session: 1, verb: 'POST', target: '/mcp' })
  capture.db.exec('UPDATE frame SET flow = 3 WHERE id = 4')
  return capture
}

const hitsOf = (path: string, source: RuleSource, asked: { session?: string; last?: number } = {}) => {
  const reader = openReader(path)
  try {
    const { searched, matches, hits, unasked } = recordedHits(reader, parseRule(source), {
      last: 2000,
      ...asked,
    } as never)
    return { searched, matches: matches.map(({ id }) => id), hits: hits.map(({ id }) => id), unasked }
  } finally {
    reader.close()
  }
}

test('the filter of the rule is asked of what was recorded', () => {
  const { path } = conversation()
  expect(hitsOf(path, { fault: 'drop', match: 'method:tools/call' })).toMatchObject({ searched: 4, hits: [2, 3, 4] })
  expect(hitsOf(path, { fault: 'drop', match: 'method:tools/call dir:s2c' }).hits).toEqual([3])
  expect(hitsOf(path, { fault: 'rpc-error', match: 'tool:slow' }).hits).toEqual([4])
})

test('where a fault has no meaning it hits nothing', () =>
  expect(hitsOf(conversation().path, { fault: 'ws-frame' }).hits).toEqual([]))

test('what covers a stream, a connection or a session hits it once', () => {
  const { path } = conversation()
  expect(hitsOf(path, { fault: 'cut' }).hits).toEqual([1, 4])
  expect(hitsOf(path, { fault: 'latency', delay: '1s' }).hits).toEqual([1])
  expect(hitsOf(path, { fault: 'drop', per: 'session', match: 'tool:slow' }).hits).toEqual([4])
})

test('head and body of a request are one message', () =>
  expect(hitsOf(conversation().path, { fault: 'status', code: 503 }).hits).toEqual([1, 4]))

test.each([
  [{ skip: 1 }, [3, 4]],
  [{ nth: 2 }, [3]],
  [{ every: 2 }, [3]],
  [{ skip: 1, every: 2 }, [4]],
  [{ times: 1 }, [2]],
])('its counters count: %j', (words, hits) =>
  expect(hitsOf(conversation().path, { fault: 'drop', match: 'method:tools/call', ...words })).toMatchObject({
    matches: [2, 3, 4],
    hits,
  }),
)

test('words that only live traffic answers are named', () =>
  expect(hitsOf(conversation().path, { fault: 'drop', probability: 0.5, for: '30s' }).unasked).toEqual([
    'probability',
    'for',
  ]))

test('the newest frames are looked at, in pages, of one session where it is named', () => {
  const capture = captureFixture()
  fillCapture(capture, 12_000)
  expect(hitsOf(capture.path, { fault: 'drop' }, { last: 11_000 })).toMatchObject({ searched: 11_000 })
  expect(hitsOf(capture.path, { fault: 'drop' }, { last: 5 }).searched).toBe(5)
  expect(hitsOf(capture.path, { fault: 'drop' }, { last: 5000, session: 'sess0001' }).searched).toBe(1200)
})
