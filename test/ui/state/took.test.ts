import { expect, test } from 'vitest'
import { tookOf } from '../../../ui/src/state/took.ts'
import { callRow } from '../../support/ui-rows.ts'

const at = (ms: number): number => 1_000_000 + ms * 1000
const call = (row: Parameters<typeof callRow>[1]) => callRow(1, { requestedAt: at(0), ...row })

test('of a call without an answer there is nothing', () => expect(tookOf(call({}))).toBeNull())

test('what was waited is told, and what the server took where that differs', () => {
  expect(tookOf(call({ answeredAt: at(12), answerSentAt: at(12) }))).toEqual({ waited: '12.0 ms', needed: null })
  const delayed = call({ requestSentAt: at(300), answeredAt: at(321), answerSentAt: at(652) })
  expect(tookOf(delayed)).toEqual({ waited: '652 ms', needed: 'server 21.0 ms' })
})

test('the frame knows better than its call when it left', () =>
  expect(tookOf(call({ answeredAt: at(4) }), at(1754))).toEqual({ waited: '1.75 s', needed: 'server 4.00 ms' }))

test('of what a rule answered the server took nothing', () =>
  expect(tookOf(call({ answeredAt: at(1), answerSentAt: at(50), madeBy: 'no' }))).toMatchObject({ needed: null }))
