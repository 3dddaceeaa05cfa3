import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { inForceText, readRuleFile, seedFor, watchRuleFile } from '../../src/proxy/rule-file.ts'
import { temporaryFolder } from '../support/temporary.ts'

const LATENCY = 'seed: 7\nrules:\n  - { fault: latency, delay: 200ms }\n'

async function file(text: string): Promise<string> {
  const path = join(temporaryFolder(), 'rules.yaml')
  await writeFile(path, text)
  return path
}

test('a file gives its seed and its rules', async () => {
  expect(await readRuleFile(await file(LATENCY), 3)).toEqual({
    seed: 7,
    conflicts: [],
    rules: [
      {
        id: 'latency',
        revision: 3,
        source: { fault: 'latency', delay: '200ms' },
        origin: 'file',
        enabled: true,
        sentence: 'delays all traffic by 200 ms',
      },
    ],
  })
})

test('a rule may be switched off in it', async () => {
  const { rules } = await readRuleFile(await file('rules: [{ id: a, fault: drop, enabled: false }]'), 1)
  expect(rules.map(({ id, enabled }) => [id, enabled])).toEqual([['a', false]])
})

test.each([
  [
    'a fault that is none',
    'rules:\n  - { fault: latenzy, delay: 1s }',
    /rules\.yaml:2:7 {2}rules\.0\.fault: .*latency/s,
  ],
  ['no YAML', 'rules: [\n', /rules\.yaml:2:1 {2}Flow sequence/],
])('%s is refused, with its line', async (_, text, told) => {
  await expect(readRuleFile(await file(text), 1)).rejects.toMatchObject({ code: 'RULE_INVALID', message: told })
})

test('a file that is not there is refused with what to do', async () => {
  await expect(readRuleFile('/nowhere/rules.yaml', 1)).rejects.toMatchObject({
    code: 'RULE_INVALID',
    message: '/nowhere/rules.yaml: there is no such file',
    hint: 'Give --faults a YAML file with rules.',
  })
})

test('each good state of the file is told, and each bad one refused', async () => {
  const path = await file(LATENCY)
  const told: string[] = []
  onTestFinished(
    watchRuleFile(
      path,
      ({ rules }) => told.push(rules.map(({ id, revision }) => `${id} ${revision}`).join(',')),
      ({ code }) => told.push(code),
    ),
  )
  await writeFile(path, 'rules: [{ id: a, fault: drop }]')
  await expect.poll(() => told).toEqual(['a 2'])
  await writeFile(path, 'rules: [{ fault: no-such }]')
  await expect.poll(() => told).toEqual(['a 2', 'RULE_INVALID'])
  await writeFile(`${path}.new`, 'rules: [{ id: b, fault: drop }]')
  await rename(`${path}.new`, path)
  await expect.poll(() => told).toEqual(['a 2', 'RULE_INVALID', 'b 4'])
})

test('what is in force is said in sentences, with the seed and what wins', async () => {
  const path = await file(
    'rules: [{ fault: status, code: 503 }, { fault: rpc-error, match: "tool:search" }, { fault: drop, enabled: false }]',
  )
  expect(inForceText('rules.yaml', await readRuleFile(path, 1), 42)).toBe(
    [
      '3 fault rules of rules.yaml are in force (seed 42):',
      '  status: answers every message to the server with status 503',
      '  rpc-error: answers messages for tool search with error -32603 (Internal error)',
      '  drop (off): drops every message',
      '  mind: rpc-error never gets what status, which comes before it, matches as well',
    ].join('\n'),
  )
  expect(inForceText('a.yaml', { seed: null, rules: [], conflicts: [] }, 1)).toBe(
    '0 fault rules of a.yaml are in force.',
  )
})

test('the seed of the file wins over the one that was asked for, and there is always one', () => {
  expect([seedFor({ seed: 7 }, 8), seedFor({ seed: null }, 8), seedFor(undefined, 8)]).toEqual([7, 8, 8])
  expect(seedFor(undefined, undefined)).toBeGreaterThanOrEqual(0)
})
