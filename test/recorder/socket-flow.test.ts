import { constants, deflateRawSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { closeFrame, masked, OPCODE, wsFrame } from '../support/websocket-frames.ts'
import { socketTape, type SocketTapeOptions } from '../support/socket-tape.ts'

let tape: ReturnType<typeof socketTape>
const start = (options?: SocketTapeOptions) => {
  tape = socketTape(options)
  tape.open()
  return tape
}
afterEach(() => tape.taped.close())

const ask = (id: number, name = 't') =>
  JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: { key: 'hush' } } })
const answer = (id: number) => JSON.stringify({ jsonrpc: '2.0', id, result: {} })
const calls = () => tape.taped.reader.calls().map(({ direction, method, outcome }) => [direction, method, outcome])
const deflated = (text: string) => deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)
const deflate = { agreed: 'Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover\r\n' }

describe('frames', () => {
  test('are messages, pings, pongs and closes, with their text', () => {
    const { feed, lines } = start()
    feed('c2s', Buffer.concat([masked(1, 'hello'), masked(9, 'p'), masked(2, Buffer.from([1, 2]))]))
    feed(
      's2c',
      Buffer.concat([wsFrame(10, 'p'), wsFrame(10), wsFrame(1, 'a  b\n'), wsFrame(3, 'x'), closeFrame(1001, 'bye')]),
    )
    expect(lines()).toEqual([
      ['c2s', 'message', 'hello', 'hello'],
      ['c2s', 'ping', 'p', 'p'],
      ['c2s', 'message', 'binary', '\x01\x02'],
      ['s2c', 'pong', 'p', 'p'],
      ['s2c', 'pong', null, ''],
      ['s2c', 'message', 'a b ', 'a  b\n'],
      ['s2c', 'opaque', 'reserved opcode 3', '\x83\x01x'],
      ['s2c', 'close', '1001 going away: bye', '\x03\xe9bye'],
    ])
  })

  test('of any split are the same, each once, with the instants of the chunks that hold them', () => {
    const { feed, frames, sent, request } = start()
    const bytes = Buffer.concat([masked(1, 'abc'), masked(9), masked(1, 'd'.repeat(200))])
    const first = feed('c2s', bytes.subarray(0, 3))
    const second = feed('c2s', bytes.subarray(3, 20), false)
    const third = feed('c2s', bytes.subarray(20), false)
    sent('c2s', request.length + 18)
    sent('c2s', request.length + bytes.length)
    const [abc, ping, long, ...more] = frames()
    expect(more).toEqual([])
    expect(abc).toMatchObject({ receivedAt: first, receivedLastAt: second, sentAt: first + 1, sentLastAt: third + 10 })
    expect(ping).toMatchObject({ receivedAt: second, receivedLastAt: second, sentAt: third + 10, length: 6, size: 0 })
    expect(long).toMatchObject({
      receivedAt: second,
      receivedLastAt: third,
      sentAt: third + 10,
      sentLastAt: third + 20,
      size: 200,
    })
    expect(abc!.offset).toBe(request.length)
    expect(long!.offset).toBe(abc!.offset + abc!.length + ping!.length)
  })

  test('sent behind the request without waiting for its answer belong to the socket', () => {
    tape = socketTape()
    tape.feed('c2s', masked(1, 'early'))
    tape.feed('s2c', Buffer.concat([Buffer.from(tape.response), wsFrame(1, 'at once')]))
    tape.feed('c2s', masked(1, 'late'))
    expect(tape.lines()).toEqual([
      ['c2s', 'message', 'sent before the answer', 'early'],
      ['s2c', 'message', 'at once', 'at once'],
      ['c2s', 'message', 'late', 'late'],
    ])
  })

  test('behind another switch, or a refusal, are opaque', () => {
    tape = socketTape({ status: '403 Forbidden' })
    tape.feed('c2s', masked(1, 'early'))
    tape.feed('s2c', 'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno')
    tape.feed('c2s', '\x00\x01\x02')
    expect(tape.lines().map(([direction, kind]) => [direction, kind])).toEqual([
      ['c2s', 'message'],
      ['s2c', 'body'],
      ['c2s', 'opaque'],
    ])
    expect(tape.flow().kind).toBe('http')
  })

  test('cut off are kept as what they were to be, and what is no frame is opaque', () => {
    const { feed, end, close, lines } = start()
    feed('c2s', masked(1, 'whole'))
    feed('c2s', masked(1, 'half').subarray(0, 8))
    feed('s2c', Buffer.from('827fffffffffffffffff', 'hex'))
    feed('s2c', 'rest')
    end('c2s', 'rst', 'client')
    end('s2c', 'rst', 'client')
    close()
    expect(lines()).toEqual([
      ['c2s', 'message', 'whole', 'whole'],
      ['s2c', 'opaque', null, '\x82\x7f' + '\xff'.repeat(8) + 'rest'],
      ['c2s', 'message', 'part 1 of a text message, cut off', 'ha'],
    ])
    expect(tape.flow().c2sEnding).toEqual({ how: 'rst', by: 'client', at: 'mid-message' })
  })
})

