import { expect, test } from 'vitest'
import type { Query } from '../../../ui/src/api/client.ts'
import { ApiFailure } from '../../../ui/src/api/client.ts'
import { followLive, type LiveState } from '../../../ui/src/api/live.ts'
import { fakeApi } from '../../support/fake-api.ts'

const streamOf = (text: string) =>
  new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode(text))
      controller.close()
    },
  })

/** Follows streams that end one after the other, until `waits` waits are over. */
async function follow(streams: (() => ReadableStream<Uint8Array>)[], waits: number, filter = '') {
  const ended = new AbortController()
  const log: string[] = []
  const queries: Query[] = []
  let seq = 0
  let waited = 0
  await followLive(
    {
      api: {
        ...fakeApi(() => null),
        open: async (_path, query) => {
          queries.push(query)
          return streams.shift()?.() ?? streamOf('')
        },
      },
      since: () => seq,
      filter,
      onChange: (change) => void (log.push(`change ${change.seq}`), (seq = change.seq)),
      onStatus: (status) => void log.push(`status ${status.version}`),
      onState: (state: LiveState) =>
        void log.push(state.is === 'waiting' ? `waiting ${state.error.code} ${state.retryMs}` : state.is),
      wait: async () => {
        waited++
        if (waited === waits) ended.abort()
      },
    },
    ended.signal,
  )
  return { log, queries }
}

test('tells changes and status, and goes on where it stopped', async () => {
  const first = () => streamOf('event: status\ndata: {"version":"1"}\n\nevent: change\nid: 5\ndata: {"seq":5}\n\n')
  const { log, queries } = await follow([first], 2)
  expect(log.slice(0, 5)).toEqual(['connecting', 'open', 'status 1', 'change 5', 'waiting LIVE_ENDED 500'])
  expect(queries).toEqual([{ since: 0 }, { since: 5 }])
})

test('waits longer each time it cannot connect, five seconds at most', async () => {
  const refuse = () => {
    throw new ApiFailure({ code: 'UNREACHABLE', message: '', hint: '' }, 0)
  }
  const { log } = await follow([refuse, refuse, refuse, refuse, refuse], 5)
  expect(log).toEqual(['connecting', ...[500, 1000, 2000, 4000, 5000].map((ms) => `waiting UNREACHABLE ${ms}`)])
})

test('a filter goes along; without one that does not hold it follows everything', async () => {
  const refuse = () => {
    throw new ApiFailure({ code: 'FILTER_INVALID', message: '', hint: '' }, 400)
  }
  const { log, queries } = await follow([refuse], 1, 'a:')
  expect(queries).toEqual([{ since: 0, filter: 'a:' }, { since: 0 }])
  expect(log).toEqual(['connecting', 'connecting', 'open', 'waiting LIVE_ENDED 500'])
})
