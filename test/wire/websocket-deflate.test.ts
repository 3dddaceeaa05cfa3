import { constants, deflateRawSync, type ZlibOptions } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import {
  agreedDeflate,
  createMessageInflater,
  parseDeflate,
  type MessageInflater,
} from '../../src/wire/websocket-deflate.ts'
import { PerMessageDeflate } from '../support/ws-parts.ts'

const inflated = (inflater: MessageInflater, ...pieces: readonly Uint8Array[]): string => {
  const given = pieces.flatMap((piece) => inflater.push(piece))
  return Buffer.concat([...given, ...inflater.endMessage()]).toString()
}
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const alone = (text: string, options: ZlibOptions = {}) =>
  deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH, ...options }).subarray(0, -4)

describe('what was agreed on', () => {
  test('is read from the answer', () => {
    expect(parseDeflate(['permessage-deflate'])).toEqual({ serverTakeover: true, clientTakeover: true })
    expect(parseDeflate(['permessage-deflate; server_no_context_takeover; client_max_window_bits=10'])).toEqual({
      serverTakeover: false,
      clientTakeover: true,
    })
    expect(parseDeflate(['x-other;a=1 , Permessage-Deflate ;Client_No_Context_Takeover="x"'])).toEqual({
      serverTakeover: true,
      clientTakeover: false,
    })
    expect(parseDeflate(['x-a', 'permessage-deflate'])).not.toBeNull()
    const head =
      'HTTP/1.1 101 X\r\nsec-websocket-extensions: x-a\r\nSec-WebSocket-Extensions:permessage-deflate\r\n\r\n'
    expect(agreedDeflate(Buffer.from(head))).toEqual({ serverTakeover: true, clientTakeover: true })
  })

  test('is nothing without it', () => {
    expect(parseDeflate([])).toBeNull()
    expect(agreedDeflate(Buffer.from('HTTP/1.1 101 X\r\nSec-WebSocket-Protocol: mcp\r\n\r\n'))).toBeNull()
    expect(parseDeflate(['x-webkit-deflate-frame', ''])).toBeNull()
  })
})

describe('a message', () => {
  test('of RFC 7692 §7.2.3: one block, fragmented, with context taken over, stored, with a final block', () => {
    expect(inflated(createMessageInflater(true), hex('f2 48 cd c9 c9 07 00'))).toBe('Hello')
    expect(inflated(createMessageInflater(true), hex('f2 48 cd'), hex('c9 c9 07 00'))).toBe('Hello')
    const shared = createMessageInflater(true)
    expect(inflated(shared, hex('f2 48 cd c9 c9 07 00'))).toBe('Hello')
    expect(inflated(shared, hex('f2 00 11 00 00'))).toBe('Hello')
    expect(inflated(createMessageInflater(true), hex('00 05 00 fa ff 48 65 6c 6c 6f 00'))).toBe('Hello')
    const final = createMessageInflater(true)
    expect(inflated(final, hex('f3 48 cd c9 c9 07 00 00'))).toBe('Hello')
    expect(inflated(final, hex('f3 48 cd c9 c9 07 00 00'))).toBe('Hello')
    expect(inflated(createMessageInflater(true), hex('f2 48 05 00 00 00 ff ff ca c9 c9 07 00'))).toBe('Hello')
  })

  test('by itself needs no other; the one behind a damaged one is read again', () => {
    const inflater = createMessageInflater(false)
    expect(inflated(inflater, alone('one one one'))).toBe('one one one')
    expect([inflated(inflater, hex('ff ff ff')), inflater.failed]).toEqual(['', true])
    expect([inflated(inflater, alone('two')), inflater.failed]).toEqual(['two', false])
  })

  test('with a context that is lost cannot be read, and says so', () => {
    const inflater = createMessageInflater(true)
    inflated(inflater, hex('ff ff ff'))
    expect([inflated(inflater, alone('two')), inflater.failed]).toEqual(['', true])
  })

  test('that is abandoned loses the context, if it was begun', () => {
    const [kept, lost, single] = [
      createMessageInflater(true),
      createMessageInflater(true),
      createMessageInflater(false),
    ]
    kept.abandon()
    expect(inflated(kept, alone('a'))).toBe('a')
    for (const inflater of [lost, single]) {
      inflater.push(hex('f2 48'))
      inflater.abandon()
    }
    expect([inflated(lost, alone('a')), lost.failed]).toEqual(['', true])
    expect([inflated(single, alone('a')), single.failed]).toEqual(['a', false])
  })

  test('without bytes is empty', () => {
    expect(inflated(createMessageInflater(true), hex('00'))).toBe('')
    expect(inflated(createMessageInflater(false))).toBe('')
  })

  test('of a small window is read', () => {
    const text = 'abc'.repeat(5000)
    expect(inflated(createMessageInflater(false), alone(text, { windowBits: 9 }))).toBe(text)
  })

  test('that blows up is given up at the bound', () => {
    const bomb = alone('\0'.repeat(10_000_000))
    const inflater = createMessageInflater(false, { maxBytes: 100_000 })
    expect(inflated(inflater, bomb)).toHaveLength(100_000)
    expect(inflater.failed).toBe(true)
    expect([inflated(inflater, alone('\0'.repeat(100_000))).length, inflater.failed]).toEqual([100_000, false])
  })

  test('has the whole bound for itself, also with a context', () => {
    const inflater = createMessageInflater(true, { maxBytes: 10 })
    expect(inflated(inflater, hex('f2 48 cd c9 c9 07 00'))).toBe('Hello')
    expect(inflated(inflater, hex('f2 00 11 00 00'))).toBe('Hello')
    expect(inflated(inflater, hex('f2 00 11 00 00'))).toBe('Hello')
    expect(inflater.failed).toBe(false)
    inflater.close()
  })
})

describe("the compressor of 'ws' as an oracle", () => {
  test.each([true, false])('is read, context takeover: %s', async (takeover) => {
    const sender = new PerMessageDeflate({ isServer: true, serverNoContextTakeover: !takeover, threshold: 0 })
    sender.accept([{}])
    const inflater = createMessageInflater(takeover)
    for (const text of ['{"a":1}', '{"a":1}', 'x'.repeat(70_000), '', '{"a":1,"b":"ü"}']) {
      const compressed = await new Promise<Buffer>((resolve, reject) =>
        sender.compress(Buffer.from(text), true, (error, data) =>
          error || data === undefined ? reject(error) : resolve(data),
        ),
      )
      expect(inflated(inflater, compressed)).toBe(text)
    }
    sender.cleanup()
  })
})
