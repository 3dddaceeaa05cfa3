import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { ruleCommand, ruleYaml } from '../../../ui/src/state/rule-text.ts'

const rule = {
  id: 'lose-it',
  match: "method:tools/call text:'it''s'",
  fault: 'status',
  code: 404,
  enabled: true,
  off: 'no',
  delay: '200ms',
  headers: { 'X-A': '1', 'X-B': 'a: b' },
  remove: ['a', 'b'],
  body: '{"a": 1}\nend',
  state: { sets: 'over' },
  empty: {},
}

test('the YAML says the same', () => {
  expect(parse(ruleYaml(rule))).toEqual({ rules: [rule] })
  expect(ruleYaml({ fault: 'latency', delay: '200ms', match: 'dir:s2c' })).toBe(
    "rules:\n  - fault: latency\n    delay: 200ms\n    match: 'dir:s2c'\n",
  )
})

test('the command quotes what a shell would read', () => {
  expect(ruleCommand({ fault: 'drop', match: "tool:it's", times: 1, gzip: true, headers: { a: '1' } })).toBe(
    `mitmcp fault add drop --match 'tool:it'\\''s' --times 1 --gzip --headers '{"a":"1"}'`,
  )
})
