import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../../../src/cli/run.ts'
import { createCapture } from '../../../src/store/create.ts'
import type { RuleRow } from '../../../src/store/rows.ts'
import { conversationFixture } from '../../support/conversation-fixture.ts'
import { dayText } from '../../../src/cli/units.ts'
import { captureFixture, START, type CaptureFixture } from '../../support/capture-fixture.ts'
import { fakeContext } from '../../support/cli-context.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const now = (): number => Date.now() * 1000

/** A capture into which proxies record: one, or as many as are named. */
const recorded = (...names: string[]): CaptureFixture => {
  const capture = captureFixture()
  capture.db.exec('DELETE FROM instance')
  for (const [at, name] of (names.length === 0 ? [''] : names).entries())
    capture.add('instance', { pid: 4711 + at, name, url: `http://127.0.0.1:${6278 + at}/mcp`, seen_at: now() + 60e6 })
  return capture
}

const told = async (capture: Pick<CaptureFixture, 'path'> | null, ...args: string[]) => {
  const context = { ...fakeContext(), now }
  const code = await run(['fault', ...args, ...(capture === null ? [] : ['--db', capture.path])], context)
  return { code, out: context.output.stdout(), err: context.output.stderr() }
}

const rows = async (capture: CaptureFixture, ...args: string[]): Promise<RuleRow[]> => {
  const { out } = await told(capture, 'ls', '--json', ...args)
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RuleRow)
}

test('a rule that is added says what it does, where, and how it is healed', async () => {
  const capture = recorded()
  expect(await told(capture, 'add', 'cut', '--after', '2 events', '--end', 'rst')).toEqual({
    code: 0,
    err: '',
    out: [
      'cut: ends all traffic to the client with a reset, after 2 events',
      '  acts in  proxy http://127.0.0.1:6278/mcp (pid 4711), from the next frame on',
      `  watch    npx mitmcp fault ls --db ${capture.path}`,
      `  heal     npx mitmcp fault heal cut --db ${capture.path}`,
      '',
    ].join('\n'),
  })
  expect(await rows(capture)).toMatchObject([
    {
      id: 'cut',
      instance: 1,
      origin: 'control',
      enabled: true,
      source: { fault: 'cut', after: '2 events', end: 'rst' },
    },
  ])
})

test('with several processes one has to be named, or all of them aloud', async () => {
  const capture = recorded('edge', 'origin')
  const { code, err } = await told(capture, 'add', 'drop')
  expect(code).toBe(2)
  expect(err).toContain(
    '1 proxy edge http://127.0.0.1:6278/mcp (pid 4711); 2 proxy origin http://127.0.0.1:6279/mcp (pid 4712)',
  )
  expect(err).toContain('--instance <number>')
  expect((await told(capture, 'add', 'drop', '--instance', 'origin')).out).toContain('acts in  proxy origin')
  expect((await told(capture, 'add', 'drop', '--everywhere', '--id', 'all')).out).toContain(
    'acts in  everything that records into this capture (now proxy edge',
  )
  expect((await rows(capture)).map(({ id, instance }) => [id, instance])).toEqual([
    ['drop', 2],
    ['all', null],
  ])
})

test('where nothing runs it says how to start something', async () => {
  const { code, err } = await told(captureFixture(), 'add', 'drop')
  expect(code).toBe(2)
  expect(err).toContain('[INSTANCE_NONE]')
  expect(err).toContain('Start a proxy first (npx mitmcp <url>)')
})

test('what is wrong with a rule changes nothing', async () => {
  const capture = recorded()
  expect(await told(capture, 'add', 'latency', '--delay', '200', '--tims', '1')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--tims: is no option of latency; did you mean --times?'),
  })
  expect(await rows(capture)).toEqual([])
})

test('rules are switched off and on, removed, healed one by one or all', async () => {
  const capture = recorded()
  for (const id of ['a', 'b', 'c', 'd']) await told(capture, 'add', 'drop', '--id', id)
  expect((await told(capture, 'disable', 'a')).out).toBe('Off: a, which drops every message (fired never)\n')
  await told(capture, 'disable', 'b')
  await told(capture, 'enable', 'b')
  await told(capture, 'rm', 'c')
  expect((await rows(capture)).map(({ id, enabled }) => [id, enabled])).toEqual([
    ['a', false],
    ['b', true],
    ['d', true],
  ])
  expect((await told(capture, 'heal', 'd')).out).toBe('Healed: d, which drops every message (fired never)\n')
  await told(capture, 'heal')
  expect(await rows(capture)).toEqual([])
  expect((await told(capture, 'heal')).err).toBe('There are no rules in force: nothing to heal.\n')
  expect((await rows(capture, '--all')).map(({ id, endedWhy }) => [id, endedWhy])).toEqual([
    ['a', 'healed'],
    ['b', 'healed'],
    ['c', 'removed'],
    ['d', 'healed'],
  ])
  expect(await told(capture, 'rm', 'a')).toMatchObject({ code: 2, err: expect.stringContaining('no rule a in force') })
})

