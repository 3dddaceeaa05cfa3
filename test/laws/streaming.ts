/** Laws 4, 9, 11, 15, 16 and 17: what has been sent arrives before more is sent. */
import { constants, createGunzip, createGzip, type Gzip } from 'node:zlib'
import { finish, same, sameTogether, saw, type Law } from './law.ts'
import type { Line } from '../support/line.ts'
import type { Peer } from '../support/raw.ts'

const HEAD = 'Host: server.test:456\r\n'
const GET = `GET /mcp HTTP/1.1\r\n${HEAD}Accept: text/event-stream\r\n\r\n`
const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nMcp-Session-Id: abc\r\n'
const CHUNKED = `${STREAM}Transfer-Encoding: chunked\r\n\r\n`
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const chunk = (bytes: string): string => `${bytes.length.toString(16)}\r\n${bytes}\r\n`

async function open(line: Line, request: string): Promise<{ client: Peer; server: Peer }> {
  const client = await line.dial()
  client.write(request)
  const server = await line.accept()
  await server.until(request)
  return { client, server }
}

/** Each piece must arrive before the next is sent: whoever waits for the whole never gets on. */
async function inPieces(from: Peer, to: Peer, pieces: readonly string[]): Promise<void> {
  let sent = to.text()
  for (const piece of pieces) {
    from.write(piece)
    sent += piece
    await to.until(sent.length)
  }
}

function answered(number: number, claim: string, pieces: readonly string[]): Law {
  return same(number, claim, async (line) => {
    const { client, server } = await open(line, GET)
    await inPieces(server, client, pieces)
    return await finish(client, server)
  })
}

function asked(number: number, claim: string, pieces: readonly string[]): Law {
  return same(number, claim, async (line) => {
    const client = await line.dial()
    client.write(pieces[0] ?? '')
    const server = await line.accept()
    await server.until(pieces[0] ?? '')
    await inPieces(client, server, pieces.slice(1))
    return await finish(client, server)
  })
}

/** Gap between two halves as the reader saw it, rounded to what a reader would call the same. */
const halves = sameTogether(4, 'delivers halves sent a second apart a second apart, both ways', async (line) => {
  const { client, server } = await open(line, `POST /mcp HTTP/1.1\r\n${HEAD}Content-Length: 8\r\n\r\n`)
  client.write('half')
  server.write('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf')
  await pause(1000)
  client.write('done')
  server.write('done')
  await server.until('halfdone')
  await client.until('halfdone')
  const gap = ({ pieces }: Peer): boolean => {
    const late = (pieces.at(-1)?.at ?? 0) - (pieces.at(-2)?.at ?? 0)
    return late > 900 && late < 1150
  }
  return [gap(client), gap(server), await finish(client, server)]
})

const calledBack = same(9, 'lets a server call back while a request is running', async (line) => {
  const stream = await open(line, `POST /mcp HTTP/1.1\r\n${HEAD}Content-Length: 8\r\n\r\n{"id":1}`)
  stream.server.write(CHUNKED + chunk('data: {"id":"s1","method":"sampling/createMessage"}\n\n'))
  await stream.client.until('sampling/createMessage"}\n\n')
  const reply = await open(line, `POST /mcp HTTP/1.1\r\n${HEAD}Content-Length: 23\r\n\r\n{"id":"s1","result":{}}`)
  reply.server.write('HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n')
  await reply.client.until('202 Accepted\r\nContent-Length: 0\r\n\r\n')
  stream.server.write(chunk('data: {"id":1,"result":{}}\n\n') + '0\r\n\r\n')
  await stream.client.until('0\r\n\r\n')
  return [await finish(stream.client, stream.server), await finish(reply.client, reply.server)]
})

const flushed = (gzip: Gzip, text: string): Promise<Buffer> =>
  new Promise((resolve) => {
    gzip.write(text)
    gzip.flush(constants.Z_SYNC_FLUSH, () => resolve(gzip.read() as Buffer))
  })

