import { expect, test } from 'vitest'
import { run } from '../../../src/cli/run.ts'
import type { HeldRow } from '../../../src/store/rows.ts'
import { captureFixture, type CaptureFixture } from '../../support/capture-fixture.ts'
import { fakeContext } from '../../support/cli-context.ts'

const NOW = 1_700_000_000_000_000
const CALL = '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"search"}}'

/** A capture of a process that lives, with messages that wait in it. */
const holding = (...payloads: (string | null)[]): CaptureFixture => {
  const capture = captureFixture()
  capture.db.exec(`UPDATE instance SET seen_at = ${NOW}, url = 'http://127.0.0.1:6278/mcp', pid = 4711`)
  for (const [at, payload] of payloads.entries()) {
    capture.add('held', {
      payload,
      rule: 'breakpoint',
      direction: at % 2,
      offset: at,
      at: NOW - 12_000_000,
      deadline: NOW + 48_000_000,
    })
  }
  return capture
}

const told = async ({ path }: CaptureFixture, ...words: string[]) => {
  const context = { ...fakeContext(), now: () => NOW }
  const code = await run(['fault', 'held', ...words, '--db', path], context)
  return { code, out: context.output.stdout(), err: context.output.stderr() }
}

/** Acts as the process would, as soon as an answer is there. */
const acting = ({ db }: CaptureFixture, state: HeldRow['state']) => {
  const timer = setInterval(() => {
    db.prepare(`UPDATE held SET state = ?, ended_at = ${NOW} WHERE answer IS NOT NULL`).run(state)
  }, 5)
  return () => clearInterval(timer)
}

test('messages that wait are listed, with how long, why, where, and what can be done', async () => {
  const capture = holding(CALL, '{"jsonrpc":"2.0","id":7,"result":{}}')
  const { code, out } = await told(capture)
  expect([code, out.split('\n')]).toEqual([
    0,
    [
      '1  →  tools/call search  waits for 12.0 s, is sent in 48.0 s',
      '  rule breakpoint, in proxy http://127.0.0.1:6278/mcp (pid 4711)',
      `  ${CALL}`,
      '2  ←  answer 7  waits for 12.0 s, is sent in 48.0 s',
      '  rule breakpoint, in proxy http://127.0.0.1:6278/mcp (pid 4711)',
      '  {"jsonrpc":"2.0","id":7,"result":{}}',
      '',
      `Send it: npx mitmcp fault held send 1 --db ${capture.path}   Drop it: … drop 1   Change it: … edit 1 '<json>'`,
      '',
    ],
  ])
  const rows = (await told(capture, '--json')).out.trim().split('\n')
  expect(rows.map((row) => (JSON.parse(row) as HeldRow).id)).toEqual([1, 2])
})

test('where none waits it is said how to hold some; those of a process that is gone do not wait', async () => {
  const capture = holding()
  expect((await told(capture)).err).toContain("fault add breakpoint --match 'method:tools/call'")
  const gone = holding(CALL)
  gone.db.exec(`UPDATE instance SET seen_at = ${NOW - 6_000_000}`)
  expect((await told(gone)).err).toContain('No message waits.')
})

test.each([
  [['send'], 'sent', '1 tools/call search: sent'],
  [['drop', '1'], 'dropped', '1 tools/call search: dropped'],
  [['edit', '1', '{"id":8}'], 'edited', '1 tools/call search: edited'],
  [['edit', '1', '{"id":8}'], 'sent', '1 tools/call search: sent as it was, for it cannot be edited there'],
] as const)('%j is told to its process, and what came of it is said', async (words, state, said) => {
  const capture = holding(CALL)
  const stop = acting(capture, state)
  expect(await told(capture, ...words)).toEqual({ code: 0, err: '', out: `${said}\n` })
  stop()
  const [verb, , payload = null] = words
  expect(capture.db.prepare('SELECT answer, answer_payload FROM held').get()).toEqual({
    answer: verb,
    answer_payload: payload,
  })
})

test('one whose process has not acted yet is said to be so', async () =>
  expect((await told(holding(CALL), 'drop')).out).toBe(
    '1 tools/call search: told to its process, which has not acted yet\n',
  ))

test.each([
  [['send', '9'], 2, 'No message 9 waits (any more).', 'There are: 1 (tools/call search), 2 (text).'],
  [['send'], 2, '2 messages wait: 1 (tools/call search), 2 (text).', 'fault held send 1'],
  [['sned', '1'], 2, 'There is no "fault held sned".', 'Did you mean npx mitmcp fault held send ?'],
] as const)('%j is refused with what there is', async (words, code, message, hint) => {
  const { err, code: given } = await told(holding(CALL, null), ...words)
  expect(given).toBe(code)
  expect(err).toContain(message)
  expect(err).toContain(hint)
})
