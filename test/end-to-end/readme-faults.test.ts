import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { RuleRow } from '../../src/store/rows.ts'
import { captureFixture } from '../support/capture-fixture.ts'
import { cli, type CliProcess } from '../support/cli-process.ts'

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const SECTION = README.slice(README.indexOf('## Faults in five minutes'), README.indexOf('## What is recorded'))

/** The commands of the section's shell block, as words. */
const commands = (/```sh\n([^]*?)```/.exec(SECTION)?.[1] ?? '')
  .split('\n')
  .filter((line) => line.startsWith('npx mitmcp '))
  .map((line) =>
    [...line.replace(/ # .*$/, '').matchAll(/'([^']*)'|(\S+)/g)].map(([, inner, bare]) => inner ?? bare ?? ''),
  )
  .map((words) => words.slice(2))

const ready = async (process: CliProcess): Promise<void> => {
  while (!process.stdout().includes('\n')) await once(process.child.stdout!, 'data')
}

test('every command of "Faults in five minutes" does what the README says', { timeout: 40_000 }, async () => {
  expect(commands.map(([, verb]) => verb)).toEqual([undefined, 'explain', 'dry-run', 'add', 'ls', 'heal'])
  const demo = cli(['start', '--port', '0', '--ui-port', '0', '--json'])
  await ready(demo)
  const typed = async (words: readonly string[]): Promise<string> => {
    const process = cli(words, { XDG_DATA_HOME: demo.folder })
    expect([await process.ended, process.stderr()]).toEqual([0, ''])
    return process.stdout()
  }
  const rules = async (): Promise<RuleRow[]> => {
    const out = await typed(['fault', 'ls', '--all', '--json'])
    return out.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as RuleRow]))
  }
  const said = new Map<string | undefined, string>()
  const demoDb = join(demo.folder, 'mitmcp', 'demo.db')
  for (const words of commands) {
    said.set(words[1], await typed(words))
    while (words[1] === 'add' && (await rules())[0]?.fired === 0);
    while (words[1] === 'add' && !said.get('show')?.includes('  resumed  '))
      said.set('show', await typed(['show', '--db', demoDb]))
  }
  // the lines of `tail`, as the README has them
  expect(said.get('show')).toMatch(
    /←  \S+  \S+  #\d+  never sent on \(cut\)  \[fault cut · frame \d+\].*\n.*rst by rule cut boundary  POST \/mcp\n.*→  resume  GET \/mcp resumes after \S+\n.*#\d+  .*\d+ ms  resumed  \[fault cut/,
  )
  expect(said.get('dry-run')).toMatch(/\b[1-9]\d* (event )?streams?\b/)
  const plain = (text: string): string => text.replace(/127\.0\.0\.1:\d+/, '127.0.0.1:…').replace(/pid \d+/, 'pid …')
  const promised = (/```\n(cut: [^]*?)```/.exec(SECTION)?.[1] ?? '').replaceAll('~/.local/share/mitmcp/demo.db', demoDb)
  expect(plain(said.get('add') ?? '')).toBe(plain(promised))
  expect(said.get('ls')).toMatch(/\ncut +on +[1-9]/)
  expect(said.get('heal')).toMatch(/^Healed: cut, which ends all traffic to the client with a reset/)
  expect((await rules()).map(({ id, endedWhy }) => [id, endedWhy])).toEqual([['cut', 'healed']])
})

test('at the start rules in force and left-over ones are named, at the end those that never fired', async () => {
  const { path, add } = captureFixture()
  add('rule', { id: 'old', sentence: 'drops every message' })
  const faults = join(path, '..', 'rules.yaml')
  writeFileSync(faults, 'seed: 42\nrules: [{ id: late, fault: latency, delay: 1s }]')
  const proxy = cli(['http://127.0.0.1:9/mcp', '--port', '0', '--no-ui', '--json', '--db', path, '--faults', faults])
  await ready(proxy)
  await expect
    .poll(() => proxy.stderr())
    .toContain('Rule old of a process that is gone stays off: drops every message.\n')
  expect(proxy.stderr()).toContain(
    `1 fault rule of ${faults} is in force (seed 42):\n  late: delays all traffic by 1 s\n`,
  )
  proxy.child.kill('SIGINT')
  expect(await proxy.ended).toBe(0)
  expect(proxy.stderr()).toContain('Rule late never fired: delays all traffic by 1 s.\n')
})
