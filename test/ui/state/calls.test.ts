import { expect, test } from 'vitest'
import type { CallRow } from '../../../src/api/contract.ts'
import { createCalls } from '../../../ui/src/state/calls.ts'
import { fakeApi } from '../../support/fake-api.ts'
import { callRow, frameRow, messageRow } from '../../support/ui-rows.ts'

const ids = (rows: readonly CallRow[]) => rows.map(({ id }) => id)

test('pending calls stand oldest first and go when they are answered', () => {
  const calls = createCalls(fakeApi(() => []))
  calls.apply([callRow(2), callRow(1)])
  expect(ids(calls.pending.value)).toEqual([1, 2])
  calls.apply([callRow(1, { outcome: 'ok', answeredAt: 5 })])
  expect(ids(calls.pending.value)).toEqual([2])
  expect(calls.get(1)?.outcome).toBe('ok')
})

test('loads the calls of frames that it does not know, in one page', async () => {
  const asked: unknown[] = []
  const calls = createCalls(
    fakeApi((path, query) => {
      asked.push([path, query])
      return [3, 4, 5].map((id) => callRow(id, { outcome: 'ok' }))
    }),
  )
  const frames = [3, 5].map((call) => frameRow(call, { messages: [messageRow({ call })] }))
  await calls.loadFor(frames, 's')
  await calls.loadFor(frames, 's')
  expect(asked).toEqual([['/api/calls', { session: 's', before: 6, limit: 3 }]])
  expect(calls.get(5)?.id).toBe(5)
})

test('a call that is not there is asked for once', async () => {
  let asked = 0
  const calls = createCalls(fakeApi(() => (asked++, [])))
  await calls.loadFor([frameRow(1, { messages: [messageRow({ call: 9 })] })], null)
  expect(asked).toBe(1)
})

test('pending ones that were answered meanwhile are gone after a load', async () => {
  const calls = createCalls(fakeApi(() => [callRow(7)]))
  calls.apply([callRow(1)])
  await calls.loadPending()
  expect(ids(calls.pending.value)).toEqual([7])
})
