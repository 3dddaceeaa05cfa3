import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { ruleFromWords } from '../../../src/cli/fault/rule-words.ts'
import { ruleCommand, ruleWords, ruleYaml } from '../../../ui/src/state/rule-text.ts'

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

test.each([
  {
    id: 'mine',
    fault: 'status',
    match: 'method:tools/call',
    code: 404,
    headers: { 'X-A': '1', 'X-B': 'a: b' },
    times: 1,
  },
  { fault: 'headers', remove: ['Mcp-Session-Id', 'Accept'], on: 'request' },
  { fault: 'mutate', patch: [{ op: 'replace', path: '/a', value: [1, 'x'] }], desync: true },
  { fault: 'inject', message: '{"jsonrpc":"2.0","method":"x"}', at: 'before' },
  { fault: 'idle-timeout', idle: '60s', 'count-comments': false, probability: 0.5 },
  { fault: 'stdout-noise', text: '--help' },
  { fault: 'drop', state: { requires: 'started', sets: 'over' }, 'new-connections-only': true },
])('the command line reads %j as it was meant', (written) => {
  expect(ruleFromWords(ruleWords(written)).source).toEqual(written)
})
