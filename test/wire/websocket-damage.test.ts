import { describe, expect, test } from 'vitest'
import { Receiver } from '../support/ws-parts.ts'
import { socketFrame } from '../../src/faults/units/socket-unit.ts'
import { damagedWebSocket, type WebSocketDamage } from '../../src/wire/websocket-damage.ts'

const frame = (text: string, mask: boolean): Buffer =>
  socketFrame(1, Buffer.from(text), mask ? Buffer.of(9, 8, 7, 6) : null)

/** What a receiver makes of it: `text …`, `binary …`, or the code of its complaint. */
function received(raw: Uint8Array, isServer: boolean): Promise<string> {
  const receiver = new Receiver({ isServer, skipUTF8Validation: false, allowSynchronousEvents: true })
  return new Promise((resolve) => {
    receiver.on('message', (data: Buffer, binary: boolean) => resolve(`${binary ? 'binary' : 'text'} ${String(data)}`))
    receiver.on('error', (error: Error & { code?: string }) => resolve(error.code ?? error.message))
    receiver.write(raw)
  })
}

const long = 'ä'.repeat(40_000)
const WRONG: readonly [WebSocketDamage, string, string][] = [
  ['rsv', 'WS_ERR_UNEXPECTED_RSV_2_3', 'WS_ERR_UNEXPECTED_RSV_2_3'],
  ['opcode', 'WS_ERR_INVALID_OPCODE', 'WS_ERR_INVALID_OPCODE'],
  ['bad-utf8', 'WS_ERR_INVALID_UTF8', 'WS_ERR_INVALID_UTF8'],
  ['mask', 'WS_ERR_UNEXPECTED_MASK', 'WS_ERR_EXPECTED_MASK'],
  ['text-binary', 'binary hello', 'binary hello'],
  ['fragment', 'text hello', 'text hello'],
]

describe('a receiver', () => {
  test.each(WRONG)('of %s sees it, from a server and from a client', async (how, client, server) => {
    expect(await received(damagedWebSocket(frame('hello', false), how)!, false)).toBe(client)
    expect(await received(damagedWebSocket(frame('hello', true), how)!, true)).toBe(server)
  })

  test('joins the fragments of a long message', async () => {
    expect(await received(damagedWebSocket(frame(long, false), 'fragment')!, false)).toBe(`text ${long}`)
    expect(await received(damagedWebSocket(frame(long, true), 'fragment')!, true)).toBe(`text ${long}`)
  })
})

test('oversize announces more than anybody can take', () => {
  expect(damagedWebSocket(Buffer.from('\x81\x02hi', 'latin1'), 'oversize')).toEqual(
    Buffer.from('\x81\x7f\x00\x1f\xff\xff\xff\xff\xff\xffhi', 'latin1'),
  )
})

test('what cannot be damaged is left', () => {
  const of = (raw: string, how: WebSocketDamage) => damagedWebSocket(Buffer.from(raw, 'latin1'), how)
  expect([of('\x81', 'rsv'), of('\x89\x00', 'rsv'), of('\x81\x00', 'bad-utf8'), of('\xc1\x02hi', 'bad-utf8')]).toEqual([
    null,
    null,
    null,
    null,
  ])
  expect([of('\x01\x02hi\x80\x00', 'fragment'), of('\x01\x02hi\x80\x00', 'mask')]).toEqual([null, null])
})
