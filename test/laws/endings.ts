/** Laws 6 and 10: whoever leaves, and however, the other one sees just that. */
import { expect } from 'vitest'
import { batches, same, saw, timed, type Law } from './law.ts'
import type { Line, Pair } from '../support/line.ts'
import type { How, Peer } from '../support/raw.ts'

/** An ending is passed on within this, at the 95th percentile. */
const PASSED_ON_MS = 50

interface Leaving {
  readonly by: 'client' | 'server'
  readonly how: How
  readonly runs: number
  readonly place: string
  /** Brings both peers to the place. */
  readonly before: (line: Line) => Promise<Pair>
  /** Sent right before leaving, in the same turn. */
  readonly last?: string
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const CHUNKED =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n8\r\ndata: 1\n\r\n'

const asked = (line: Line): Promise<Pair> => line.open()

async function answered(line: Line): Promise<Pair> {
  const pair = await line.open()
  pair.server.write(OK)
  await pair.client.until(OK)
  return pair
}

async function streaming(line: Line): Promise<Pair> {
  const pair = await line.open()
  pair.server.write(CHUNKED)
  await pair.client.until(CHUNKED)
  return pair
}

const uploading = (line: Line): Promise<Pair> =>
  line.open('POST /mcp HTTP/1.1\r\nHost: server.test:456\r\nContent-Length: 1000\r\n\r\nhalf of it')

const inHead = async (line: Line): Promise<Pair> => {
  const pair = await line.open()
  pair.server.write('HTTP/1.1 200 OK\r\nContent-Type: text/pl')
  await pair.client.until('200 OK\r\n')
  return pair
}

const inRequestHead = (line: Line): Promise<Pair> => line.open('POST /mcp HTTP/1.1\r\nX-Part: 1\r\n')

/** Two pieces, so that the reading side is busy with the first when the second and the ending come. */
const BURST = `7d0\r\n${'x'.repeat(2000)}\r\n`

function leaves({ by, how, runs, place, before, last = '' }: Leaving): Law {
  const claim = `passes ${how.toUpperCase()} of the ${by} as ${how.toUpperCase()} ${place}, ${runs} runs`
  const measure = async (line: Line): Promise<number[]> => {
    const delays: number[] = []
    const seen = await batches(runs, 10, async () => {
      const pair = await before(line)
      const [actor, other]: [Peer, Peer] = by === 'client' ? [pair.client, pair.server] : [pair.server, pair.client]
      if (last !== '') actor.write(last)
      if (how === 'fin') actor.end()
      else actor.reset()
      const left = performance.now()
      const ended = await other.ended()
      delays.push(other.endedAt - left)
      const complete = other.text().endsWith(last)
      actor.socket.destroy()
      other.socket.destroy()
      return `${ended} ${complete ? 'complete' : `without ${last.length} last bytes`}`
    })
    expect(new Set(seen)).toEqual(new Set([`${how} complete`]))
    return delays
  }
  return timed(6, claim, { share: 0.95, boundMs: PASSED_ON_MS, measure })
}

const both = (leaving: Omit<Leaving, 'by' | 'how'>, by: readonly Leaving['by'][] = ['client', 'server']): Law[] =>
  by.flatMap((who) => (['fin', 'rst'] as const).map((how) => leaves({ ...leaving, by: who, how })))

async function silentPair(line: Line): Promise<Pair> {
  const client = await line.dial()
  return { client, server: await line.accept() }
}

/** A client that has said everything and left before anybody could answer. */
function hurried(how: How): Law {
  return same(
    6,
    `passes ${how.toUpperCase()} of a client that leaves as soon as it has asked, 200 runs`,
    async (line) => {
      const seen = await batches(200, 20, async (run) => {
        const request = `POST /mcp HTTP/1.1\r\nX-Hurry: ${run}.\r\nContent-Length: 2\r\n\r\n{}`
        const client = await line.dial()
        client.write(request)
        if (how === 'fin') client.end()
        else client.reset()
        const server = await line.accept(`X-Hurry: ${run}.`)
        const ended = await server.ended()
        const all = server.text() === request
        server.socket.destroy()
        client.socket.destroy()
        return `${ended} ${all ? 'complete' : 'incomplete'}`
      })
      expect(new Set(seen)).toEqual(new Set([`${how} complete`]))
      return seen.length
    },
  )
}

const spokenFirst = same(6, 'passes what a server says unasked, and its end', async (line) => {
  const { client, server } = await silentPair(line)
  server.end('220 ready\r\n')
  await client.until('220 ready\r\n')
  await client.ended()
  client.end('QUIT\r\n')
  await server.until('QUIT\r\n')
  await server.ended()
  return [saw(client), saw(server)]
})

const halfClosedByClient = same(6, 'passes a half-close of the client: the answer still comes', async (line) => {
  const { client, server } = await line.open()
  client.end()
  await server.ended()
  for (const part of [OK.slice(0, 30), OK.slice(30)]) {
    const before = client.text().length
    server.write(part)
    await client.until(before + part.length)
  }
  const open = client.how
  server.end()
  await client.ended()
  return [open, saw(client), saw(server)]
})

const halfClosedByServer = same(6, 'passes a half-close of the server: the request goes on', async (line) => {
  const { client, server } = await line.open(
    'POST /mcp HTTP/1.1\r\nHost: server.test:456\r\nContent-Length: 8\r\n\r\nhalf',
  )
  server.end('HTTP/1.1 200 OK\r\n\r\nno length')
  await client.ended()
  for (const part of ['do', 'ne']) {
    const before = server.text().length
    client.write(part)
    await server.until(before + part.length)
  }
  const open = server.how
  client.end()
  await server.ended()
  return [open, saw(client), saw(server)]
})

const resetAfterHalfClose = same(6, 'passes a reset that follows a half-close', async (line) => {
  const { client, server } = await line.open()
  client.end()
  await server.ended()
  server.write(CHUNKED)
  await client.until(CHUNKED)
  server.reset()
  await client.ended()
  return [saw(client), server.how]
})

const abortedFetch = same(6, 'passes the end of an aborted fetch as it is', async (line) => {
  const abort = new AbortController()
  const asking = fetch(`http://127.0.0.1:${line.port}/mcp`, { signal: abort.signal, headers: { 'x-run': 'fetch' } })
  const server = await line.accept('x-run: fetch')
  await server.until('\r\n\r\n')
  server.write(CHUNKED)
  const reader = (await asking).body?.getReader()
  const first = Buffer.from((await reader?.read())?.value ?? []).toString()
  abort.abort()
  await reader?.closed.catch(() => {})
  await server.ended()
  return [first, server.how]
})

const unfinished = same(6, 'leaves an unfinished chunked body unfinished', async (line) => {
  const { client, server } = await line.open()
  server.end(CHUNKED)
  await client.ended()
  return saw(client)
})

const unfinishedRequest = same(6, 'leaves an unfinished chunked request unfinished', async (line) => {
  const { client, server } = await line.open('POST /mcp HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n')
  client.end()
  await server.ended()
  return saw(server)
})

async function idleFins(line: Line): Promise<number[]> {
  const delays: number[] = []
  for (let run = 0; run < 100; run++) {
    const { client, server } = await answered(line)
    server.end()
    const left = performance.now()
    await client.ended()
    delays.push(client.endedAt - left)
    client.socket.destroy()
    server.socket.destroy()
  }
  return delays
}

export const endings: readonly Law[] = [
  ...both({ place: 'behind data', runs: 200, before: streaming, last: BURST }, ['server']),
  ...both({ place: 'behind data', runs: 200, before: uploading, last: BURST }, ['client']),
  ...both({ place: 'behind the last byte of an answer', runs: 40, before: asked, last: OK }, ['server']),
  ...both({ place: 'before a word was said', runs: 20, before: silentPair }),
  ...both({ place: 'between two exchanges', runs: 20, before: answered }),
  ...both({ place: 'while the answer is awaited', runs: 20, before: asked }),
  ...both({ place: 'in the middle of an event stream', runs: 20, before: streaming }),
  ...both({ place: 'in the middle of a request body', runs: 20, before: uploading }),
  ...both({ place: 'in the middle of an answer’s head', runs: 20, before: inHead }),
  ...both({ place: 'in the middle of a request’s head', runs: 20, before: inRequestHead }),
  hurried('fin'),
  hurried('rst'),
  spokenFirst,
  halfClosedByClient,
  halfClosedByServer,
  resetAfterHalfClose,
  abortedFetch,
  unfinished,
  unfinishedRequest,
  timed(10, 'passes the FIN of an idle server within 2 ms at the median of 100 runs', {
    share: 0.5,
    boundMs: 2,
    measure: idleFins,
  }),
]