describe('messages', () => {
  test('are paired in both directions', () => {
    const { feed, frames } = start()
    feed('c2s', masked(1, ask(1)))
    feed('s2c', wsFrame(1, JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })))
    feed('c2s', masked(1, answer(1)))
    feed('s2c', wsFrame(1, answer(1)))
    expect(frames().map(({ messages, label }) => [messages[0]?.method, messages[0]?.kind, label])).toEqual([
      ['tools/call', 'request', null],
      ['ping', 'request', null],
      ['ping', 'response', null],
      ['tools/call', 'response', null],
    ])
    expect(calls()).toEqual([
      ['c2s', 'tools/call', 'ok'],
      ['s2c', 'ping', 'ok'],
    ])
    expect(tape.taped.reader.sessions()).toMatchObject([{ transport: 'websocket', calls: 2, flows: 1, frames: 6 }])
  })

  test('in fragments belong to their last frame, which shows them whole', () => {
    const { feed, frames } = start()
    const text = ask(1)
    feed('c2s', masked(1, text.slice(0, 10), { fin: false }))
    feed('c2s', masked(9, 'between'))
    feed('c2s', masked(0, '', { fin: false }))
    feed('c2s', masked(0, text.slice(10)))
    expect(frames().map(({ kind, label, text: shown, messages }) => [kind, label, shown, messages.length])).toEqual([
      ['message', 'part 1 of a text message', text.slice(0, 10), 0],
      ['ping', 'between', 'between', 0],
      ['message', 'part 2 of a text message', '', 0],
      ['message', null, text, 1],
    ])
  })

  test('compressed are shown inflated, with context taken over where that was agreed on', () => {
    const { feed, frames } = start({ agreed: 'Sec-WebSocket-Extensions: permessage-deflate\r\n' })
    feed('s2c', wsFrame(1, Buffer.from('f248cdc9c90700', 'hex'), { rsv: 4 }))
    feed('s2c', wsFrame(1, Buffer.from('f200110000', 'hex'), { rsv: 4 }))
    const whole = deflated(ask(7))
    feed('c2s', masked(1, whole.subarray(0, 9), { rsv: 4, fin: false }))
    feed('c2s', masked(0, whole.subarray(9)))
    feed('s2c', wsFrame(1, 'plain'))
    const shown = frames()
    expect(shown.map(({ text }) => text).filter((_, at) => at !== 2)).toEqual(['Hello', 'Hello', ask(7), 'plain'])
    expect(ask(7).startsWith(shown[2]!.text)).toBe(true)
    expect(shown[3]!.messages[0]).toMatchObject({ method: 'tools/call' })
    expect(shown[3]!.size).toBe(ask(7).length)
  })

  test('that cannot be inflated say so, and the next one is read where it can be', () => {
    const { feed, lines } = start(deflate)
    feed('c2s', masked(1, Buffer.from('ffffff', 'hex'), { rsv: 4 }))
    feed('c2s', masked(1, deflated('fine'), { rsv: 4 }))
    expect(lines().map(([, , label]) => label)).toEqual(['compressed, cannot be read', 'fine'])
  })

  test('of a connection that speaks no JSON-RPC make no session, unless the subprotocol is that of MCP', () => {
    start().feed('c2s', masked(1, '{"hello":1}'))
    tape.close()
    expect(tape.taped.reader.sessions()).toEqual([])
    tape.taped.close()
    start({ agreed: 'Sec-WebSocket-Protocol: mcp\r\n' }).feed('c2s', masked(1, '{"hello":1}'))
    tape.close()
    expect(tape.taped.reader.sessions()).toMatchObject([{ transport: 'websocket', calls: 0 }])
    expect(tape.frames()[0]!.messages).toMatchObject([{ kind: 'invalid' }])
  })
})

