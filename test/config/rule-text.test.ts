import { expect, test } from 'vitest'
import { readRuleText } from '../../src/config/rule-text.ts'
import { ProxyError } from '../../src/errors.ts'
import { parseRules } from '../../src/faults/rules/document.ts'

const read = (text: string) => readRuleText('r.yaml', text, (value) => parseRules(value))
const wrong = (text: string): string => {
  try {
    read(text)
  } catch (error) {
    return (error as Error).message
  }
  return 'nothing'
}

test('a text without mistakes is what it says', () => {
  expect(read('seed: 3\nrules: [{ fault: drop }]')).toMatchObject({ seed: 3, rules: [{ id: 'drop' }] })
  expect(read('')).toEqual({ seed: null, rules: [] })
})

test('every problem of a YAML file has its line and column, in their order', () => {
  const text = `version: 2
rulez: []
rules:
  - fault: latency
    delay: 200
    probability: 1.5
    for: ever
  - fault: drop
    match: 'methd:x'
  - fault: cut
    end: rts
`
  expect(
    wrong(text)
      .split('\n')
      .map((line) => line.replace(/(?<=: ).*/, '')),
  ).toEqual([
    'r.yaml has 7 problems:',
    '  r.yaml:1:1  version: ',
    '  r.yaml:2:1  rulez: ',
    '  r.yaml:5:5  rules.0.delay: ',
    '  r.yaml:6:5  rules.0.probability: ',
    '  r.yaml:7:5  rules.0.for: ',
    '  r.yaml:9:5  rules.1.match: ',
    '  r.yaml:11:5  rules.2.end: ',
  ])
})

test('so it has in JSON', () => {
  const text = `{
  // a remark
  "rules": [
    { "fault": "drop", "tims": 1 },
    { "id": "a", "fault": "drop" }, { "id": "a", "fault": "latency" },
  ],
}`
  expect(wrong(text)).toBe(`r.yaml has 2 problems:
  r.yaml:4:24  rules.0.tims: is no option of drop; did you mean times?
  r.yaml:5:37  rules.2.delay: is needed: must be a time span such as 250ms, 1.5s or 2m`)
  expect(wrong('{\n "rules": [ "x" "y" ] }')).toMatch(/r\.yaml:2:\d+ {2}is no JSON/)
})

test('a list alone has its places, and a rule that lacks something its own', () => {
  expect(wrong('- fault: drop\n-\n  id: x\n- drop\n')).toMatch(
    /r\.yaml:3:3 {2}rules\.1\.fault: is needed[^]*r\.yaml:4:3 {2}rules\.2: must be a fault/,
  )
})

test('what is no problem of a rule is thrown as it is', () =>
  expect(() =>
    readRuleText('r.yaml', '', () => {
      throw new ProxyError('NOT_FOUND', 'other')
    }),
  ).toThrow('other'))
