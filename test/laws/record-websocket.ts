/** Laws 20 to 22 and 27 on the record of WebSockets. */
import { constants, deflateRawSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { closeFrame, masked, wsFrame } from '../support/websocket-frames.ts'
import { bothEnd, type Tape } from '../support/tape.ts'
import type { Pair } from '../support/line.ts'

const REQUEST =
  'GET /mcp HTTP/1.1\r\nHost: server.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: a\r\n' +
  'Sec-WebSocket-Protocol: mcp, mcp.auth.sEcReT\r\n\r\n'
const response = (more = ''): string =>
  `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: mcp\r\n${more}\r\n`

async function opened({ line }: Tape, more?: string): Promise<Pair> {
  const { client, server } = await line.open(REQUEST)
  server.write(response(more))
  await client.until(response(more))
  return { client, server }
}

/** Each chunk is sent when the one before has arrived. */
async function say({ client, server }: Pair, from: 'client' | 'server', ...chunks: readonly Buffer[]): Promise<void> {
  const [one, other] = from === 'client' ? [client, server] : [server, client]
  for (const chunk of chunks) {
    const length = other.text().length + chunk.length
    one.write(chunk)
    await other.until(length)
  }
}

const ask = (id: number): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'add' } })
const answer = (id: number): string => JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } })

/** Defines the tests. */
export function socketsRecorded(tape: () => Tape): void {
  it('law 27: has every frame of a WebSocket once, in order, with its bytes and its instants', async () => {
    const pair = await opened(tape())
    const long = masked(2, Buffer.alloc(70_000, 7))
    await say(
      pair,
      'client',
      masked(1, ask(1), { fin: false }),
      masked(9, 'p'),
      masked(0, ''),
      long.subarray(0, 9),
      long.subarray(9),
    )
    await say(pair, 'server', Buffer.concat([wsFrame(10, 'p'), wsFrame(1, answer(1))]), closeFrame(1000))
    await say(pair, 'client', closeFrame(1000, '', { key: [1, 2, 3, 4] }))
    await bothEnd(pair)
    const row = await tape().connection(pair.client)
    const frames = await tape().frames(pair.client)
    for (const [direction, sent] of [
      ['c2s', pair.server.bytes()],
      ['s2c', pair.client.bytes()],
    ] as const) {
      const mine = frames.filter((frame) => frame.direction === direction)
      const bytes = Buffer.concat(mine.map(({ id }) => tape().reader.raw(id) as Uint8Array))
      expect(bytes.toString('latin1').replaceAll(/(?<=auth\.)\*{6}/g, 'sEcReT') === sent.toString('latin1')).toBe(true)
      let at = 0
      let last = 0
      for (const frame of mine) {
        expect(frame.offset).toBe(at)
        at += frame.length
        expect(frame.receivedAt).toBeGreaterThanOrEqual(last)
        expect(frame.receivedLastAt).toBeGreaterThanOrEqual((last = frame.receivedAt))
        expect(frame.sentLastAt ?? 0).toBeGreaterThanOrEqual(frame.receivedLastAt)
      }
    }
    expect(
      frames.filter(({ direction }) => direction === 'c2s').map(({ kind, chunks }) => [kind, chunks.length]),
    ).toEqual([
      ['head', 1],
      ['message', 1],
      ['ping', 1],
      ['message', 1],
      ['message', expect.any(Number)],
      ['close', 1],
    ])
    expect(row).toMatchObject({ c2sUnsent: 0, s2cUnsent: 0 })
  })

  it('law 21: pairs calls over a WebSocket, in one session of its own', async () => {
    const [one, other] = [await opened(tape()), await opened(tape())]
    for (const pair of [one, other]) await say(pair, 'client', masked(1, ask(1)))
    await say(other, 'server', wsFrame(1, answer(1)))
    await say(one, 'server', closeFrame(1011, 'out of order'))
    for (const pair of [one, other]) await bothEnd(pair)
    const seen = await Promise.all(
      [one, other].map(async ({ client }) => {
        const [flow] = await tape().flows(client)
        const calls = tape().reader.calls({ session: flow!.session! })
        return [
          flow!.kind,
          tape().reader.session(flow!.session!)!.transport,
          calls.map(({ outcome }) => outcome),
          flow!.s2cEnding,
        ]
      }),
    )
    expect(seen).toEqual([
      [
        'websocket',
        'websocket',
        ['server-closed'],
        { how: 'ws:1011', by: 'server', at: 'boundary', detail: 'out of order' },
      ],
      ['websocket', 'websocket', ['ok'], { how: 'fin', by: 'server', at: 'boundary' }],
    ])
  })

  it('law 21: shows compressed messages inflated, and keeps their bytes', async () => {
    const pair = await opened(tape(), 'Sec-WebSocket-Extensions: permessage-deflate\r\n')
    const bytes = deflateRawSync(ask(1), { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)
    await say(pair, 'client', masked(1, bytes, { rsv: 4 }))
    await bothEnd(pair)
    const frame = (await tape().frames(pair.client)).at(-1)!
    expect([frame.text, frame.size, frame.messages[0]?.tool]).toEqual([ask(1), ask(1).length, 'add'])
    expect(Buffer.from(tape().reader.raw(frame.id)!)).toEqual(masked(1, bytes, { rsv: 4 }))
  })

  it('law 20: keeps the token of a subprotocol out of the record', async () => {
    const pair = await opened(tape())
    await bothEnd(pair)
    const { id } = await tape().connection(pair.client)
    const kept = Buffer.from(tape().reader.bytes(id, 'c2s', 0)).toString('latin1')
    expect(kept).not.toContain('sEcReT')
    expect(kept).toContain('Sec-WebSocket-Protocol: mcp, mcp.auth.******\r\n')
    expect(pair.server.text()).toContain('mcp.auth.sEcReT')
  })

  it.each(['client', 'server'] as const)(
    'law 22: records a reset of the %s as one, whoever was to answer',
    async (who) => {
      const pair = await opened(tape())
      await say(pair, 'client', masked(1, ask(1)))
      pair[who].reset()
      await pair[who === 'client' ? 'server' : 'client'].ended()
      const { client } = pair
      const [flow] = await tape().flows(client)
      expect([flow!.c2sEnding, flow!.s2cEnding]).toMatchObject([
        { how: 'rst', by: who },
        { how: 'rst', by: who },
      ])
      expect(tape().reader.calls({ session: flow!.session! })[0]!.outcome).toBe(
        who === 'client' ? 'client-left' : 'server-closed',
      )
    },
  )
}