test('the list says what each rule has done', async () => {
  const capture = recorded()
  await told(capture, 'add', 'drop', '--times', '1', '--match', 'method:tools/call')
  capture.add('decision', { scope: 'message 1', at: now() })
  capture.add('decision', { scope: 'message 2', at: now(), fired: 0, action: 'pass' })
  const { out } = await told(capture, 'ls')
  expect(out).toMatch(/^Rule +State +Matched +Fired +Not applied +Last +From +Acts in\n/)
  expect(out).toMatch(
    /\ndrop +used up +2 +1 +0 +[\d:]+ +added +1 proxy http:\S+ \(pid 4711\)\n {2}drops tools\/call messages, once in all\n$/,
  )
})

test('an empty list says what to type', async () => {
  const capture = recorded()
  expect((await told(capture, 'ls')).err).toBe(
    `No rules in force in ${capture.path}.\nAdd one: npx mitmcp fault add cut --after '2 events' --end rst --db ${capture.path}\n`,
  )
})

test('where nothing was ever recorded there are no rules, and nothing to add one to', async () => {
  const context = { ...fakeContext({ env: { XDG_DATA_HOME: temporaryFolder() } }), now }
  expect(await run(['fault', 'ls'], context)).toBe(0)
  expect(context.output.stderr()).toBe(
    'Nothing is recorded yet, so there are no rules. See how it works: npx mitmcp demo\n',
  )
  expect(await run(['fault', 'add', 'drop'], context)).toBe(2)
  expect(context.output.stderr()).toContain('Start a proxy first: npx mitmcp <url>')
})

test('a negated filter is a value, not a flag', async () => {
  const capture = recorded()
  await told(capture, 'add', 'drop', '--match', '-header:x-test -tool:search')
  expect((await rows(capture))[0]?.source).toEqual({ fault: 'drop', match: '-header:x-test -tool:search' })
})

test('a proxy and the demo at once: one has to be said', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'mitmcp'))
  for (const name of ['capture.db', 'demo.db']) {
    const db = createCapture(join(folder, 'mitmcp', name))
    db.prepare(
      `INSERT INTO instance (pid, ticks, role, name, started_at, seen_at, in_force) VALUES (1, 1, 'proxy', '', 0, ?, 99)`,
    ).run(now() + 60e6)
    db.close()
  }
  const context = { ...fakeContext({ env: { XDG_DATA_HOME: folder, HOME: folder } }), now }
  expect(await run(['fault', 'heal'], context)).toBe(2)
  expect(context.output.stderr()).toContain('Say which one: --db ~/mitmcp/capture.db or --db ~/mitmcp/demo.db')
})

test('a persona is applied whole or not at all', async () => {
  const capture = recorded()
  const { out } = await told(capture, 'apply', 'crash')
  expect(out).toContain(`heal     npx mitmcp fault heal crash/gone crash/forgets-sessions --db ${capture.path}`)
  const before = await rows(capture)
  expect(await told(capture, 'apply', 'crash')).toMatchObject({ code: 2, err: expect.stringContaining('crash/gone') })
  expect(await rows(capture)).toEqual(before)
})

test('all faults are listed by level', async () => {
  const { code, out } = await told(null)
  expect(code).toBe(0)
  expect(out).toMatch(/^Connections\n {2}latency +makes traffic late, in order\n/)
  expect(out).toContain('\nStdio\n')
  expect((await told(null, 'types', '--json')).out.split('\n')[0]).toContain('"type":"latency"')
})

test.each([
  [['cut'], 'npx mitmcp fault add cut …'],
  [['lss'], 'Did you mean npx mitmcp fault ls ?'],
])('%j is no verb, and told what was meant', async (args, hint) =>
  expect(await told(null, ...args)).toMatchObject({ code: 2, err: expect.stringContaining(hint) }),
)

test('help comes from the registry: of all faults, or of the one that is named', async () => {
  expect((await told(null, 'add', '--help')).out).toContain('session-lost       forgets a live session')
  const { out } = await told(null, 'add', 'status', '--help')
  expect(out).toContain('--code <n>')
  expect(out).toContain('--probability <number>')
})

test('without --db the demo is found where nothing else runs', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'mitmcp'))
  const path = join(folder, 'mitmcp', 'demo.db')
  const db = createCapture(path)
  db.prepare(
    `INSERT INTO instance (pid, ticks, role, name, started_at, seen_at, in_force) VALUES (1, 1, 'demo', '', 0, ?, 99)`,
  ).run(now() + 60e6)
  db.close()
  const context = { ...fakeContext({ env: { XDG_DATA_HOME: folder } }), now }
  expect(await run(['fault', 'add', 'drop'], context)).toBe(0)
  expect(context.output.stdout()).toContain(`heal     npx mitmcp fault heal drop --db ${path}`)
  expect(dirname(path)).toBe(join(folder, 'mitmcp'))
})

