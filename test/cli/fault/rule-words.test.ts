import { expect, test } from 'vitest'
import { ruleFromText, ruleFromWords, writtenRule } from '../../../src/cli/fault/rule-words.ts'
import { neededOf } from '../../../src/cli/fault/fault-lines.ts'
import { ProxyError } from '../../../src/errors.ts'
import { faults } from '../../../src/faults/index.ts'
import { parseRule } from '../../../src/faults/rules/parse.ts'
import { ENVELOPE } from '../../../src/faults/rules/rule.ts'
import { optionNames } from '../../../src/faults/rules/schema.ts'

const refused = (make: () => unknown): string => {
  try {
    make()
  } catch (error) {
    expect(error).toBeInstanceOf(ProxyError)
    return `${(error as ProxyError).message}\n${(error as ProxyError).hint}`
  }
  throw new Error('nothing was refused')
}

const refusedOr = (make: () => unknown): string => {
  try {
    make()
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

test.each([
  [['cut', '--after', '2 events', '--end', 'rst'], { fault: 'cut', after: '2 events', end: 'rst' }],
  [['--end=rst', 'cut', '--after=2 events'], { fault: 'cut', after: '2 events', end: 'rst' }],
  [['drop', '--match', '-tool:search', '--times', '1'], { fault: 'drop', match: '-tool:search', times: 1 }],
  [
    ['status', '--code', '503', '--headers', 'A: 1', '--headers', 'B: 2'],
    { fault: 'status', code: 503, headers: { A: '1', B: '2' } },
  ],
  [
    ['--new-connections-only', 'latency', '--delay', '1s'],
    { fault: 'latency', delay: '1s', 'new-connections-only': true },
  ],
  [['buffer', '--gzip', '--no-enabled'], { fault: 'buffer', gzip: true, enabled: false }],
  [['session-lost', '--as', '-32000'], { fault: 'session-lost', as: '-32000' }],
  [['protocol-version', '--version', '2024-11-05'], { fault: 'protocol-version', version: '2024-11-05' }],
])('%j is a rule', (words, source) => expect(ruleFromWords(words).source).toEqual(source))

test('everything that is wrong is said at once, with what was meant', () =>
  expect(
    refused(() => ruleFromWords(['cut', 'now', '--aftr', '2 events', '--end', 'reset', '--times', '0', '--side'])),
  ).toBe(
    [
      'The rule is not valid:',
      '  now stands there without a flag',
      '  --side: needs a value',
      '  --times: must be a whole number, at least 1',
      '  --end: clean, fin, rst, hang, or ws:<code> from 1000 to 4999',
      '  --aftr: is no option of cut; did you mean --after?',
      'Nothing was changed. What it takes: mitmcp fault explain cut',
    ].join('\n'),
  ))

test.each([
  [['latncy', '--delay', '1s'], 'there is no fault latncy; did you mean latency?'],
  [[], 'a fault is needed: one of '],
  [['drop', '--dir', 's2c'], '--dir: is a word of filters: write --match dir:s2c\n'],
  [
    ['drop', '--dir=s2c', '--match', 'tool:echo', '--method', 'tools/call'],
    "--dir: is a word of filters: write --match 'dir:s2c tool:echo method:tools/call'",
  ],
  [['latency', '--code', '404', '--delay', '1s'], '; a match can ask for it, as code:404'],
  [['status'], '--code: is needed: must be a whole number from 200 to 599'],
  [['status', '--code', '700'], '--code: must be a whole number from 200 to 599'],
  [['cut', '--end', 'rts'], '--end: clean, fin, rst, hang, or ws:<code> from 1000 to 4999'],
  [['status', '--code', '503', '--headers', 'a b: 1'], '--headers.a b: must be the name of a header field'],
  [['mutate', '--patch', '[{"op":"put","path":"/a"}]'], 'must be add, remove, replace, move, copy or test'],
  [['latency', '--delay'], 'The rule is not valid: --delay: needs a value\n'],
  [['latency', '--delay', '200'], '--delay: 200 has no unit: write 200ms or 200s'],
  [['latency', '--delay', '1s', '--delay', '2s'], '--delay: is there twice'],
  [['latency', '--fault', 'drop', '--delay', '1s'], '--fault: is no flag: the fault is the first word'],
  [['drop', '--match', 'metod:x'], '--match: '],
  [['drop', '--match', 'metod:x'], 'did you mean method'],
])('%j is refused', (words, said) => expect(refused(() => ruleFromWords(words))).toContain(said))

test('a rule may be written whole, as YAML or JSON, and then stands alone', () => {
  expect(ruleFromText('{ fault: drop, times: 1 }').source).toEqual({ fault: 'drop', times: 1 })
  expect(writtenRule([], '{"fault":"drop"}').source).toEqual({ fault: 'drop' })
  expect(refused(() => ruleFromText('{ fault: drop'))).toContain('--rule: is neither YAML nor JSON')
  expect(refused(() => writtenRule(['drop'], '{ fault: drop }'))).toContain(
    'Beside --rule there is nothing to say: drop.',
  )
})

test('no fault speaks in the words of the schema library, whatever it is given', () => {
  const junk = [undefined, null, true, -3, 1e9, 2.5, 'x', '', [], [5], [{}], {}, { 'a b': 1 }, { a: 'b\nc' }]
  const said = faults.flatMap((fault) =>
    [...optionNames(fault), ...ENVELOPE].flatMap((name) =>
      junk.map((value) => refusedOr(() => parseRule({ ...neededOf(fault), [name]: value }))),
    ),
  )
  expect(said.filter((text) => /Invalid|Too (big|small)|expected|received|Unrecognized/.test(text))).toEqual([])
  expect(said.filter((text) => text !== '').length).toBeGreaterThan(faults.length)
})

test('no option of a fault is named like a flag of the command', () => {
  const ours = ['rule', 'db', 'json', 'instance', 'everywhere', 'help', 'session', 'last']
  const words = [...ENVELOPE, ...faults.flatMap(optionNames)]
  expect(ours.filter((name) => words.includes(name as (typeof words)[number]))).toEqual([])
})
