import { describe, expect, onTestFinished, test } from 'vitest'
import { run } from '../../../src/cli/run.ts'
import { START, type CaptureFixture } from '../../support/capture-fixture.ts'
import { fakeContext, NOW } from '../../support/cli-context.ts'
import { conversationFixture } from '../../support/conversation-fixture.ts'

/** `tail` on a capture that goes on; stopped when the test is over. */
const tailing = (...args: string[]) => {
  const capture = conversationFixture()
  const context = fakeContext()
  const ended = run(['tail', '--db', capture.path, ...args], context)
  onTestFinished(async () => {
    context.stop()
    await ended
  })
  const lines = () =>
    context.output
      .stdout()
      .split('\n')
      .map((line) => line.slice(14))
      .filter((line) => line !== '')
  return { capture, context, ended, lines }
}

/** As the recorder does it: the answer of the waiting call, committed. */
const answerSlow = ({ db, add }: CaptureFixture): void => {
  const bytes = Buffer.from('{"jsonrpc":"2.0","id":2,"result":{"content":[{"type":"text","text":"at last"}]}}')
  add('raw', { direction: 1, offset: 5000, bytes })
  add('frame', { id: 5, session: 1, direction: 1, offset: 5000, length: bytes.length, size: bytes.length, messages: 1 })
  add('message', { frame: 5, kind: 1, method: 'tools/call', rpc_id: '2', tool: 'slow', call: 2 })
  db.exec(`UPDATE call SET outcome = 'ok', response_frame = 5, answered_at = ${START + 3_200_000} WHERE id = 2`)
  add('change', { seq: 1, frame_first: 5, frame_last: 5, calls: '[2]' })
}

const BEFORE = [
  'talk0001  →  tools/call  echo  #1  {"text":"hi"}',
  'talk0001  ←  tools/call  echo  #1  ok 12 ms  "hi"',
  'talk0001  →  tools/call  slow  #2',
]
const RESET = 'talk0001  ←  rst by server mid-event  GET /mcp'
const ALL_BEFORE = [...BEFORE.slice(0, 2), RESET, ...BEFORE.slice(2)]
const ANSWER = 'talk0001  ←  tools/call  slow  #2  ok 3.00 s  "at last"'

