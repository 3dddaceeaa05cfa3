import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readRuleFile, watchRuleFile } from '../../src/proxy/rule-file.ts'
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
  ['a fault that is none', 'rules: [{ fault: latenzy, delay: 1s }]', /rules\.yaml: .*latency/s],
  ['no YAML', 'rules: [', /rules\.yaml: /],
])('%s is refused, and named for the file', async (_, text, told) => {
  await expect(readRuleFile(await file(text), 1)).rejects.toMatchObject({ code: 'RULE_INVALID', message: told })
})

test('a file that is not there is refused with what to do', async () => {
  await expect(readRuleFile('/nowhere/rules.yaml', 1)).rejects.toMatchObject({
    code: 'RULE_INVALID',
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
