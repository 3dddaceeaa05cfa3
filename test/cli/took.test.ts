import { expect, test } from 'vitest'
import { tookText } from '../../src/cli/took.ts'
import { NOW } from '../support/cli-context.ts'
import { callRow } from '../support/rows.ts'

const ms = (span: number): number => NOW + span * 1000

test.each([
  ['no answer', {}, undefined],
  ['an answer whose way out is not known', { answeredAt: ms(12) }, '12 ms'],
  ['what passed as it came', { requestSentAt: ms(0.1), answeredAt: ms(12), answerSentAt: ms(12.2) }, '12 ms'],
  [
    'a delayed request',
    { requestSentAt: ms(300), answeredAt: ms(321), answerSentAt: ms(321) },
    '321 ms (server 21 ms)',
  ],
  ['a held answer', { requestSentAt: ms(0), answeredAt: ms(4), answerSentAt: ms(1754) }, '1.75 s (server 4.0 ms)'],
  ['both', { requestSentAt: ms(300), answeredAt: ms(321), answerSentAt: ms(652) }, '652 ms (server 21 ms)'],
  ['a client', { direction: 's2c', answeredAt: ms(4), answerSentAt: ms(50) }, '50 ms (client 4.0 ms)'],
  [
    'a stream taken up again',
    { answeredAt: ms(700), answerSentAt: ms(736), requestSentAt: ms(10), resumedAfter: '7' },
    '736 ms',
  ],
  ['a hiccup', { answeredAt: ms(178), answerSentAt: ms(184) }, '184 ms'],
  ['an answer of a rule', { answeredAt: ms(1), answerSentAt: ms(50), madeBy: 'no' }, '50 ms'],
] as const)('of %s: what was waited, and what was needed', (_what, row, said) =>
  expect(tookText(callRow(row))).toBe(said),
)
