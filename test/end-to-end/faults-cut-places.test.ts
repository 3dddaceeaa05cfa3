import { describe, expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { call, faulty, post, raw, rawPost, type Answer } from '../support/faulty.ts'
import { faultySocket } from '../support/faulty-socket.ts'

const ENDS = ['clean', 'fin', 'rst', 'hang'] as const
const PLACES = ['boundary', 'mid-event', 'mid-char', 'after-headers'] as const
type Place = (typeof PLACES)[number]
const table = PLACES.flatMap((at) => ENDS.map((end) => [at, end] as const))

const ON_THE_WIRE = { clean: 'end', fin: 'end', rst: 'ECONNRESET', hang: 'timeout' } as const
/** Only silence is waited for. */
const PATIENCE_MS = { clean: 5000, fin: 5000, rst: 5000, hang: 60 } as const
/** A client that reads bytes and the reset behind them at once sees an ordinary end (libuv): on a busy machine, that happens. */
const TO_FETCH = {
  clean: 'complete',
  fin: 'UND_ERR_SOCKET',
  rst: expect.stringMatching(/^(ECONNRESET|UND_ERR_SOCKET)$/) as string,
  hang: 'silent',
} as const

/** What of the body came, and how `fetch` says it ended; where `silence` is expected it is waited for behind what is to come. */
async function fetched(
  asking: (signal: AbortSignal) => Promise<Response>,
  expected: string,
  silence: boolean,
): Promise<[body: string, how: unknown]> {
  const stop = new AbortController()
  const parts: Buffer[] = []
  const body = (): string => Buffer.concat(parts).toString('latin1')
  let timer: NodeJS.Timeout | undefined
  const came = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => stop.abort(new Error('silent')), silence && body() === expected ? 60 : 5000)
  }
  came()
  try {
    const response = await asking(stop.signal)
    came()
    for await (const part of response.body ?? []) {
      parts.push(Buffer.from(part))
      came()
    }
    return [body(), 'complete']
  } catch (error) {
    const { message, cause } = error as Error
    return [body(), (cause as { code?: string } | undefined)?.code ?? message]
  } finally {
    clearTimeout(timer)
  }
}

const one = 'id: 1\ndata: {"jsonrpc":"2.0","method":"notifications/message","params":{"data":"one"}}\n\n'
const two = 'id: 2\ndata: {"jsonrpc":"2.0","method":"notifications/message","params":{"data":"zw\xc3\xb6i"}}\n\n'
const eventsOf: Answer = (_asked, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(Buffer.from(one, 'latin1'))
  response.write(Buffer.from(two, 'latin1'))
}
const cutEvents: Record<Place, string> = {
  boundary: one,
  'mid-event': one + two.slice(0, two.length >> 1),
  'mid-char': one + two.slice(0, two.indexOf('\xc3') + 1),
  'after-headers': '',
}

describe.each(['POST', 'GET'])('cut of a %s event stream', (method) => {
  test.each(table)('%s, by %s', async (at, end) => {
    const after = at === 'after-headers' ? {} : { after: '1 events' }
    const stream = method.toLowerCase()
    const { url, proxy } = await faulty(eventsOf, [{ fault: 'cut', stream, at, end, ...after }])
    const request =
      method === 'POST' ? rawPost(call(1)) : 'GET /mcp HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n'
    const client = await raw(url, request)
    await client.until('200 OK')
    expect(await client.ending(PATIENCE_MS[end])).toBe(ON_THE_WIRE[end])
    const asking = (signal: AbortSignal) =>
      method === 'POST'
        ? post(url, call(1), { signal })
        : fetch(url, { headers: { accept: 'text/event-stream' }, signal })
    expect(await fetched(asking, cutEvents[at], end === 'hang')).toEqual([cutEvents[at], TO_FETCH[end]])
    expect(proxy.faults.list()[0]).toMatchObject({ matched: 2, fired: 2, notApplied: 0 })
  })
})

const answer = '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"zw\xc3\xb6lf"}]}}'
const cutAnswer: Record<Place, string> = {
  boundary: '',
  'mid-event': answer.slice(0, answer.length >> 1),
  'mid-char': answer.slice(0, answer.indexOf('\xc3') + 1),
  'after-headers': '',
}

describe.each([
  ['with its length', true],
  ['in chunks', false],
])('cut of a JSON answer %s', (_, sized) => {
  test.each(table)('%s, by %s', async (at, end) => {
    const { url } = await faulty(
      (_asked, response) => {
        response.setHeader('content-type', 'application/json')
        const bytes = Buffer.from(answer, 'latin1')
        if (sized) response.end(bytes)
        else {
          response.write(bytes.subarray(0, 20))
          response.end(bytes.subarray(20))
        }
      },
      [{ fault: 'cut', at, end, match: 'method:tools/call dir:s2c' }],
    )
    const client = await raw(url, rawPost(call(1)))
    expect(await client.ending(PATIENCE_MS[end])).toBe(ON_THE_WIRE[end])
    expect(client.text().includes('200 OK')).toBe(at !== 'boundary')
    const how = at === 'boundary' && end === 'clean' ? 'UND_ERR_SOCKET' : TO_FETCH[end]
    expect(await fetched((signal) => post(url, call(1), { signal }), cutAnswer[at], end === 'hang')).toEqual([
      cutAnswer[at],
      how,
    ])
  })
})

describe('cut of a WebSocket', () => {
  const CODES = { clean: 1000, 'ws:1001': 1001, 'ws:4321': 4321, fin: 1006, rst: 1006, hang: 'open' } as const
  const ends = Object.keys(CODES) as (keyof typeof CODES)[]
  const places = ['boundary', 'mid-event', 'after-headers'] as const
  const first = '{"jsonrpc":"2.0","method":"notifications/one"}'
  const second = '{"jsonrpc":"2.0","method":"notifications/two"}'
  const talk = (_message: string, socket: WebSocket): void => {
    socket.send(first)
    socket.send(second)
  }

  test.each(places.flatMap((at) => ends.map((end) => [at, end] as const)))('%s, by %s', async (at, end) => {
    const when =
      at === 'after-headers' ? { match: 'status:101' } : { match: 'transport:websocket', after: '1 messages' }
    const { open } = await faultySocket(talk, [{ fault: 'cut', at, end, ...when }])
    const client = await open()
    if (client.socket.readyState === client.socket.OPEN) client.socket.send(call(1))
    expect(await client.closed(end === 'hang' ? 80 : 3000)).toBe(CODES[end])
    const half = end === 'clean' || end.startsWith('ws:') ? [second.slice(0, second.length >> 1)] : []
    expect(client.messages).toEqual({ boundary: [first], 'mid-event': [first, ...half], 'after-headers': [] }[at])
  })

  test.each(['fin', 'rst', 'clean'])('inside a character, by %s, is 1006 without a word', async (end) => {
    const { open } = await faultySocket(
      (_message, socket) => socket.send('{"jsonrpc":"2.0","method":"notifications/zwö"}'),
      [{ fault: 'cut', at: 'mid-char', end, match: 'transport:websocket' }],
    )
    const client = await open()
    client.socket.send(call(1))
    expect(await client.closed()).toBe(1006)
    expect(client.messages).toEqual([])
  })
})