describe('tail', () => {
  test('begins with what was last, then tells messages as they are committed', async () => {
    const { capture, lines } = tailing()
    await expect.poll(lines).toEqual(ALL_BEFORE)
    answerSlow(capture)
    await expect.poll(lines).toEqual([...ALL_BEFORE, ANSWER])
  })

  test('with a filter tells only what it holds for, before and as it comes', async () => {
    const { capture, lines } = tailing('dir:s2c', '-outcome:error')
    await expect.poll(lines).toEqual([BEFORE[1]])
    answerSlow(capture)
    await expect.poll(lines).toEqual([BEFORE[1], ANSWER])
  })

  test('with a filter for heads tells them without being asked for all frames', async () => {
    const { lines } = tailing('--filter', 'kind:head')
    await expect.poll(lines).toEqual(['talk0001  →  head  POST /mcp HTTP/1.1'])
  })

  test('with a filter tells of what waits only that', async () => {
    const { capture, context, lines } = tailing('tool:echo')
    const { add, db } = capture
    db.exec(`UPDATE instance SET seen_at = ${NOW}`)
    await expect.poll(lines).toEqual(BEFORE.slice(0, 2))
    add('frame', { id: 6, session: 1, messages: 1 })
    add('message', { frame: 6, method: 'tools/call', tool: 'echo', rpc_id: '9' })
    add('change', { seq: 1, frame_first: 6, frame_last: 6 })
    await expect.poll(lines).toEqual([...BEFORE.slice(0, 2), 'talk0001  →  tools/call  echo  #9'])
    expect(context.output.stdout()).not.toContain('slow')
  })

  test('tells what waits, with its age; begins with as many as asked for', async () => {
    const { capture, lines, context } = tailing('--lines', '0')
    capture.db.exec(`UPDATE instance SET seen_at = ${NOW}`)
    await expect
      .poll(() => context.output.stdout())
      .toMatch(/^tools\/call slow #2 is not answered yet, after \d+ d \d+ h\n$/)
    answerSlow(capture)
    await expect.poll(() => lines().at(-1)).toBe(ANSWER)
    expect(lines()).toHaveLength(2)
  })

  test('with --method leaves out the others', async () => {
    const { context, ended } = tailing('--method', 'tools/list')
    context.stop()
    expect(await ended).toBe(0)
    expect(context.output.stdout()).toBe('')
  })

  test('with --json gives rows: frames as they come, calls when they are answered', async () => {
    const { capture, context } = tailing('--json', '--lines', '1')
    await expect.poll(() => context.output.stdout()).not.toBe('')
    answerSlow(capture)
    const rows = () =>
      context.output
        .stdout()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as object)
    await expect.poll(rows).toMatchObject([
      { type: 'frame', id: 4 },
      { type: 'frame', id: 5 },
      { type: 'call', id: 2, outcome: 'ok' },
    ])
  })

  test('tells lines of the log in their places, before and as they come', async () => {
    const capture = conversationFixture()
    const { add } = capture
    const log = (id: number, ms: number, detail: object, session: number | null = 1): number =>
      add('log', { id, at: START + ms * 1000, session, detail: JSON.stringify(detail) })
    log(1, -5, { text: 'too long ago' })
    log(2, 50, { text: 'between' })
    const told = (...args: string[]) => {
      const context = fakeContext()
      const ended = run(['tail', '--db', capture.path, '-n', '2', ...args], context)
      onTestFinished(async () => (context.stop(), void (await ended)))
      return () => context.output.stdout().trimEnd().split('\n')
    }
    const lines = told()
    const rows = told('--json')
    await expect.poll(() => lines().length + rows().length).toBe(7)
    add('log', { id: 3, kind: 'clock', session: null, at: START + 300_000, detail: '{"stepUs":1000000}' })
    add('change', { seq: 1, log_first: 3, log_last: 3 })
    await expect
      .poll(() => lines().map((line) => line.slice(24)))
      .toEqual([
        '←  tools/call  echo  #1  ok 12 ms  "hi"',
        '←  stderr  between',
        '←  rst by server mid-event  GET /mcp',
        '→  tools/call  slow  #2',
        '·  clock  the clock of this machine was set forward by 1.00 s',
      ])
    await expect
      .poll(() => rows().map((row) => JSON.parse(row) as object))
      .toMatchObject([
        { type: 'frame', id: 3 },
        { type: 'log', id: 2, kind: 'stderr', session: 'talk0001', detail: { text: 'between' } },
        { type: 'frame', id: 4 },
        { type: 'log', id: 3, kind: 'clock', session: null },
      ])
  })

  test.each([
    [['--since', '1000d'], '5'],
    [['-n', '10'], '6'],
  ])('tells what was refused, and what was never answered, of before with %j', async (flags, id) => {
    const capture = conversationFixture()
    const { add } = capture
    add('flow', { id: 3, session: 1, verb: 'POST', target: '/mcp', status: 502, responded_at: START + 150_000 })
    add('call', {
      id: 3,
      session: 1,
      flow: 3,
      tool: 'lost',
      rpc_id: id,
      answered_at: START + 160_000,
      outcome: 'silent',
    })
    const context = fakeContext()
    const ended = run(['tail', '--db', capture.path, ...flags], context)
    onTestFinished(async () => (context.stop(), void (await ended)))
    const lines = () =>
      context.output
        .stdout()
        .split('\n')
        .map((line) => line.slice(24))
    await expect
      .poll(lines)
      .toEqual([
        ...BEFORE.slice(0, 2).map((line) => line.slice(10)),
        RESET.slice(10),
        '←  HTTP 502  POST /mcp',
        `←  tools/call  lost  #${id}  never answered after 160 ms`,
        BEFORE[2]!.slice(10),
        '',
      ])
  })

  test('says held of what a rule holds, and what became of it once that is known', async () => {
    const { capture, context, lines } = tailing('-n', '1')
    const { add, db } = capture
    let now = NOW
    Object.assign(context, { now: () => (now += 10_000) })
    await expect.poll(lines).toEqual([BEFORE[2]])
    const bytes = Buffer.from('{"jsonrpc":"2.0","id":2,"result":{}}')
    const place = { direction: 1, offset: 5000 }
    add('raw', { ...place, bytes })
    add('frame', { id: 5, session: 1, ...place, length: bytes.length, size: bytes.length, messages: 1 })
    add('message', { frame: 5, kind: 1, method: 'tools/call', rpc_id: '2', tool: 'slow', call: 2 })
    add('decision', { connection: 1, ...place, length: bytes.length, frame: 5, rule: 'stop', action: 'wait 1 s' })
    db.exec(`UPDATE call SET outcome = 'ok', response_frame = 5, answered_at = ${START + 3_200_000} WHERE id = 2`)
    add('change', { seq: 1, frame_first: 5, frame_last: 5, calls: '[2]' })
    const name = 'talk0001  ←  tools/call  slow  #2'
    await expect.poll(() => lines()[1]).toContain(`${name}  held by stop`)
    db.exec(`UPDATE connection SET s2c_ending = '{"how":"rst","by":"fault","detail":"cut"}'`)
    await expect.poll(() => lines()[2]).toContain(`${name}  never sent on (cut)`)
  })

  test('ends with 0 when stopped', async () => {
    const { context, ended } = tailing()
    context.stop()
    expect(await ended).toBe(0)
  })
})

test('an unknown session is an error', async () => {
  const { path } = conversationFixture()
  const context = fakeContext()
  expect(await run(['tail', '--db', path, '--session', 'nobody'], context)).toBe(2)
  expect(context.output.stderr()).toContain('[NOT_FOUND]')
})

test.each([
  ['--since', 'yesterday', 'Write it as 30s, 5m, 2h or 1d.'],
  ['--lines', '-1', 'It must be 0 to 5000.'],
])('%s %s is refused', async (flag, value, message) => {
  const context = fakeContext()
  expect(await run(['tail', `${flag}=${value}`], context)).toBe(2)
  expect(context.output.stderr()).toContain(message)
})
