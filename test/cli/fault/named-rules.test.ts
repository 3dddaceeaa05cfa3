import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { namedRules } from '../../../src/cli/fault/named-rules.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const file = (text: string): string => {
  const path = join(temporaryFolder(), 'rules.yaml')
  writeFileSync(path, text)
  return path
}

test('a persona is known by its name', () => {
  const { rules, persona } = namedRules('crash')
  expect(persona?.name).toBe('crash')
  expect(rules.map(({ id }) => id)).toContain('crash/gone')
})

test('a file of rules names those that have none, and its seed is said to have no effect', () => {
  const path = file('seed: 7\nrules:\n  - { fault: drop }\n  - { fault: drop, times: 1 }\n')
  const { rules, remarks } = namedRules(path)
  expect(rules.map(({ id }) => id)).toEqual(['drop', 'drop-2'])
  expect(remarks).toEqual([`The seed of ${path} has no effect here: a process has its own, from its start (--seed 7).`])
})

test('faster divides every time span', () => {
  const path = file('- { fault: latency, delay: 6s, for: 1m }')
  expect(namedRules(path, '60').rules[0]?.source).toEqual({
    fault: 'latency',
    id: 'latency',
    delay: '100ms',
    for: '1s',
  })
  expect(namedRules('crash', '10').rules.find(({ id }) => id === 'crash/gone')?.source['duration']).toBe('300ms')
})

test('all that is wrong with a file is said, with its name', () => {
  const path = file('rules:\n  - { fault: drop, tims: 1 }\n  - { fault: latency }\n')
  expect(() => namedRules(path)).toThrow(`${path} has 2 problems:
  ${path}:2:20  rules.0.tims: is no option of drop; did you mean times?
  ${path}:3:5  rules.1.delay: is needed: must be a time span such as 250ms, 1.5s or 2m`)
})

test('so is what is wrong with a persona of one’s own', () =>
  expect(() => namedRules(file('imitates: x\nname: own\nrulez: []\ntitle: 1\n'))).toThrow(/rules\.yaml:3:1 {2}.*rulez/))

test.each([
  ['crsh', 'There is no file crsh, and no persona of that name.'],
  ['crash', 'must be a number, at least 1', 'slow'],
])('%s is refused', (what, message, faster?: string) => expect(() => namedRules(what, faster)).toThrow(message))

test('a file that is no YAML is refused with the line', () =>
  expect(() => namedRules(file('rules: [\n  {'))).toThrow(/rules\.yaml:2:\d+ {2}/))
