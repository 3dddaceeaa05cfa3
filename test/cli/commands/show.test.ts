import { expect, test } from 'vitest'
import { run } from '../../../src/cli/run.ts'
import { timeText } from '../../../src/cli/units.ts'
import { START } from '../../support/capture-fixture.ts'
import { fakeContext, NOW } from '../../support/cli-context.ts'
import { conversationFixture } from '../../support/conversation-fixture.ts'

const shown = async (...args: string[]) => {
  const { path, db } = conversationFixture()
  if (args[0] === 'live') db.exec(`UPDATE instance SET seen_at = ${NOW}`)
  const context = fakeContext()
  const code = await run(['show', '--db', path, ...args.filter((arg) => arg !== 'live')], context)
  const stdout = context.output.stdout().replaceAll(timeText(START).slice(0, 9), '')
  return { code, stdout, stderr: context.output.stderr() }
}

test('the newest session is told in order, with durations, outcomes, breaks, and what still waits', async () => {
  const { code, stdout } = await shown('live')
  expect(code).toBe(0)
  const [heading, facts, , ...lines] = stdout.trimEnd().split('\n')
  expect(heading).toBe('talk0001  tester 1.0 → shop 2.0')
  expect(facts).toMatch(/5\.00 s, open · http 2025-11-25 · 2 calls · 0 failed · 2\.0 kB$/)
  expect(lines.slice(0, 4)).toEqual([
    '000  →  tools/call  echo  #1  {"text":"hi"}',
    '012  ←  tools/call  echo  #1  ok 12 ms  "hi"',
    '100  ←  rst by server mid-event  GET /mcp',
    '200  →  tools/call  slow  #2',
  ])
  expect(lines[4]).toMatch(/^tools\/call slow is not answered yet, after \d+ d/)
})

test('the beginning of an id is enough', async () => expect((await shown('talk')).code).toBe(0))

test('an unknown id is an error with a hint', async () =>
  expect(await shown('nobody')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/begins with nobody\. \[NOT_FOUND\]\n hint npx mitmcp ls lists them\.\n$/),
  }))

test('--headers and --body tell more', async () => {
  const { stdout } = await shown('--headers', '--body')
  expect(stdout).toContain('→  head  POST /mcp HTTP/1.1\n    Host: localhost:3000\n')
  expect(stdout).toContain('#1  ok 12 ms\n    {\n      "jsonrpc": "2.0",\n')
})

test('--json gives the session, its frames and its calls, a row a line', async () => {
  const { stdout } = await shown('--json', '--all')
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string })
  expect(rows.map(({ type }) => type)).toEqual(['session', 'frame', 'frame', 'frame', 'frame', 'call', 'call'])
})

test('lines of the log stand where they belong, with --json too', async () => {
  const { path, add } = conversationFixture()
  add('log', { at: START + 50_000, detail: '{"text":"between"}' })
  add('log', { at: START + 300_000, kind: 'exit', detail: '{"code":3,"signal":null}' })
  const of = async (...args: string[]) => {
    const context = fakeContext()
    await run(['show', '--db', path, ...args], context)
    return context.output.stdout().trimEnd().split('\n')
  }
  expect((await of()).slice(3).map((line) => line.slice(14, 35))).toEqual([
    '→  tools/call  echo  ',
    '←  tools/call  echo  ',
    '←  stderr  between',
    '←  rst by server mid-',
    '→  tools/call  slow  ',
    '←  exit  code 3',
    expect.stringContaining('not answered'),
  ])
  const rows = (await of('--json')).map((line) => JSON.parse(line) as { type: string; kind?: string })
  expect(rows.map(({ type, kind }) => (type === 'log' ? kind : type))).toEqual([
    'session',
    'frame',
    'frame',
    'stderr',
    'frame',
    'exit',
    'call',
    'call',
  ])
})

test('what a killed recorder left open is over', async () => {
  const { stdout } = await shown()
  expect(stdout).not.toContain('open')
  expect(stdout).toMatch(/tools\/call slow was not answered when the recording ended\n$/)
})

test('--filter that holds for nothing says so', async () => {
  const { stderr } = await shown('--filter', 'tool:no-such')
  expect(stderr).toMatch(/^Nothing in this session is any of this: .*no-such/)
})

test('--filter leaves what it holds for', async () => {
  const { stdout } = await shown('--filter', 'tool:echo')
  expect(stdout.trimEnd().split('\n').slice(3)).toEqual([
    '000  →  tools/call  echo  #1  {"text":"hi"}',
    '012  ←  tools/call  echo  #1  ok 12 ms  "hi"',
  ])
  const heads = await shown('--filter', 'kind:head')
  expect(heads.stdout.trimEnd().split('\n').slice(3)).toEqual(['000  →  head  POST /mcp HTTP/1.1'])
  const json = await shown('--json', '--filter', 'dir:s2c or outcome:pending')
  expect(json.stdout.match(/"type":"\w+","id":\d+/g)).toEqual([
    '"type":"session","id":1',
    '"type":"frame","id":3',
    '"type":"frame","id":4',
    '"type":"call","id":2',
  ])
})