const compressed = same(11, 'passes a compressed event stream flush by flush', async (line) => {
  const { client, server } = await open(line, `GET /mcp HTTP/1.1\r\n${HEAD}Accept-Encoding: gzip\r\n\r\n`)
  const head = `${STREAM}Content-Encoding: gzip\r\n\r\n`
  server.write(head)
  await client.until(head)
  const gzip = createGzip()
  const inflated: string[] = []
  for (const text of ['data: one\n\n', 'data: two\n\n', ': ping\n\n']) {
    const before = client.bytes().length
    const bytes = await flushed(gzip, text)
    server.write(bytes)
    await client.until(before + bytes.length)
    const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH })
    gunzip.end(client.bytes().subarray(head.length))
    let out = ''
    for await (const part of gunzip) out += String(part)
    inflated.push(out)
  }
  return [inflated, await finish(client, server)]
})

const silent = sameTogether(17, 'neither closes nor holds anything in a long silence', async (line) => {
  const { client, server } = await open(line, GET)
  server.write(CHUNKED)
  await client.until(CHUNKED)
  await pause(2000)
  const quiet = [saw(client), saw(server)]
  await inPieces(server, client, [chunk('data: late\n\n')])
  return [quiet, await finish(client, server)]
})

const EVENTS = [
  ': comment\n',
  'retry: 10\n\n',
  'id: 7\n',
  '\n',
  '\xef\xbb\xbfdata: bom\r\n\r\n',
  'data: cr\r\r',
  'data: crlf\r',
  '\n\r',
  '\n',
  'no colon here\n',
  'data\n\n',
  'data:no space\ndata:  two spaces\n\n',
  'id: nul\x00byte\n\n',
  'data: \xe2',
  '\x82',
  '\xac\n',
  '\n',
  'event: unknown\nfield: x\n:\n\n',
  'data: unfinished',
]

export const streaming: readonly Law[] = [
  answered(4, 'delivers the first byte of an answer before it is complete', [
    'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n',
    '{"half":',
    '"two"}',
  ]),
  answered(4, 'delivers a head line by line and a body byte by byte', [
    'HTTP/1.1 200 OK\r\n',
    'Content-Length: 3\r\n',
    '\r\n',
    'a',
    'b',
    'c',
  ]),
  asked(4, 'delivers the first byte of a request before it is complete', [
    `POST /mcp HTTP/1.1\r\n${HEAD}Content-Length: 14\r\n\r\n`,
    '{"half":',
    '"two"}',
  ]),
  asked(4, 'delivers a chunked request chunk by chunk, and half chunks', [
    `POST /mcp HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n`,
    '8\r\n{"ha',
    'lf":',
    '\r\n6',
    '\r\n"two"}\r\n',
    '0\r\n',
    '\r\n',
  ]),
  same(4, 'delivers an answer that comes before the request is complete', async (line) => {
    const { client, server } = await open(line, `POST /mcp HTTP/1.1\r\n${HEAD}Content-Length: 8\r\n\r\nhalf`)
    server.write('HTTP/1.1 413 Too Much\r\nContent-Length: 2\r\n\r\nno')
    await client.until('\r\n\r\nno')
    await inPieces(client, server, ['do', 'ne'])
    return await finish(client, server)
  }),
  halves,
  calledBack,
  compressed,
  answered(15, 'delivers all headers of a stream before its first event', [CHUNKED, chunk('data: 1\n\n')]),
  answered(15, 'delivers all headers of a stream that ends with its connection', [`${STREAM}\r\n`, 'data: 1\n\n']),
  answered(16, 'passes events of every spelling, chunk by chunk', [CHUNKED, ...EVENTS.map(chunk), '0\r\n\r\n']),
  answered(16, 'passes events of every spelling, without chunks', [`${STREAM}\r\n`, ...EVENTS]),
  answered(16, 'passes chunk borders inside events, lines and characters', [
    CHUNKED,
    '9\r\ndata: \xe2',
    '\x82\xac\r\n2\r\n\r',
    '\n\r\n2',
    '\r\n\r\n\r\n',
  ]),
  silent,
  same(17, 'passes DELETE and OPTIONS like the rest', async (line) => {
    const { client, server } = await open(line, `DELETE /mcp HTTP/1.1\r\n${HEAD}Mcp-Session-Id: abc\r\n\r\n`)
    await inPieces(server, client, ['HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, POST\r\nContent-Length: 0\r\n\r\n'])
    await inPieces(client, server, [`OPTIONS * HTTP/1.1\r\n${HEAD}Access-Control-Request-Method: POST\r\n\r\n`])
    await inPieces(server, client, ['HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Origin: *\r\n\r\n'])
    return await finish(client, server)
  }),
]
