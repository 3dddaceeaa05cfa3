/** Law 14: what is no HTTP, or not yet, or hardly, passes as it came. */
import { createHash } from 'node:crypto'
import { finish, passes, same, sameTogether, saw, type Law } from './law.ts'
import type { Line } from '../support/line.ts'
import type { Peer } from '../support/raw.ts'

const HEAD = 'Host: server.test:456\r\n'
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Both ways at once; neither has to be complete for the other to pass. */
function exchanged(claim: string, up: string, down: string): Law {
  return same(14, claim, async (line) => {
    const client = await line.dial()
    client.write(up)
    const server = await line.accept()
    await server.until(up.length)
    server.write(down)
    await client.until(down.length)
    return await finish(client, server)
  })
}

async function open(line: Line, first: string): Promise<{ client: Peer; server: Peer }> {
  const client = await line.dial()
  client.write(first)
  return { client, server: await line.accept() }
}

/** Noise that is the same every time. */
function noise(seed: string, blocks: number): string {
  let text = ''
  for (let block = 0; block < blocks; block++)
    text += createHash('sha256').update(`${seed}${block}`).digest().toString('latin1')
  return text
}

const heldOpen = sameTogether(
  14,
  'passes an unfinished head as far as it has come, and holds it open',
  async (line) => {
    const request = `POST /mcp HTTP/1.1\r\n${HEAD}Content-Type: application/json\r\nX-Pa`
    const { client, server } = await open(line, request)
    await server.until(request, 500)
    await pause(300)
    const quiet = [saw(client), saw(server)]
    client.write('rt: 1\r\n\r\n')
    await server.until('X-Part: 1\r\n\r\n')
    server.write(OK)
    await client.until(OK)
    return [quiet, await finish(client, server)]
  },
)

const releasedField = sameTogether(14, 'releases what may become a field it edits after a second', async (line) => {
  const request = 'POST /mcp HTTP/1.1\r\nX-A: 1\r\nOri'
  const { client, server } = await open(line, request)
  await server.until(request.slice(0, -3), 500)
  await server.until(request, 1300)
  client.write('ental: 1\r\n\r\n')
  await server.until('Oriental: 1\r\n\r\n')
  return await finish(client, server)
})

const heldAnswer = same(14, 'passes an unfinished head of an answer as far as it has come', async (line) => {
  const { client, server } = await line.open()
  server.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stre')
  await client.until('text/event-stre', 500)
  server.write('am\r\n\r\n')
  await client.until('text/event-stream\r\n\r\n')
  return await finish(client, server)
})

const upgraded = same(
  14,
  'passes an upgrade to an unknown protocol, with bytes that come together with the handshake',
  async (line) => {
    const { client, server } = await open(
      line,
      `GET /mcp HTTP/1.1\r\n${HEAD}Connection: Upgrade\r\nUpgrade: own/1\r\n\r\n\x00early\xff`,
    )
    await server.until('\x00early\xff')
    server.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: own/1\r\n\r\n\x01HTTP/1.1 200 OK\r\n\r\n',
    )
    await client.until('\x01HTTP/1.1 200 OK\r\n\r\n')
    for (const bytes of ['GET / HTTP/1.1\r\nHost: a\r\n', '\x00\x01\x02', '\r\n\r\n']) {
      const [there, here] = [server.text().length, client.text().length]
      client.write(bytes)
      await server.until(there + bytes.length)
      server.write(bytes)
      await client.until(here + bytes.length)
    }
    return await finish(client, server)
  },
)

const upgradeRefused = passes(
  14,
  'passes an upgrade that is refused, and the request behind it',
  `GET /mcp HTTP/1.1\r\n${HEAD}Connection: Upgrade\r\nUpgrade: own/1\r\n\r\nGET /next HTTP/1.1\r\n${HEAD}\r\n`,
  `HTTP/1.1 426 Upgrade Required\r\nContent-Length: 2\r\n\r\nno${OK}`,
)

