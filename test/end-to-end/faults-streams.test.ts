import type { ServerResponse } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readEvents, type EventClient } from '../support/event-client.ts'
import { call, events, faulty, raw, rawPost, type Answer, type Faulty } from '../support/faulty.ts'
import type { RuleSource } from '../../src/faults/rules/rule.ts'

const accept = 'application/json, text/event-stream'
const json = { 'content-type': 'application/json', accept }
const ask = (url: string, body = call(1)): Promise<EventClient> =>
  readEvents(url, { method: 'POST', headers: json, body })
const get = (url: string, headers: Record<string, string> = {}): Promise<EventClient> =>
  readEvents(url, { headers: { accept: 'text/event-stream', ...headers } })
const fired = ({ proxy }: Faulty): number[] => proxy.faults.list().map((rule) => rule.fired)

/** What a client reads of three notifications and a result, through this rule. */
async function read(rule: RuleSource, answer = events(3)): Promise<EventClient> {
  const client = await ask((await faulty(answer, [rule])).url)
  expect(await client.ended).toBe('end')
  return client
}

/** Event streams into which the test writes, one for each request in turn. */
function streams() {
  const open: ServerResponse[] = []
  const waiting: (() => void)[] = []
  const answer: Answer = (_asked, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
    open.push(response)
    for (const look of waiting.splice(0)) look()
  }
  onTestFinished(() => open.forEach((response) => response.destroy()))
  const at = async (index: number): Promise<ServerResponse> => {
    while (open.length <= index) await new Promise<void>((resolve) => waiting.push(resolve))
    return open[index]!
  }
  return { answer, at }
}
const block = (message: object, id?: number): string =>
  `${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`
const log = (data: string, id?: number): string => block({ method: 'notifications/message', params: { data } }, id)
const progress = (n: number): string =>
  block({ method: 'notifications/progress', params: { progressToken: 't', progress: n } })
const answered = (id: number): string => block({ id, result: {} })

describe('events of a stream', () => {
  test('that are dropped are missing; the stream is whole', async () => {
    const client = await read({ fault: 'drop', match: 'kind:event method:notifications/message', nth: 2 })
    expect(client.said()).toEqual(['é1', 'é3', 'answer 1'])
  })

  test('an answer that is dropped leaves a stream that ends without it', async () => {
    const client = await read({ fault: 'drop', match: 'kind:response' })
    expect(client.said()).toEqual(['é1', 'é2', 'é3'])
  })

  test('come late, those behind them too', async () => {
    const from = performance.now()
    const client = await read({ fault: 'delay', delay: '150ms', match: 'method:notifications/message', nth: 2 })
    expect(client.said()).toEqual(['é1', 'é2', 'é3', 'answer 1'])
    expect(performance.now() - from).toBeGreaterThanOrEqual(150)
  })

  test('come twice', async () => {
    const client = await read({ fault: 'duplicate', match: 'kind:response' })
    expect(client.said()).toEqual(['é1', 'é2', 'é3', 'answer 1', 'answer 1'])
  })

  test('change places, all of them there', async () => {
    const client = await read({ fault: 'reorder', span: 4 })
    expect(client.said()).not.toEqual(['é1', 'é2', 'é3', 'answer 1'])
    expect(new Set(client.said())).toEqual(new Set(['answer 1', 'é1', 'é2', 'é3']))
  })

  test('of ours come between theirs', async () => {
    const message = { jsonrpc: '2.0', method: 'notifications/tools/list_changed' }
    const client = await read({ fault: 'inject', message, match: 'method:notifications/message', nth: 1 })
    expect(client.said()).toEqual(['é1', 'notifications/tools/list_changed', 'é2', 'é3', 'answer 1'])
  })

  test('are changed, over several lines of data too', async () => {
    const answer: Answer = (_asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end('data: {"jsonrpc":"2.0","id":1,\ndata: "result":{"n":1}}\n\n')
    }
    const client = await read(
      { fault: 'mutate', on: 'result', patch: [{ op: 'replace', path: '/n', value: 2 }] },
      answer,
    )
    expect(client.events.map(({ data }) => JSON.parse(data) as unknown)).toEqual([
      { jsonrpc: '2.0', id: 1, result: { n: 2 } },
    ])
  })

  test('are answers with another id, of a tool that says something else, or none that can be read', async () => {
    expect((await read({ fault: 'rpc-id' })).said()).toContain('answer 1000001')
    const tool = await read({ fault: 'tool-result', text: 'no' })
    expect(tool.events.at(-1)?.data).toContain('"text":"no"')
    const cut = await read({ fault: 'invalid', as: 'truncate', match: 'kind:response' })
    expect(() => JSON.parse(cut.events.at(-1)?.data ?? '') as unknown).toThrow(SyntaxError)
  })

  test('never come of a request that is answered with an error', async () => {
    const table = await faulty(events(3), [{ fault: 'rpc-error', code: -32000 }])
    const client = await ask(table.url)
    expect(client.response.headers.get('content-type')).toBe('application/json')
    expect(table.asked).toHaveLength(0)
  })
})

