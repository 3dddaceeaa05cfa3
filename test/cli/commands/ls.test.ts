import { expect, test } from 'vitest'
import { sessionLines } from '../../../src/cli/commands/ls.ts'
import { run } from '../../../src/cli/run.ts'
import { dayText } from '../../../src/cli/units.ts'
import { captureFixture } from '../../support/capture-fixture.ts'
import { capturedOutput, fakeContext, NOW } from '../../support/cli-context.ts'
import { conversationFixture } from '../../support/conversation-fixture.ts'
import { sessionRow } from '../../support/rows.ts'

test('a line for each session', () => {
  const started = dayText(NOW - 60e6, NOW)
  expect(
    sessionLines(
      [
        sessionRow({ pending: 1 }),
        sessionRow({ uid: 'killed01', instance: 2 }),
        sessionRow({ uid: 'zyxwvuts', client: null, serverInfo: null, endedAt: NOW, errors: 2, revision: null }),
      ],
      capturedOutput(),
      NOW,
      new Set([1]),
    ),
  ).toEqual([
    `Session   Started   Lasted        Client      Server          Calls  Failed  Waiting    Size  Protocol`,
    `abcdefgh  ${started}  30.0 s, open  tester 1.0  server 2.0          4       0        1  4.0 kB  http 2025-11-25`,
    `killed01  ${started}  30.0 s        tester 1.0  server 2.0          4       0        0  4.0 kB  http 2025-11-25`,
    `zyxwvuts  ${started}  1 min         ?           127.0.0.1:3000      4       2        0  4.0 kB  http`,
  ])
})

test('names from the wire cannot steer the terminal', () =>
  expect(
    sessionLines([sessionRow({ client: { name: '\u001b[2J', version: '' } })], capturedOutput(), NOW, new Set()).join(
      '\n',
    ),
  ).toContain(String.raw`\x1b[2J`))

test('lists what is recorded', async () => {
  const { path } = conversationFixture()
  const context = fakeContext()
  expect(await run(['ls', '--db', path], context)).toBe(0)
  expect(context.output.stdout()).toMatch(
    /^Session .*\ntalk0001 .* tester 1\.0 +shop 2\.0 +2 +0 +1 +2\.0 kB +http 2025-11-25\n$/,
  )
})

test('--json gives a row a line', async () => {
  const { path } = conversationFixture()
  const context = fakeContext()
  expect(await run(['ls', '--db', path, '--json'], context)).toBe(0)
  expect(JSON.parse(context.output.stdout())).toMatchObject({ uid: 'talk0001', calls: 2, client: { name: 'tester' } })
})

test('an empty capture says what is missing', async () => {
  const { path } = captureFixture()
  const context = fakeContext()
  expect(await run(['ls', '--db', path], context)).toBe(0)
  expect(context.output.stderr()).toBe(`No sessions in ${path} yet. A client has to connect first.\n`)
})

test('on a terminal it says what to type next, and what is left out', async () => {
  const { path, add } = conversationFixture()
  add('session', { id: 2, uid: 'talk0002' })
  const context = fakeContext({ columns: 120, env: { NO_COLOR: '1' } })
  expect(await run(['ls', '--db', path, '--limit', '1'], context)).toBe(0)
  expect(context.output.stdout().split('\n').slice(-4)).toEqual([
    '',
    '1 older session left out; --limit shows more.',
    `Read one: npx mitmcp show talk0002 --db ${path}`,
    '',
  ])
})

test('with a filter only sessions with such traffic; one that does not hold is said with its place', async () => {
  const { path, add } = conversationFixture()
  add('session', { id: 2, uid: 'talk0002' })
  const listed = async (...words: string[]) => {
    const context = fakeContext()
    const code = await run(['ls', '--db', path, '--json', ...words], context)
    return {
      code,
      uids: [...context.output.stdout().matchAll(/"uid":"(\w+)"/g)].map(([, uid]) => uid),
      said: context.output.stderr(),
    }
  }
  expect(await listed('tool:echo', 'client:tester')).toMatchObject({ code: 0, uids: ['talk0001'] })
  expect(await listed('--filter', '-tool:echo tool:slow')).toMatchObject({ code: 0, uids: ['talk0001'] })
  expect(await listed('metod:x')).toMatchObject({ code: 2, said: expect.stringContaining('there is no key') })
})

test('where no session has such traffic, it says what was looked for', async () => {
  const { path } = conversationFixture()
  const context = fakeContext()
  expect(await run(['ls', '--db', path, 'tool:none'], context)).toBe(0)
  expect(context.output.stderr()).toBe(`No session in ${path} has any of this: messages for tool none.\n`)
})

test('--help tells the language', async () => {
  const context = fakeContext()
  await run(['ls', '--help'], context)
  expect(context.output.stdout()).toContain('outcome:tool-error              what became of the call')
})
