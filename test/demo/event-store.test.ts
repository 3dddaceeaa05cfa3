import { expect, test } from 'vitest'
import { createEventStore } from '../../src/demo/event-store.ts'

const message = (id: number) => ({ jsonrpc: '2.0', id, result: {} }) as const

const replayed = async (store: ReturnType<typeof createEventStore>, last: string) => {
  const sent: string[] = []
  const stream = await store.replayEventsAfter(last, { send: async (id) => void sent.push(id) })
  return { stream, sent }
}

test('replays what came later on the same stream, in order', async () => {
  const store = createEventStore()
  const first = await store.storeEvent('a', message(1))
  await store.storeEvent('b', message(2))
  const third = await store.storeEvent('a', message(3))
  expect(await replayed(store, first)).toEqual({ stream: 'a', sent: [third] })
  expect(await replayed(store, third)).toEqual({ stream: 'a', sent: [] })
  expect(await store.getStreamIdForEventId?.(third)).toBe('a')
})

test('forgets the oldest beyond its bound', async () => {
  const store = createEventStore()
  const first = await store.storeEvent('a', message(0))
  for (let id = 1; id <= 500; id++) await store.storeEvent('a', message(id))
  expect(await store.getStreamIdForEventId?.(first)).toBeUndefined()
  expect(await replayed(store, first)).toEqual({ stream: 'a', sent: [] })
})