test('stall: the stream is open and silent, but for heartbeats; healed, all of it comes in order', async () => {
  const { answer, at } = streams()
  const table = await faulty(answer, [{ id: 's', fault: 'stall' }])
  const client = await ask(table.url)
  const stream = await at(0)
  stream.write(`: ping\n\n${log('a')}${log('b')}`)
  await expect.poll(() => client.comments).toEqual(['ping'])
  expect(client.events).toEqual([])
  await table.proxy.faults.remove('s')
  await client.until(2)
  stream.end(answered(1))
  await client.ended
  expect(client.said()).toEqual(['a', 'b', 'answer 1'])
})

test('stall with a duration goes on by itself, without the heartbeats it dropped', async () => {
  const { answer, at } = streams()
  const { url } = await faulty(answer, [{ fault: 'stall', duration: '100ms', heartbeats: 'drop' }])
  const from = performance.now()
  const client = await ask(url)
  ;(await at(0)).write(`: ping\n\n${log('a')}`)
  await client.until(1)
  expect(performance.now() - from).toBeGreaterThanOrEqual(99)
  expect(client.comments).toEqual([])
})

test('hold-until: an answer waits for progress that its server sends behind it', async () => {
  const { answer, at } = streams()
  const { url } = await faulty(answer, [
    { fault: 'hold-until', match: 'kind:response', until: 'method:notifications/progress', per: 'connection' },
  ])
  const client = await ask(url)
  const stream = await at(0)
  stream.write(log('a') + answered(1))
  await client.until(1)
  stream.write(progress(1))
  await client.until(3)
  expect(client.said()).toEqual(['a', 'progress 1', 'answer 1'])
})

describe('rechunk', () => {
  test.each(['byte', 'line', 'utf8', 'crlf', '7b'])('by %s: the same bytes, and the parser reads them', async (by) => {
    const table = await faulty(events(2), [{ fault: 'rechunk', by }])
    const plain = await faulty(events(2))
    const [client, whole] = await Promise.all([ask(table.url), ask(plain.url)])
    await Promise.all([client.ended, whole.ended])
    expect(client.events).toEqual(whole.events)
    expect(fired(table)).toEqual([1])
  })

  test('byte by byte arrives in many pieces', async () => {
    const { url } = await faulty(events(1), [{ fault: 'rechunk', by: 'byte' }])
    const client = await raw(url, '')
    let pieces = 0
    client.socket.on('data', () => pieces++)
    client.socket.write(rawPost(call(1)))
    await client.until('0\r\n\r\n')
    expect(pieces).toBeGreaterThan(20)
  })

  test('coalesce gathers what comes within its time', async () => {
    const { answer, at } = streams()
    const { url } = await faulty(answer, [{ fault: 'rechunk', by: 'coalesce', gap: '100ms', match: 'dir:s2c' }])
    const asked = raw(url, rawPost(call(1)))
    const stream = await at(0)
    stream.write(log('a'))
    stream.end(answered(1))
    const client = await asked
    const pieces: string[] = []
    client.socket.on('data', (bytes: Buffer) => pieces.push(bytes.toString()))
    await client.until('0\r\n\r\n')
    expect(pieces).toHaveLength(1)
  })
})

describe('sse-field', () => {
  const ids = ({ events: all }: EventClient) => all.map(({ id }) => id)

  test('id: removed, repeated, set', async () => {
    expect(ids(await read({ fault: 'sse-field', field: 'id', act: 'remove' }))).toEqual(Array(4).fill(undefined))
    expect(ids(await read({ fault: 'sse-field', field: 'id', act: 'repeat' }))).toEqual(['1', '1', '1', '1'])
    expect(ids(await read({ fault: 'sse-field', field: 'id', value: 'x' }))).toEqual(['x', 'x', 'x', 'x'])
  })

  test('retry, event, comment: set', async () => {
    expect((await read({ fault: 'sse-field', field: 'retry', value: 600_000, times: 1 })).retries).toEqual([600_000])
    expect((await read({ fault: 'sse-field', field: 'event', value: 'other' })).events[0]?.event).toBe('other')
    expect((await read({ fault: 'sse-field', field: 'comment', value: 'hi', times: 1 })).comments).toEqual(['hi'])
  })

  test('bom and CRLF: a parser reads the same', async () => {
    const bom = await read({ fault: 'sse-field', field: 'bom' })
    const crlf = await read({ fault: 'sse-field', field: 'newline', value: 'crlf' })
    for (const client of [bom, crlf]) expect(client.said()).toEqual(['é1', 'é2', 'é3', 'answer 1'])
  })

  test('CR alone: eventsource-parser waits for a LF behind the last event, and never tells it', async () => {
    const rule = { fault: 'sse-field', field: 'newline', value: 'cr' }
    expect((await read(rule)).said()).toEqual(['é1', 'é2', 'é3'])
    const { url } = await faulty(events(1), [rule])
    const wire = await raw(url, rawPost(call(1)))
    await wire.until('0\r\n\r\n')
    expect(wire.text()).toMatch(/id: 2\revent: message\rdata: .*\r\r\r\n/)
  })
})

