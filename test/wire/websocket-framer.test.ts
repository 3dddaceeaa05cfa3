import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createWebSocketFramer } from '../../src/wire/websocket-framer.ts'
import { cutAt, framerLaws, framesOf } from '../laws/framer.ts'
import { anyStreams, closeFrame, goodStreams, masked, OPCODE, wsFrame } from '../support/websocket-frames.ts'
import { Receiver } from '../support/ws-parts.ts'

framerLaws('the WebSocket framer', createWebSocketFramer, anyStreams, { runs: 300 })
framerLaws('the WebSocket framer with a bound', () => createWebSocketFramer({ maxFrameBytes: 40 }), anyStreams, {
  maxHeldBytes: 40,
})

const framesIn = (...pieces: readonly (Buffer | string)[]) =>
  framesOf(
    createWebSocketFramer(),
    pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece.replaceAll(' ', ''), 'hex') : piece)),
  ).map(({ kind, payload }) => [kind, Buffer.from(payload).toString('latin1')])

describe('frames', () => {
  test.each([
    ['a single-frame unmasked text message', '81 05 48 65 6c 6c 6f', [['message', 'Hello']]],
    ['a single-frame masked text message', '81 85 37 fa 21 3d 7f 9f 4d 51 58', [['message', 'Hello']]],
    [
      'a fragmented unmasked text message',
      '01 03 48 65 6c 80 02 6c 6f',
      [
        ['message', 'Hel'],
        ['message', 'lo'],
      ],
    ],
    ['an unmasked ping request', '89 05 48 65 6c 6c 6f', [['ping', 'Hello']]],
    ['a masked pong response', '8a 85 37 fa 21 3d 7f 9f 4d 51 58', [['pong', 'Hello']]],
  ])('of RFC 6455 §5.7: %s', (_name, hex, frames) => {
    expect(framesIn(hex)).toEqual(frames)
  })

  test('of RFC 6455 §5.7: 256 bytes and 64 KiB of binary message in a single unmasked frame', () => {
    expect(framesIn('82 7e 01 00', Buffer.alloc(256, 1))).toEqual([['message', '\x01'.repeat(256)]])
    const [[kind, payload] = []] = framesIn('82 7f 00 00 00 00 00 01 00 00', Buffer.alloc(65_536, 2))
    expect([kind, payload?.length]).toEqual(['message', 65_536])
  })

  test('of control between fragments stand between them', () => {
    const text = framesIn(masked(1, 'a', { fin: false }), wsFrame(9, 'p'), masked(0, 'b'), closeFrame(1000, 'bye'))
    expect(text).toEqual([
      ['message', 'a'],
      ['ping', 'p'],
      ['message', 'b'],
      ['close', '\x03\xe8bye'],
    ])
  })

  test('without payload, with longer lengths than needed, and with reserved bits are frames', () => {
    expect(framesIn(masked(1), wsFrame(2, 'x', { form: 64 }), wsFrame(1, 'y', { rsv: 7 }))).toEqual([
      ['message', ''],
      ['message', 'x'],
      ['message', 'y'],
    ])
  })

  test('of a reserved opcode are opaque, and the next one is seen', () => {
    expect(framesIn(wsFrame(3, 'x'), wsFrame(OPCODE.pong))).toEqual([
      ['opaque', '\x83\x01x'],
      ['pong', ''],
    ])
  })

  test('behind a length beyond 2^53 are opaque for good', () => {
    expect(framesIn(wsFrame(1, 'a'), '827f0020000000000000', wsFrame(1, 'b')).map(([kind]) => kind)).toEqual([
      'message',
      'opaque',
      'opaque',
    ])
  })

  test('beyond the bound come in opaque pieces, and the next one is seen', () => {
    const framer = createWebSocketFramer({ maxFrameBytes: 10 })
    const frames = framesOf(framer, [wsFrame(1, '12345678'), wsFrame(1, '123456789'), wsFrame(9)])
    expect(frames.map(({ kind }) => kind)).toEqual(['message', 'opaque', 'ping'])
  })

  test('cut off are opaque', () => {
    expect(framesIn('81 05 48')).toEqual([['opaque', '\x81\x05H']])
    expect(framesIn('81')).toEqual([['opaque', '\x81']])
  })
})

/** What `ws` makes of the stream: messages and control frames in order, up to the first thing it does not accept. */
async function receiverSays(bytes: Buffer, isServer: boolean): Promise<string[]> {
  const said: string[] = []
  const receiver = new Receiver({ isServer, skipUTF8Validation: true, allowSynchronousEvents: true })
  receiver.on('message', (data: Buffer) => said.push(`message ${data.toString('hex')}`))
  receiver.on('ping', (data: Buffer) => said.push(`ping ${data.toString('hex')}`))
  receiver.on('pong', (data: Buffer) => said.push(`pong ${data.toString('hex')}`))
  receiver.on('conclude', (code: number, reason: Buffer) => said.push(`close ${code} ${reason.toString('hex')}`))
  await new Promise<void>((resolve) => {
    receiver.once('error', () => (said.push('error'), resolve()))
    receiver.once('finish', resolve)
    // it unmasks in place
    receiver.write(Buffer.from(bytes))
    receiver.end()
  })
  return said
}

/** The same of our frames: fragments put together. */
function framerSays(bytes: Buffer, places: readonly number[]): string[] {
  const said: string[] = []
  let parts: Buffer[] = []
  for (const { kind, raw, payload } of framesOf(createWebSocketFramer(), cutAt(bytes, places))) {
    if (kind === 'opaque') continue
    if (kind !== 'message') {
      const close = kind === 'close' && payload.length >= 2
      const code = close ? Buffer.from(payload).readUInt16BE(0) : 1005
      const hex = Buffer.from(payload).toString('hex')
      said.push(kind === 'close' ? `close ${code} ${close ? hex.slice(4) : ''}` : `${kind} ${hex}`)
      continue
    }
    parts.push(Buffer.from(payload))
    if (raw[0]! < 0x80) continue
    said.push(`message ${Buffer.concat(parts).toString('hex')}`)
    parts = []
  }
  return said
}

describe("the receiver of 'ws' as an oracle", () => {
  test.each([true, false])('says the same of every stream that keeps the rules (masked: %s)', async (masks) => {
    await fc.assert(
      fc.asyncProperty(goodStreams(masks), fc.array(fc.nat(), { maxLength: 5 }), async (bytes, places) => {
        expect(framerSays(bytes, places)).toEqual(await receiverSays(bytes, masks))
      }),
      { numRuns: 200 },
    )
  })

  test('says the same of any stream, up to what it does not accept', async () => {
    await fc.assert(
      fc.asyncProperty(anyStreams, fc.nat(), fc.nat(255), async (bytes, place, byte) => {
        const damaged = Buffer.from(bytes)
        if (damaged.length > 0) damaged[place % damaged.length] = byte
        const oracle = await receiverSays(damaged, true)
        const accepted = oracle.at(-1) === 'error' ? oracle.slice(0, -1) : oracle
        expect(framerSays(damaged, [place]).slice(0, accepted.length)).toEqual(accepted)
      }),
      { numRuns: 500 },
    )
  })
})
