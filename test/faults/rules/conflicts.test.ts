import { expect, test } from 'vitest'
import { conflictsOf } from '../../../src/faults/rules/conflicts.ts'
import { parseRules } from '../../../src/faults/rules/document.ts'
import { fakeFaults } from '../../support/fake-faults.ts'

const texts = (...rules: object[]): string[] => conflictsOf(parseRules(rules, fakeFaults).rules).map(({ text }) => text)

test('of two rules that end the same thing the first wins, and that is said', () => {
  expect(texts({ id: 'a', fault: 'drop', match: 'dir:s2c' }, { id: 'b', fault: 'snap' })).toEqual([
    'b never gets what a, which comes before it, matches as well',
  ])
  expect(texts({ id: 'a', fault: 'snap', probability: 0.5 }, { id: 'b', fault: 'snap' })).toEqual([
    'where a fires, b, which comes behind it, has nothing left',
  ])
})

test('of a message that is dropped nothing is left for rules behind, and that is said', () => {
  const late = { id: 'b', fault: 'latency', delay: '1s', match: 'method:tools/call' }
  expect(texts({ id: 'a', fault: 'drop', match: 'method:tools/call' }, late)).toEqual([
    'b never gets what a, which comes before it, matches as well',
  ])
  expect(texts(late, { id: 'a', fault: 'drop', match: 'method:tools/call' })).toEqual([])
})

test.each([
  [{ fault: 'latency', delay: '1s' }, { fault: 'snap' }],
  [{ fault: 'drop', match: 'dir:c2s' }, { fault: 'snap' }],
  [
    { fault: 'drop', match: 'method:ping' },
    { fault: 'drop', match: 'method:tools/call' },
  ],
  [
    { fault: 'drop', match: 'transport:stdio' },
    { fault: 'drop', match: 'transport:http' },
  ],
  [
    { fault: 'drop', window: '..5s' },
    { fault: 'drop', window: '5s..' },
  ],
  [{ fault: 'drop', enabled: false }, { fault: 'drop' }],
])('rules that cannot meet, or only change things, do not get in each other’s way: %j, %j', (one, other) => {
  expect(texts(one, other)).toEqual([])
})