const METHODS = ['GET', 'HEAD', 'POST', 'DELETE', 'HEAD', 'OPTIONS', 'GET', 'POST', 'HEAD', 'GET']
const pipelined = same(14, 'passes pipelined requests as sent, and their answers in order', async (line) => {
  const requests = METHODS.map((verb, index) =>
    verb === 'POST'
      ? `POST /${index} HTTP/1.1\r\n${HEAD}Content-Length: 2\r\n\r\n{}`
      : `${verb} /${index} HTTP/1.1\r\n${HEAD}\r\n`,
  )
  const { client, server } = await open(line, requests.join(''))
  await server.until(requests.join(''))
  for (const [index, verb] of METHODS.entries()) {
    const answer = `HTTP/1.1 200 OK\r\nX-N: ${index}\r\nContent-Length: 2\r\n\r\n${verb === 'HEAD' ? '' : 'ok'}`
    const before = client.text().length
    server.write(answer)
    await client.until(before + answer.length)
  }
  return await finish(client, server)
})

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00'
const SETTINGS = '\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64\x00\x00\x00\x04\x01\x00\x00\x00\x00'
const HELLO = `\x16\x03\x01\x00\xf4\x01\x00\x00\xf0\x03\x03${noise('hello', 8).slice(0, 238)}`
const MiB_HEAD = `X-Long: ${'y'.repeat(1_048_576)}\r\n`
const MANY = Array.from(
  { length: 20_000 },
  (_, index) => `X-Field-${index}: ${index}-abcdefghijklmnopqrstuvwxyz\r\n`,
).join('')

export const odd: readonly Law[] = [
  heldOpen,
  releasedField,
  heldAnswer,
  passes(
    14,
    'passes a head of 1 MiB in one field, both ways',
    `GET / HTTP/1.1\r\n${MiB_HEAD}\r\n`,
    `HTTP/1.1 200 OK\r\n${MiB_HEAD}Content-Length: 0\r\n\r\n`,
  ),
  passes(
    14,
    'passes a head of 1 MiB in many fields, both ways',
    `GET / HTTP/1.1\r\n${MANY}\r\n`,
    `HTTP/1.1 200 OK\r\n${MANY}Content-Length: 0\r\n\r\n`,
  ),
  exchanged(
    'passes a bad request and lets the server refuse it',
    'GET\r\n: no name\r\n\x00\r\n\r\n',
    'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n',
  ),
  exchanged(
    'passes a field without colon and one without name',
    `GET / HTTP/1.1\r\nno colon\r\n: x\r\n${HEAD}\r\n`,
    OK,
  ),
  exchanged('passes conflicting lengths', `POST / HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}`, OK),
  exchanged(
    'passes a length with an encoding',
    `POST / HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    OK,
  ),
  exchanged(
    'passes a chunk size that is no number',
    `POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n{}`,
    OK,
  ),
  exchanged(
    'passes a chunk size beyond all numbers',
    'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\n{}',
    OK,
  ),
  exchanged(
    'passes an answer to nothing, and a second one',
    'GET / HTTP/1.1\r\n\r\n',
    OK + OK + 'HTTP/1.1 408 Request Timeout\r\n\r\n',
  ),
  exchanged('passes empty lines before a request', `\r\n\r\n\nGET / HTTP/1.1\r\n${HEAD}\r\n`, OK),
  exchanged('passes HTTP/0.9', 'GET /\r\n', '<html>'),
  exchanged('passes HTTP/2 with prior knowledge', PREFACE, SETTINGS),
  exchanged('passes a TLS hello', HELLO, '\x15\x03\x03\x00\x02\x02\x28'),
  exchanged('passes noise of 256 KiB both ways', noise('up', 8192), noise('down', 8192)),
  exchanged('passes noise behind a good head', `GET / HTTP/1.1\r\n${HEAD}\r\n${noise('a', 64)}`, OK + noise('b', 64)),
  exchanged('passes a single byte', 'G', '\n'),
  upgraded,
  upgradeRefused,
  pipelined,
]