const ruleFile = (text: string): string => {
  const path = join(temporaryFolder(), 'rules.yaml')
  writeFileSync(path, text)
  return path
}

test('explain tells of a file what its rules do, and which wins', async () => {
  const path = ruleFile(
    '- { fault: status, code: 503, match: "method:tools/call" }\n- { fault: rpc-error, match: "method:tools/*" }',
  )
  const { code, out } = await told(null, 'explain', path)
  expect(code).toBe(0)
  expect(out).toContain('  status: answers tools/call messages with status 503\n')
  expect(out).toContain('mind rpc-error never gets what status, which comes before it, matches as well')
})

test('explain tells of a rule how it stands, what it says, and which wins', async () => {
  const capture = recorded()
  await told(capture, 'add', 'status', '--code', '503', '--id', 'away')
  await told(capture, 'add', 'rpc-error', '--id', 'wrong', '--match', 'tool:search')
  const { out } = await told(capture, 'explain', 'wrong')
  expect(out).toMatch(/^wrong: answers messages for tool search with error -32603[^]*state +on, since/)
  expect(out).toContain('  fault: rpc-error\n')
  expect(out).toContain('mind wrong never gets what away')
})

test('of a rule that is over, explain tells since when', async () => {
  const capture = captureFixture()
  capture.add('rule', { id: 'old', ended_at: START + 3600e6, ended_why: 'healed' })
  const { out } = await told(capture, 'explain', 'old')
  expect(out).toContain(`state    healed, since ${dayText(START + 3600e6, now())}\n`)
})

test('a name that is a fault and a rule is explained as both; one that is nothing is told what was meant', async () => {
  const capture = recorded()
  await told(capture, 'add', 'drop')
  expect((await told(capture, 'explain', 'drop')).out).toMatch(
    /^drop leaves messages out\.[^]*\nAs a rule:\ndrop: drops every message\n/,
  )
  expect(await told(capture, 'explain', 'drpo')).toMatchObject({
    code: 2,
    err: expect.stringContaining('Did you mean drop?'),
  })
})

test('a dry run shows what a rule would have hit, and changes nothing', async () => {
  const capture = conversationFixture()
  capture.db.exec('UPDATE frame SET flow = 2 WHERE id = 4')
  const { code, out } = await told(
    capture,
    'dry-run',
    'drop',
    '--match',
    'method:tools/call',
    '--times',
    '2',
    '--probability',
    '0.5',
  )
  expect(code).toBe(0)
  expect(out.split('\n').slice(0, 3)).toEqual([
    'drop: drops tools/call messages, 50 % of the time, twice in all',
    '  would have hit 2 messages, of 3 that match, in the last 4 frames',
    '  as if there were no probability: only live traffic answers that',
  ])
  expect(out).toMatch(/ → {2}talk0001|talk0001 {2}→ {2}tools\/call {2}echo {2}#1/)
  expect(await rows(capture, '--all')).toEqual([])
})

test('what headers of requests have done is in the list of all, process by process', async () => {
  const capture = recorded('one', 'two')
  const decided = (instance: number, revision: number, fired: number): void =>
    void capture.add('decision', { instance, rule: 'fault-header', revision, scope: 'message 1', at: now(), fired })
  decided(1, 1, 1)
  decided(1, 1, 1)
  decided(1, 2, 0)
  decided(2, 1, 1)
  const { out } = await told(capture, 'ls', '--all')
  const [, first, sentence, second] = out.split('\n')
  expect(first).toMatch(/^fault-header +each for its request +2 +1 +0 .* requests +1 proxy one /)
  expect(sentence).toBe('  what requests asked for in their x-mitmcp-fault header')
  expect(second).toMatch(/^fault-header +each for its request +1 +1 +0 .* requests +2 proxy two /)
  expect((await told(capture, 'ls')).err).toContain('--all lists')
})

test('a dry run takes files and personas too, and says it as JSON', async () => {
  const capture = conversationFixture()
  const path = ruleFile('- { fault: rpc-error, match: "tool:slow" }')
  const { out } = await told(capture, 'dry-run', path, '--session', 'talk', '--json')
  expect(JSON.parse(out)).toMatchObject({ rule: 'rpc-error', searched: 4, matched: 1, hits: [4] })
  expect((await told(capture, 'dry-run', 'overload')).out).toContain('would have hit')
  expect(await told(capture, 'dry-run', 'drop', '--session', 'nope')).toMatchObject({ code: 2 })
})
