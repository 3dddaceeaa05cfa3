import { expect, test } from 'vitest'
import { parseFilter } from '../../src/filter/index.ts'
import type { CallQuery } from '../../src/store/index.ts'
import { openReader } from '../../src/store/reader.ts'
import { captureFixture, START } from '../support/capture-fixture.ts'

const reader = () => {
  const { path, add } = captureFixture()
  add('session', { id: 1, uid: 'abcd2345' })
  add('connection', { id: 1 })
  add('flow', { id: 1, status: 404 })
  const said = Buffer.from('{"a":"needle"}')
  add('raw', { bytes: said })
  for (let id = 1; id <= 6; id++) {
    add('frame', { id, messages: 1, session: id < 4 ? 1 : null, length: id === 2 ? said.length : 0 })
    add('message', { frame: id, method: 'tools/call', tool: `tool-${id}`, call: id })
    const answered = id === 6 ? null : START + id * 1000
    const outcome = id === 5 ? 'error' : id === 6 ? 'pending' : 'ok'
    add('call', {
      id,
      session: id < 4 ? 1 : null,
      request_frame: id,
      answered_at: answered,
      outcome,
      code: id === 5 ? -32602 : null,
    })
  }
  return openReader(path)
}

test.each<[string, CallQuery, number[]]>([
  ['', {}, [1, 2, 3, 4, 5, 6]],
  ['outcome:ok', {}, [1, 2, 3, 4]],
  ['outcome:ok', { limit: 2 }, [3, 4]],
  ['outcome:ok', { limit: 2, before: 4 }, [2, 3]],
  ['outcome:ok', { limit: 2, after: 1 }, [2, 3]],
  ['outcome:ok', { session: 'abcd' }, [1, 2, 3]],
  ['', { outcome: 'pending' }, [6]],
  ['tool:tool-2|tool-5', {}, [2, 5]],
  ['code:<0', {}, [5]],
  ['duration:>=4ms', {}, [4, 5]],
  ['-duration:>=4ms', {}, [1, 2, 3, 6]],
  ['status:404 session:abcd*', {}, [1, 2, 3]],
  ['needle', {}, [2]],
  ['-needle tool:tool-*', { limit: 3 }, [4, 5, 6]],
])('%j of %o: %j', (text, query, expected) => {
  const { rows, scannedTo } = reader().callsMatching(parseFilter(text), query)
  expect(rows.map(({ id }) => id)).toEqual(expected)
  expect(scannedTo).toBeNull()
})

test.each(['duration:>900ms', 'duration:>900ms -zzz'])('%j is about what was waited, not what came here', (text) => {
  const { path, add } = captureFixture()
  add('connection', { id: 1 })
  add('frame', { id: 1, messages: 1, sent_last: START + 300_000 })
  add('frame', { id: 2, messages: 1, direction: 1, sent_last: START + 1_000_000 })
  for (const frame of [1, 2]) add('message', { frame, kind: frame - 1, method: 'tools/call', call: 1 })
  add('call', { id: 1, response_frame: 2, answered_at: START + 321_000 })
  const capture = openReader(path)
  const { rows } = capture.callsMatching(parseFilter(text))
  const sent = { requestSentAt: START + 300_000, answeredAt: START + 321_000, answerSentAt: START + 1_000_000 }
  expect(rows).toMatchObject([{ ...sent, resumedAfter: null }])
  expect(capture.calls()).toMatchObject([sent])
  expect(capture.frames({ filter: parseFilter(text) }).rows).toHaveLength(2)
})

test('an empty capture has none', () => {
  expect(openReader(captureFixture().path).callsMatching(parseFilter('tool:*'))).toEqual({ rows: [], scannedTo: null })
})