describe('bytes that were lost', () => {
  const lose = (bytes: Buffer, direction: 'c2s' | 's2c' = 'c2s') => {
    tape.taped.lost.begin('overload')
    tape.chunk(direction, bytes, false)
    tape.taped.lost.end()
  }

  test('are followed by opaque ones, until a message begins with a chunk', () => {
    start().feed('c2s', masked(1, ask(1)))
    lose(masked(1, 'lost').subarray(0, 8))
    tape.chunk('c2s', masked(1, 'lost').subarray(8), false)
    tape.chunk('s2c', wsFrame(1, answer(1)), true)
    tape.chunk('c2s', masked(1, 'seen'), true)
    expect(tape.lines()).toEqual([
      ['c2s', 'message', null, ask(1)],
      ['c2s', 'opaque', null, expect.any(String)],
      ['s2c', 'message', null, answer(1)],
      ['c2s', 'message', 'seen', 'seen'],
    ])
    expect(calls()).toEqual([['c2s', 'tools/call', 'ok']])
  })

  test('take the context of compression with them, where it is taken over', () => {
    start({ agreed: 'Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover\r\n' })
    lose(masked(1, 'lost'))
    lose(wsFrame(1, 'lost'), 's2c')
    tape.chunk('s2c', wsFrame(1, deflated('taken over'), { rsv: 4 }), true)
    tape.chunk('c2s', masked(1, deflated('by itself'), { rsv: 4 }), true)
    expect(tape.lines().map(([, , label]) => label)).toEqual(['compressed, cannot be read', 'by itself'])
  })
})

describe('endings', () => {
  const endings = () => [tape.flow().c2sEnding, tape.flow().s2cEnding]

  test('are the codes of the close frames, by who closed first, with the reason', () => {
    const { feed, end, close } = start()
    feed('c2s', masked(1, ask(1)))
    feed('s2c', closeFrame(1008, 'no'))
    const at = feed('c2s', closeFrame(1000, '', { key: [1, 2, 3, 4] }))
    end('s2c', 'fin', 'server')
    end('c2s', 'rst', 'client')
    close()
    expect(endings()).toEqual([
      { how: 'ws:1000', by: 'server', at: 'boundary' },
      { how: 'ws:1008', by: 'server', at: 'boundary', detail: 'no' },
    ])
    expect(tape.flow().endedAt).toBe(at)
    expect(calls()).toEqual([['c2s', 'tools/call', 'server-closed']])
    expect(tape.taped.reader.sessions()[0]!.endedAt).toBe(at)
    expect(tape.taped.reader.connection(1)).toMatchObject({ c2sEnding: { how: 'rst', by: 'client' } })
  })

  test('of a close frame without a code are 1005', () => {
    start().feed('c2s', masked(OPCODE.close))
    tape.end('c2s', 'fin', 'client')
    tape.end('s2c', 'fin', 'server')
    tape.close()
    expect(endings()).toEqual([
      { how: 'ws:1005', by: 'client', at: 'boundary' },
      { how: 'fin', by: 'server', at: 'boundary' },
    ])
    expect(tape.frames()[0]!.label).toBe('no code given')
  })

  test.each(['fin', 'rst'] as const)('without a close frame are %s, never 1006', (how) => {
    start().feed('c2s', masked(1, ask(1)))
    tape.feed('c2s', masked(1, 'unfinished', { fin: false }))
    tape.end('c2s', how, 'client')
    tape.end('s2c', how, how === 'rst' ? 'client' : 'server')
    tape.close()
    expect(endings()).toMatchObject([
      { how, by: 'client', at: 'mid-message' },
      { how, at: 'boundary' },
    ])
    expect(calls()).toEqual([['c2s', 'tools/call', 'client-left']])
  })

  test('of a half-open socket leave its other direction, and its session, as they are', () => {
    start().feed('c2s', masked(1, ask(1)))
    tape.end('c2s', 'fin', 'client')
    tape.feed('s2c', wsFrame(1, answer(1)))
    tape.taped.commit()
    expect(endings()).toEqual([{ how: 'fin', by: 'client', at: 'boundary' }, null])
    expect(calls()).toEqual([['c2s', 'tools/call', 'ok']])
    expect(tape.taped.reader.sessions()[0]!.endedAt).toBeNull()
  })
})

