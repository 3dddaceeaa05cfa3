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
      '1  →  tools/call search (id 7)  waits for 12.0 s, is sent in 48.0 s',
      '  rule breakpoint, in proxy http://127.0.0.1:6278/mcp (pid 4711)',
      `  ${CALL}`,
      '2  ←  answer (id 7)  waits for 12.0 s, is sent in 48.0 s',
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
  [['send'], 'sent', '1 tools/call search (id 7): sent'],
  [['drop', '1'], 'dropped', '1 tools/call search (id 7): dropped'],
  [['edit', '1', '{"id":8}'], 'edited', '1 tools/call search (id 7): edited'],
  [['edit', '1', '{"id":8}'], 'sent', '1 tools/call search (id 7): sent as it was, for it cannot be edited there'],
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
    '1 tools/call search (id 7): told to its process, which has not acted yet\n',
  ))

test.each([
  [['send', '9'], 2, 'There was no message 9 at a breakpoint.', 'There are: 1 (tools/call search (id 7)), 2 (text).'],
  [['send'], 2, '2 messages wait: 1 (tools/call search (id 7)), 2 (text).', 'fault held send 1'],
  [['sned', '1'], 2, 'There is no "fault held sned".', 'Did you mean npx mitmcp fault held send ?'],
] as const)('%j is refused with what there is', async (words, code, message, hint) => {
  const { err, code: given } = await told(holding(CALL, null), ...words)
  expect(given).toBe(code)
  expect(err).toContain(message)
  expect(err).toContain(hint)
})

test('an answer is named by what was asked, and by whom', async () => {
  const capture = holding('{"jsonrpc":"2.0","id":1,"result":{}}')
  const about = { kind: 'response', method: 'tools/call', tool: 'echo', client: 'editor 1.2', session: 's-1' }
  capture.db.prepare(`UPDATE held SET about = ?`).run(JSON.stringify(about))
  capture.add('session', { uid: 'k3v9x2ab', session_id: 's-1', server: 'shop' })
  capture.add('connection', { server: 'shop' })
  const { out } = await told(capture)
  expect(out).toContain('1  →  answer to tools/call echo (id 1)  waits for')
  expect(out).toContain('  client editor 1.2, session k3v9x2ab, server shop, rule breakpoint, in proxy')
})

test.each([
  ['client-left', 'Message 1 does not wait any more: its client left while it waited: nobody got it.'],
  ['lost', 'Message 1 does not wait any more: its connection ended while it waited: nobody got it.'],
  ['sent', 'Message 1 does not wait any more: sent as it was.'],
] as const)('one that is %s cannot be decided about, and it is said what became of it', async (state, message) => {
  const capture = holding(CALL)
  capture.db.prepare('UPDATE held SET state = ?').run(state)
  const { code, err } = await told(capture, 'send', '1')
  expect([code, err.includes(message)]).toEqual([2, true])
})

test('one whose client leaves while it is decided about is not said to be sent', async () => {
  const capture = holding(CALL)
  const stop = acting(capture, 'client-left')
  expect((await told(capture, 'send')).out).toBe(
    '1 tools/call search (id 7): its client left while it waited: nobody got it\n',
  )
  stop()
})

test('an edit that is no JSON is refused, unless it is to be sent letter by letter', async () => {
  const capture = holding(CALL)
  const refused = await told(capture, 'edit', '1', '{"bad":')
  expect(refused.code).toBe(2)
  expect(refused.err).toContain('The message is no JSON')
  expect(refused.err).toContain('--raw')
  expect(capture.db.prepare('SELECT answer FROM held').pluck().get()).toBeNull()
  const stop = acting(capture, 'edited')
  expect((await told(capture, 'edit', '1', '{"bad":', '--raw')).out).toBe('1 tools/call search (id 7): edited\n')
  stop()
})
