/** Laws 20 to 22: WebSocket between raw sockets, byte for byte. */
import { finish, ours, passes, same, saw, type Law } from './law.ts'
import type { Line, Pair } from '../support/line.ts'
import { closeFrame, masked, OPCODE, wsFrame } from '../support/websocket-frames.ts'
import { expect } from 'vitest'

const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n'
const ASK = `GET /mcp HTTP/1.1\r\nHost: server.test:456\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${KEY}`
const ACCEPT = 'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n'
const AGREE = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${ACCEPT}`
const REQUEST = `${ASK}\r\n`
const RESPONSE = `${AGREE}\r\n`

const latin1 = (...frames: readonly Buffer[]): string => Buffer.concat(frames).toString('latin1')
const FROM_CLIENT = latin1(masked(1, '{"jsonrpc":"2.0","id":1,"method":"ping"}'), masked(9, 'are you there'))
const FROM_SERVER = latin1(wsFrame(1, '{"jsonrpc":"2.0","id":1,"result":{}}'), wsFrame(10, 'are you there'))

async function opened(line: Line): Promise<Pair> {
  const client = await line.dial()
  client.write(REQUEST)
  const server = await line.accept()
  await server.until(REQUEST)
  server.write(RESPONSE)
  await client.until(RESPONSE)
  return { client, server }
}

/** Frames both ways behind the handshake, then FIN of both. */
function carries(claim: string, up: Buffer, down: Buffer, pieces = 1): Law {
  return same(21, claim, async (line) => {
    const { client, server } = await opened(line)
    const [upPiece, downPiece] = [Math.ceil(up.length / pieces), Math.ceil(down.length / pieces)]
    for (let piece = 0; piece < pieces; piece++) {
      client.write(up.subarray(piece * upPiece, (piece + 1) * upPiece))
      server.write(down.subarray(piece * downPiece, (piece + 1) * downPiece))
    }
    await server.until(REQUEST.length + up.length)
    await client.until(RESPONSE.length + down.length)
    return await finish(client, server)
  })
}

const SUBPROTOCOLS =
  'sec-websocket-PROTOCOL: mcp, mcp.version.2025-06-18 ,mcp.auth.abc\r\nSec-WebSocket-Protocol: other\r\nOrigin: https://page.test\r\n' +
  'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits;server_max_window_bits=10, x-own;a="b"\r\nCookie: a=b\r\n'
const AGREED =
  'sec-websocket-protocol: mcp\r\nSec-WebSocket-Extensions:  permessage-deflate;server_no_context_takeover ; client_max_window_bits=9\r\nSet-Cookie: c=d\r\n'

const handshakes: readonly Law[] = [
  passes(
    20,
    'passes subprotocols, extensions and all fields of the handshake',
    `${ASK}${SUBPROTOCOLS}\r\n`,
    `${AGREE}${AGREED}\r\n`,
  ),
  passes(
    20,
    'passes a refusal with its body',
    REQUEST,
    'HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nno such Origin',
  ),
  passes(
    20,
    'passes 426 and what it asks for',
    REQUEST,
    'HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 13, 8\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n',
  ),
  passes(20, 'passes an answer that ignores the upgrade', REQUEST, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
  passes(20, 'loses nothing sent together with the handshake, by the client', REQUEST + FROM_CLIENT, RESPONSE),
  passes(20, 'loses nothing sent together with the answer, by the server', REQUEST, RESPONSE + FROM_SERVER),
  passes(20, 'loses nothing sent together with either', REQUEST + FROM_CLIENT, RESPONSE + FROM_SERVER),
  same(20, 'goes on with HTTP behind a refusal, and upgrades then', async (line) => {
    const refusal = 'HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno'
    const { client, server } = await line.open(REQUEST)
    server.write(refusal)
    await client.until(refusal)
    client.write(REQUEST.replace('/mcp', '/again'))
    await server.until('/again')
    await server.until(server.text().length)
    server.write(RESPONSE + FROM_SERVER)
    await client.until(FROM_SERVER)
    client.write(FROM_CLIENT)
    await server.until(FROM_CLIENT)
    return await finish(client, server)
  }),
  same(20, 'passes frames sent before the answer at once', async (line) => {
    const client = await line.dial()
    client.write(REQUEST)
    const server = await line.accept()
    await server.until(REQUEST)
    client.write(FROM_CLIENT)
    await server.until(FROM_CLIENT)
    server.write(RESPONSE)
    await client.until(RESPONSE)
    return await finish(client, server)
  }),
]

const LARGE = Buffer.alloc(1_200_000, 'The quick brown fox. ')
const everyUp = Buffer.concat([
  masked(OPCODE.text, 'Hello'),
  masked(OPCODE.text, 'Grüße, 世界', { key: [0, 0, 0, 0] }),
  masked(OPCODE.text),
  masked(OPCODE.binary, Buffer.from([0, 255, 128])),
  masked(OPCODE.text, 'first ', { fin: false }),
  masked(OPCODE.ping, 'between'),
  masked(OPCODE.continuation, '', { fin: false }),
  masked(OPCODE.pong),
  masked(OPCODE.continuation, 'last'),
  masked(OPCODE.binary, Buffer.alloc(126, 1)),
  masked(OPCODE.binary, Buffer.alloc(65_535, 2)),
])
const everyDown = Buffer.concat([
  wsFrame(OPCODE.text, 'Hello'),
  wsFrame(OPCODE.text),
  wsFrame(OPCODE.text, 'x', { fin: false }),
  wsFrame(OPCODE.ping, Buffer.alloc(125, 3)),
  wsFrame(OPCODE.continuation, 'y'),
  wsFrame(OPCODE.binary, Buffer.alloc(65_536, 4)),
])

const frames: readonly Law[] = [
  carries('passes masks, fragments, empty frames and control frames between fragments', everyUp, everyDown),
  carries('passes frames cut anywhere', everyUp.subarray(0, 300), everyDown.subarray(0, 150), 300),
  carries('passes frames of more than a megabyte', masked(2, LARGE), wsFrame(2, LARGE)),
  carries(
    'passes compressed frames as they are, with and without context takeover',
    Buffer.concat([
      masked(1, Buffer.from('f248cdc9c90700', 'hex'), { rsv: 4 }),
      masked(1, Buffer.from('f200110000', 'hex'), { rsv: 4 }),
    ]),
    Buffer.concat([
      wsFrame(1, Buffer.from('f248cd', 'hex'), { rsv: 4, fin: false }),
      wsFrame(0, Buffer.from('c9c90700', 'hex')),
    ]),
  ),
  carries(
    'passes what no peer should send: reserved bits and opcodes, masks the wrong way, long lengths, long control frames',
    Buffer.concat([wsFrame(1, 'unmasked'), masked(3, 'x'), masked(15, '', { rsv: 7 }), masked(9, 'p', { form: 64 })]),
    Buffer.concat([masked(1, 'masked'), wsFrame(9, 'z'.repeat(200)), wsFrame(8, 'c', { fin: false })]),
  ),
  carries(
    'passes bytes that are no frames',
    Buffer.from('827fffffffffffffffff and then some', 'latin1'),
    Buffer.concat([Buffer.from('827fffffffffffffffff', 'hex'), Buffer.from('HTTP/1.1 200 OK\r\n\r\n')]),
  ),
  ...[1000, 1001, 1008, 1011, 4999, 1005, 1006, 0, 65_535].map((code) =>
    carries(
      `passes close frames of code ${code} with their reasons`,
      closeFrame(code, `c ${code}`, { key: [1, 2, 3, 4] }),
      closeFrame(code, 'Grüße'),
    ),
  ),
  carries(
    'passes close frames without a code, and frames behind them',
    masked(8),
    Buffer.concat([wsFrame(8, 'x'), wsFrame(1, 'late')]),
  ),
]

const endings: readonly Law[] = [
  same(22, 'leaves pings to the peer, in both directions', async (line) => {
    const { client, server } = await opened(line)
    client.write(masked(9, 'from the client'))
    server.write(wsFrame(9, 'from the server'))
    await server.until('\r\n\r\n' + latin1(masked(9, 'from the client')))
    await client.until('from the server')
    // what a proxy that answers would have sent by now
    await new Promise((resolve) => setTimeout(resolve, 100))
    const quiet = [saw(client), saw(server)]
    server.write(wsFrame(10, 'from the client'))
    client.write(masked(10, 'from the server'))
    await client.until(client.text().length)
    return [quiet, await finish(client, server)]
  }),
  same(22, 'keeps a half-open socket half open: the client', async (line) => {
    const { client, server } = await opened(line)
    client.end(masked(1, 'last'))
    await server.ended()
    server.write(wsFrame(1, 'still here'))
    await client.until('still here')
    const how = client.how
    server.end(closeFrame(1001))
    await client.ended()
    return [how, saw(client), saw(server)]
  }),
  same(22, 'keeps a half-open socket half open: the server', async (line) => {
    const { client, server } = await opened(line)
    server.end(wsFrame(1, 'last'))
    await client.ended()
    const how = server.how
    const more = latin1(masked(1, 'still here'))
    client.write(Buffer.from(more, 'latin1'))
    await server.until(more)
    client.end()
    await server.ended()
    return [how, saw(client), saw(server)]
  }),
  ...(['client', 'server'] as const).flatMap((who) =>
    (['fin', 'rst'] as const).flatMap((how) =>
      (
        [
          ['between frames', (frame: Buffer) => frame],
          ['within a frame', (frame: Buffer) => frame.subarray(0, frame.length - 3)],
          ['behind a close frame', () => closeFrame(1000, '', who === 'client' ? { key: [5, 6, 7, 8] } : {})],
        ] as const
      ).map(([where, cut]) =>
        same(22, `passes ${how.toUpperCase()} of the ${who} ${where} as ${how.toUpperCase()}`, async (line) => {
          const pair = await opened(line)
          const [from, to] = who === 'client' ? [pair.client, pair.server] : [pair.server, pair.client]
          const bytes = cut(who === 'client' ? masked(1, 'Hello there') : wsFrame(1, 'Hello there'))
          const text = bytes.toString('latin1')
          from.write(bytes)
          await to.until(text)
          if (how === 'fin') from.end()
          else from.reset()
          await to.ended()
          to.end()
          if (how === 'fin') await from.ended()
          return [saw(pair.client), saw(pair.server)]
        }),
      ),
    ),
  ),
  same(22, 'adds no close frame of its own and passes none twice', async (line) => {
    const { client, server } = await opened(line)
    client.write(closeFrame(1000, 'done', { key: [1, 1, 1, 1] }))
    await server.until(latin1(closeFrame(1000, 'done', { key: [1, 1, 1, 1] })))
    server.end(closeFrame(1000, 'done'))
    await client.ended()
    client.end()
    await server.ended()
    return [saw(client), saw(server)]
  }),
]

const edits: readonly Law[] = [
  ours(
    20,
    'names the upstream in the Host and Origin of a handshake that names the proxy, and nothing behind it',
    {},
    async (line) => {
      const own = `127.0.0.1:${line.port}`
      const upstream = `127.0.0.1:${line.serverPort}`
      const spelled = (name: string, scheme: string): string =>
        REQUEST.replace('Host: server.test:456', `Host: ${name}\r\nOrigin: ${scheme}://${name}`) +
        `Host: ${own}\r\n\r\n`
      const client = await line.dial()
      client.write(spelled(own, 'http'))
      const server = await line.accept()
      await server.until(`Host: ${own}\r\n\r\n`)
      server.write(RESPONSE)
      await client.until(RESPONSE)
      expect(server.text()).toBe(spelled(upstream, line.serverScheme))
    },
  ),
]

export const websocket: readonly Law[] = [...handshakes, ...frames, ...endings, ...edits]