test.each(['heads', 'metadata'] as const)('with a record of %s alone nothing that was said is kept', (depth) => {
  start({ depth, ...deflate })
  tape.feed(
    'c2s',
    Buffer.concat([
      masked(1, 'be quiet'),
      masked(9, 'quiet'),
      masked(1, ask(1).slice(0, 9), { fin: false }),
      masked(0, ask(1).slice(9)),
    ]),
  )
  tape.feed('c2s', masked(1, deflated('quiet'), { rsv: 4 }))
  tape.feed('c2s', closeFrame(1008, 'quiet'))
  tape.close()
  expect(tape.lines().map(([, ...line]) => line)).toEqual([
    ['message', 'text', ''],
    ['ping', null, ''],
    ['message', 'part 1 of a text message', ''],
    ['message', null, ''],
    ['message', 'text', ''],
    ['close', '1008 policy violation', ''],
  ])
  expect(tape.flow().c2sEnding).toEqual({ how: 'ws:1008', by: 'client', at: 'boundary' })
  expect(calls()).toMatchObject([['c2s', 'tools/call', expect.any(String)]])
})

describe('redaction', () => {
  const raw = () => Buffer.from(tape.taped.reader.bytes(1, 'c2s', 0, 1e6)).toString('latin1')

  test('of subprotocols that carry a token leaves the rest of them', () => {
    const token = 'Sec-WebSocket-Protocol: mcp, mcp.auth.secret\r\n'
    start({ asked: token, agreed: token }).close()
    const heads = tape.taped.reader.flows().flatMap(({ id }) => tape.taped.reader.frames({ flow: id }).rows)
    for (const { id } of heads)
      expect(tape.taped.reader.frame(id)!.headers.at(-1)).toEqual({
        name: 'Sec-WebSocket-Protocol',
        value: 'mcp, mcp.auth.******',
      })
  })

  test('overwrites masked bytes so that they read as stars', () => {
    start({ redact: { keys: ['key'] } }).feed('c2s', masked(1, ask(1)))
    const [frame] = tape.frames()
    expect(frame!.text).toBe(ask(1).replace('hush', '****'))
    expect(frame!.redactions).toMatchObject([{ name: 'key', length: 4, offset: 6 + ask(1).indexOf('hush') }])
    expect(raw()).toContain(masked(1, ask(1).replace('hush', '****')).toString('latin1'))
  })

  test('finds what lies across fragments, and keeps bytes back until then', () => {
    start({ redact: { values: ['hu.h'] } })
    const text = ask(1)
    const middle = text.indexOf('hush') + 2
    tape.feed('c2s', masked(1, text.slice(0, middle), { fin: false }))
    tape.taped.commit()
    expect(raw()).not.toContain(masked(1, text.slice(0, middle), { fin: false }).toString('latin1'))
    tape.feed('c2s', masked(9, 'hush'))
    tape.feed('c2s', masked(0, text.slice(middle)))
    const [first, ping, last] = tape.frames()
    expect(first!.text).toBe(text.slice(0, middle - 2) + '**')
    expect([ping!.text, ping!.label]).toEqual(['****', '****'])
    expect(last!.text).toBe(text.replace('hush', '****'))
    expect(last!.redactions).toMatchObject([{ length: 2 }])
  })

  test('of compressed messages keeps their text, redacted, and none of their bytes', () => {
    start({ redact: { keys: ['key'] }, ...deflate })
    const whole = deflated(ask(1))
    tape.feed('c2s', masked(1, whole, { rsv: 4 }))
    const [frame] = tape.frames()
    expect(frame!.text).toBe(ask(1).replace('hush', '****'))
    expect(raw()).toContain(masked(1, '*'.repeat(whole.length), { rsv: 4 }).toString('latin1'))
  })

  test('reaches a message that never was completed, and what cannot be read', () => {
    start({ redact: { keys: ['key'] }, ...deflate })
    tape.feed('c2s', masked(1, Buffer.from('ffffff', 'hex'), { rsv: 4 }))
    tape.feed('c2s', masked(1, ask(1), { fin: false }))
    tape.end('c2s', 'rst', 'client')
    tape.close()
    expect(raw()).toContain(masked(1, '***', { rsv: 4 }).toString('latin1'))
    expect(raw()).toContain(masked(1, ask(1).replace('hush', '****'), { fin: false }).toString('latin1'))
  })

  test('of labels and reasons is that of the text', () => {
    start({ redact: { values: ['hush'] } }).feed('c2s', masked(1, 'be hush'))
    tape.feed('c2s', closeFrame(4000, 'hush!', { key: [9, 8, 7, 6] }))
    tape.close()
    expect(tape.lines().map(([, , label]) => label)).toEqual(['be ****', "4000 the application's own code: ****!"])
    expect(tape.flow().c2sEnding!.detail).toBe('****!')
  })
})