describe('progress', () => {
  const token = call(1, 'tools/call', { name: 'x', _meta: { progressToken: 't' } })
  const story = async (rule: RuleSource) => {
    const { answer, at } = streams()
    const table = await faulty(answer, [rule])
    const client = await ask(table.url, token)
    const stream = await at(0)
    stream.end(progress(1) + log('a') + progress(2) + answered(1) + log('b'))
    await client.ended
    return { said: client.said(), asked: table.asked }
  }

  test('starves', async () => {
    expect((await story({ fault: 'progress', as: 'starve' })).said).toEqual(['a', 'answer 1', 'b'])
  })

  test('comes behind the result', async () => {
    const { said } = await story({ fault: 'progress', as: 'after-result' })
    expect(said).toEqual(['a', 'answer 1', 'progress 1', 'progress 2', 'b'])
  })

  test('is not asked for', async () => {
    const { asked } = await story({ fault: 'progress', as: 'no-token' })
    expect(JSON.parse(asked[0]?.body ?? '')).toMatchObject({ params: { name: 'x', _meta: {} } })
    expect(asked[0]?.body).not.toContain('progressToken')
  })

  test('is late while others overtake it', async () => {
    const { answer, at } = streams()
    const { url } = await faulty(answer, [{ fault: 'progress', as: 'late', delay: '100ms' }])
    const client = await ask(url, token)
    const stream = await at(0)
    stream.write(progress(1) + log('a'))
    await client.until(2)
    expect(client.said()).toEqual(['a', 'progress 1'])
  })
})

describe('wrong-stream and resume, in a session', () => {
  const session = { 'mcp-session-id': 'one' }

  test('an answer comes on the GET stream of the session', async () => {
    const { answer, at } = streams()
    const { url } = await faulty(answer, [{ fault: 'wrong-stream' }])
    const listening = await get(url, session)
    ;(await at(0)).write(log('a'))
    await listening.until(1)
    const calling = await readEvents(url, { method: 'POST', headers: { ...json, ...session }, body: call(7) })
    const stream = await at(1)
    stream.end(log('b') + answered(7))
    await Promise.all([calling.ended, listening.until(2)])
    expect([calling.said(), listening.said()]).toEqual([['b'], ['a', 'answer 7']])
  })

  /** A GET stream of two events, cut by its server, and the one that resumes it, with a third. */
  const resumed = async (rule: RuleSource, from = '2') => {
    const { answer, at } = streams()
    const table = await faulty(answer, [rule])
    const first = await get(table.url, session)
    ;(await at(0)).end(log('a', 1) + log('b', 2))
    await first.ended
    const second = await get(table.url, { ...session, 'last-event-id': from })
    if (second.status === 200) (await at(1)).end(log('c', 3) + log('d', 4))
    await second.ended
    return { second, asked: table.asked.map(({ headers }) => headers['last-event-id']) }
  }

  test.each([
    ['gap', ['d'], '2'],
    ['duplicate', ['b', 'c', 'd'], '2'],
    ['ignore', ['c', 'd'], undefined],
    ['foreign', ['c', 'd'], '2-of-another-stream'],
  ])('resume %s', async (mode, said, id) => {
    const { second, asked } = await resumed({ fault: 'resume', mode })
    expect([second.said(), asked[1]]).toEqual([said, id])
  })

  test('resume reject: 400, and the server is not asked', async () => {
    const { second, asked } = await resumed({ fault: 'resume', mode: 'reject' })
    expect([second.status, asked]).toEqual([400, [undefined]])
  })

  test('resume provide: ids where there are none, and what was missed is said again', async () => {
    const { answer, at } = streams()
    const { url, asked } = await faulty(answer, [{ fault: 'resume', mode: 'provide' }])
    const headers = { ...json, ...session }
    const first = await readEvents(url, { method: 'POST', headers, body: call(1) })
    ;(await at(0)).end(log('a') + log('b') + answered(1))
    await first.ended
    const [one] = first.events
    expect(one?.id).toMatch(/^mitmcp-/)
    const second = await get(url, { ...session, 'last-event-id': one?.id ?? '' })
    await second.ended
    expect(second.said()).toEqual(['b', 'answer 1'])
    expect(asked).toHaveLength(1)
  })
})

test('a rule for the event stream of a POST leaves the GET stream alone', async () => {
  const { answer, at } = streams()
  const { url } = await faulty(answer, [{ fault: 'drop', match: 'stream:post kind:event' }])
  const [listening, calling] = [await get(url), await ask(url)]
  ;(await at(0)).end(log('a'))
  ;(await at(1)).end(answered(1))
  await Promise.all([listening.ended, calling.ended])
  expect([listening.said(), calling.said()]).toEqual([['a'], []])
})
