import zlib from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { asChunk } from '../../../src/faults/units/chunks.ts'
import type { Unit } from '../../../src/faults/unit.ts'
import type { WatchOptions } from '../../../src/faults/units/index.ts'
import { masked, OPCODE, wsFrame } from '../../support/websocket-frames.ts'
import { watchedLine } from '../../support/watched-line.ts'

const text = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString('latin1')
const json = (value: object): string => JSON.stringify({ jsonrpc: '2.0', ...value })
const call = json({ id: 1, method: 'tools/call', params: { name: 'echo' } })
const chunk = (body: string): string => `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n`

const request = (body: string, fields: readonly string[] = []): string =>
  [
    'POST /mcp HTTP/1.1',
    'Host: a',
    'Content-Type: application/json',
    ...fields,
    `content-length: ${body.length}`,
    '',
    body,
  ].join('\r\n')

/** Units of this traffic. */
function unitsOf(c2s: string | Buffer, s2c: string | Buffer = '', options: Partial<WatchOptions> = {}): Unit[] {
  const line = watchedLine(options)
  line.push('c2s', c2s as string)
  line.push('s2c', s2c as string)
  return line.units.map(({ meaning }) => meaning)
}
const asked = (body: string, fields: readonly string[] = []): Unit => unitsOf(request(body, fields))[0]!
const answered = (response: string | Buffer): Unit => unitsOf(request(call), response)[1]!

describe('a request', () => {
  const unit = asked(call)

  test('carries other JSON in its own length', () => {
    expect(text(unit.withJson('{"x":"\u20ac"}'))).toBe(
      'POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\ncontent-length: 11\r\n\r\n{"x":"\xe2\x82\xac"}',
    )
  })

  test('gets and loses fields, in any case, others staying as they are', () => {
    expect(text(unit.withHead({ 'content-TYPE': 'text/plain', host: null, 'X-New': 'a\r\nb' }))).toBe(
      `POST /mcp HTTP/1.1\r\nContent-Type: text/plain\r\ncontent-length: ${call.length}\r\nX-New: a b\r\n\r\n${call}`,
    )
  })

  test('keeps the first of equal fields when they are set, and folded ones go whole', () => {
    const twice = asked(call, ['X-A: 1', 'x-a: 2', 'X-B: 1', ' folded'])
    expect(text(twice.withHead({ 'x-a': '3', 'x-b': null }))).toBe(
      `POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nX-A: 3\r\ncontent-length: ${call.length}\r\n\r\n${call}`,
    )
  })

  test('can be answered: with a response, and with JSON', () => {
    expect(text(unit.respond(404, { 'X-A': 'b', 'X-C': null }, 'gone'))).toBe(
      'HTTP/1.1 404 Not Found\r\nX-A: b\r\nContent-Length: 4\r\n\r\ngone',
    )
    expect(text(unit.respond(599, {}, ''))).toBe('HTTP/1.1 599 Status\r\nContent-Length: 0\r\n\r\n')
    expect(text(unit.respond(204, {}, 'x'))).toBe('HTTP/1.1 204 No Content\r\n\r\n')
    expect(text(unit.answer('{}', { 'Mcp-Session-Id': 's' }))).toBe(
      'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nMcp-Session-Id: s\r\nContent-Length: 2\r\n\r\n{}',
    )
    expect(text(unitsOf('HEAD / HTTP/1.1\r\n\r\n')[0]!.respond(200, {}, 'abc'))).toBe(
      'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n',
    )
  })

  test('tells places to stop at', () => {
    const { midEvent, midChar, afterHeaders } = asked('{"a":"\xe2\x82\xac"}').places
    expect(afterHeaders).toBe(request('').length + 1)
    expect([midEvent - afterHeaders, midChar! - afterHeaders]).toEqual([5, 7])
    expect(unit.places.midChar).toBe(null)
  })

  test('has no block, no other message, no heartbeat and no terminator', () => {
    expect([unit.block('x'), unit.another('{}'), unit.heartbeat(), unit.terminator()]).toEqual([null, null, null, null])
  })

  test('in chunks stays in chunks', () => {
    const [unit] = unitsOf(
      'POST / HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\nX: y\r\n\r\n',
    )
    expect(unit!.json).toBe('{}')
    expect(text(unit!.withJson('[1]'))).toBe(
      'POST / HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1]\r\n0\r\n\r\n',
    )
    expect(unit!.places.midEvent).toBe(unit!.places.afterHeaders + 9)
  })

  test('without a body gets one', () => {
    const [unit] = unitsOf('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(unit!.json).toBe(null)
    expect(unit!.withJson('{}')).toBe(null)
    expect(text(unit!.withPayload(Buffer.from('hi')))).toBe('GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi')
  })
})

describe('in the stateless era', () => {
  const meta = (revision: string) => ({ 'io.modelcontextprotocol/protocolVersion': revision })
  const body = (name: string, args: object = {}, revision = '2026-07-28') =>
    json({ id: 1, method: 'tools/call', params: { name, arguments: args, _meta: meta(revision) } })
  const fields = [
    'MCP-Protocol-Version: 2026-07-28',
    'Mcp-Method: tools/call',
    'Mcp-Name: echo',
    'Mcp-Param-Place: here',
  ]
  const heads = (bytes: Uint8Array | null): string[] =>
    text(bytes)!
      .split('\r\n')
      .filter((line) => /^mcp-/i.test(line))

  test('mirrored headers follow the body', () => {
    const unit = asked(body('echo', { where: 'here' }), fields)
    expect(heads(unit.withJson(body('\u00e9', { where: 'there' }, '2027-01-01')))).toEqual([
      'MCP-Protocol-Version: 2027-01-01',
      'Mcp-Method: tools/call',
      'Mcp-Name: =?base64?w6k=?=',
      'Mcp-Param-Place: there',
    ])
    expect(heads(unit.withJson(json({ id: 1, method: 'tools/list', params: { _meta: meta('2026-07-28') } })))).toEqual([
      'MCP-Protocol-Version: 2026-07-28',
      'Mcp-Method: tools/list',
    ])
    const read = json({ id: 1, method: 'resources/read', params: { uri: 'a://b' } })
    expect(heads(unit.withJson(read)).slice(1, 3)).toEqual(['Mcp-Method: resources/read', 'Mcp-Name: a://b'])
  })

  test('unless they are not to, the body is no JSON, or the client sends none', () => {
    const unit = asked(body('echo', { where: 'here' }), fields)
    expect(heads(unit.withJson(body('other'), { sync: false }))).toEqual(fields)
    expect(heads(unit.withJson('{'))).toEqual(fields)
    expect(heads(asked(body('echo')).withJson(body('other')))).toEqual([])
  })
})

describe('a response', () => {
  test('can be had up to a place, whole in its framing', () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n'
    const sized = answered(`${head}Content-Length: 7\r\n\r\n{"a":1}`)
    expect(text(sized.upTo('mid-event'))).toBe(`${head}Content-Length: 3\r\n\r\n{"a`)
    expect([sized.upTo('mid-char'), text(sized.terminator())]).toEqual([null, ''])
    const chunked = answered(`${head}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`)
    expect(text(chunked.upTo('after-headers'))).toBe(`${head}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)
  })

  test('under a content coding shows its JSON, and is written in the clear', () => {
    for (const [coding, bytes] of [
      ['gzip', zlib.gzipSync('{"a":1}')],
      ['br', zlib.brotliCompressSync('{"a":1}')],
      ['deflate', zlib.deflateSync('{"a":1}')],
    ] as const) {
      const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: ${coding}\r\nContent-Length: ${bytes.length}\r\n\r\n`
      const unit = answered(Buffer.concat([Buffer.from(head), bytes]))
      expect(unit.json).toBe('{"a":1}')
      expect(text(unit.withJson('[]'))).toBe(
        'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]',
      )
      expect(unit.places.midChar).toBe(null)
    }
  })

  test('that cannot be inflated, or is no JSON, carries none', () => {
    const head =
      'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n'
    expect(answered(`${head}abc`).json).toBe(null)
    expect(answered(`${head.replace('gzip', 'rot13')}abc`).json).toBe(null)
    expect(answered(head.replace('application/json', 'text/html').replace('gzip', 'identity') + 'abc').json).toBe(null)
  })

  test('up to the end of the connection has a body without a length, and ends with it', () => {
    const line = watchedLine()
    line.push('c2s', request(call))
    line.push('s2c', 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}')
    line.end('s2c')
    const { meaning } = line.units[1]!
    expect(text(meaning.withJson('[]'))).toBe('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[]')
    expect(text(meaning.terminator())).toBe('')
    expect(meaning.respond(200, {}, '')).toBe(null)
  })

  test('without a body cannot get one', () => {
    expect(answered('HTTP/1.1 204 No Content\r\n\r\n').withPayload(Buffer.from('x'))).toBe(null)
  })
})

describe('an event stream', () => {
  const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'
  const block = `: c\r\nevent: message\r\nid: 7\r\ndata: {"a":\r\ndata: "\u20ac"}\r\n\r\n`
  const [, head, event, end] = unitsOf(request(call), Buffer.from(`${HEAD}${chunk(block)}0\r\n\r\n`))

  test('opens with a head whose fields can be changed', () => {
    expect(text(head!.withHead({ 'Content-Type': 'text/plain' }))).toBe(HEAD.replace('text/event-stream', 'text/plain'))
    expect([head!.withPayload(Buffer.from('x')), head!.json, head!.asks]).toEqual([null, null, false])
    expect(text(head!.block('retry: 0'))).toBe(chunk('retry: 0\n\n'))
    expect(head!.places).toMatchObject({ afterHeaders: HEAD.length, midEvent: HEAD.length })
  })

  test('has events that carry other data, all else staying', () => {
    expect(event!.json).toBe('{"a":\n"\u20ac"}')
    expect(text(event!.withJson('[1]'))).toBe(chunk(': c\r\nevent: message\r\nid: 7\r\ndata: [1]\r\n\r\n'))
    expect(text(event!.withPayload(Buffer.from('data: x\n\n')))).toBe(chunk('data: x\n\n'))
    expect(event!.withHead({})).toBe(null)
  })

  test('takes further events, blocks and comments', () => {
    expect(text(event!.another('{}', { id: '8', event: 'message', retry: 5 }))).toBe(
      chunk('event: message\nid: 8\nretry: 5\ndata: {}\n\n'),
    )
    expect(text(event!.another('a\nb'))).toBe(chunk('data: a\ndata: b\n\n'))
    expect(text(event!.block(': x\n'))).toBe(chunk(': x\n\n'))
    expect(text(event!.heartbeat())).toBe(chunk(':\n\n'))
    expect(text(event!.body(Buffer.alloc(0)))).toBe('')
  })

  test('tells places to stop at, behind the size of the chunk', () => {
    const lead = chunk(block).indexOf('\n') + 1
    const bytes = Buffer.from(block)
    expect(event!.places).toEqual({
      midEvent: lead + (bytes.length >> 1),
      midChar: lead + bytes.indexOf(0xe2) + 1,
      afterHeaders: 0,
    })
  })

  test('can be had up to a place, in a chunk of its own', () => {
    const bytes = Buffer.from(block)
    expect(text(event!.upTo('mid-event'))).toBe(text(asChunk(bytes.subarray(0, bytes.length >> 1))))
    expect(text(event!.upTo('mid-char'))).toBe(text(asChunk(bytes.subarray(0, bytes.indexOf(0xe2) + 1))))
    expect(text(event!.upTo('after-headers'))).toBe('')
    expect([end!.upTo('mid-char'), head!.upTo('mid-event'), text(head!.upTo('after-headers'))]).toEqual([
      null,
      null,
      HEAD,
    ])
    expect(text(head!.terminator())).toBe('0\r\n\r\n')
  })

  test('ends with what closes its body', () => {
    expect(end!.subject.kind).toBe('end')
    expect([text(end!.terminator()), end!.json]).toEqual(['0\r\n\r\n', null])
    expect(text(end!.withPayload(Buffer.from('x')))).toBe('1\r\nx\r\n0\r\n\r\n')
    expect(end!.places).toEqual({ midEvent: 0, midChar: null, afterHeaders: 0 })
    expect([event!.respond(200, {}, ''), event!.answer('{}')]).toEqual([null, null])
  })

  test('of a known length goes out in chunks, for a client of HTTP/1.1', () => {
    const body = 'data: 1\n\ndata: 2\n\n'
    const response = `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    const line = watchedLine()
    line.push('c2s', request(call))
    line.push('s2c', response)
    expect(line.out('s2c')).toBe(
      'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n9\r\ndata: 2\n\n\r\n0\r\n\r\n',
    )
    expect(line.edits.every((edit) => edit.endsWith(' framing'))).toBe(true)
    const old = watchedLine()
    old.push('c2s', 'GET / HTTP/1.0\r\n\r\n')
    old.push('s2c', response)
    expect(old.out('s2c')).toBe(response)
  })

  test('up to the end of the connection goes without chunks', () => {
    const line = watchedLine()
    line.push('c2s', request(call))
    line.push('s2c', 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: {}\n\n')
    expect(line.units.at(-1)!.meaning.subject.kind).toBe('event')
    expect(text(line.units.at(-1)!.meaning.another('[]'))).toBe('data: []\n\n')
    expect(text(line.units.at(-1)!.meaning.terminator())).toBe('')
    expect(line.units.at(-1)!.meaning.places).toEqual({ midEvent: 5, midChar: null, afterHeaders: 0 })
  })

  test('under a content coding has a head, and bytes that mean nothing', () => {
    const line = watchedLine()
    line.push('c2s', request(call))
    const response = `${HEAD.replace('Transfer', 'Content-Encoding: gzip\r\nTransfer')}${chunk('xyz')}`
    line.push('s2c', response)
    expect(line.out('s2c')).toBe(response)
    expect(line.units.map(({ meaning }) => meaning.subject.kind)).toEqual(['body', 'head'])
    expect(line.units[1]!.meaning.block('x')).toBe(null)
  })
})

describe('a socket', () => {
  const upgrade = 'GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
  const accept = (extensions: string): string =>
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${extensions}\r\n`
  const socket = (c2s: Buffer, s2c: Buffer, extensions = '') => {
    const line = watchedLine()
    line.push('c2s', upgrade)
    line.push('s2c', accept(extensions))
    line.push('c2s', c2s)
    line.push('s2c', s2c)
    return line.units.slice(2).map(({ meaning }) => meaning)
  }
  const deflated = (message: string): Buffer =>
    wsFrame(OPCODE.text, zlib.deflateRawSync(message, { finishFlush: zlib.constants.Z_SYNC_FLUSH }).subarray(0, -4), {
      rsv: 4,
    })
  const [theirs, ours, ping] = socket(
    masked(OPCODE.text, call),
    Buffer.concat([wsFrame(OPCODE.text, '{}'), wsFrame(OPCODE.ping, 'a')]),
  )

  test('carries other JSON, masked again as it was', () => {
    expect(theirs!.json).toBe(call)
    expect(theirs!.subject.messages).toMatchObject([{ method: 'tools/call', tool: 'echo', id: '1' }])
    expect(theirs!.withJson('[1]')).toEqual(masked(OPCODE.text, '[1]'))
    expect(ours!.withJson('[1]')).toEqual(wsFrame(OPCODE.text, '[1]'))
    expect(ours!.withPayload(Buffer.alloc(70_000))).toEqual(wsFrame(OPCODE.text, Buffer.alloc(70_000)))
    expect(ours!.withPayload(Buffer.alloc(126))).toEqual(wsFrame(OPCODE.text, Buffer.alloc(126)))
  })

  test('takes further messages, pings and a close, and answers the other way', () => {
    expect(theirs!.another('{}')).toEqual(masked(OPCODE.text, '{}'))
    expect(theirs!.answer('{}')).toEqual(wsFrame(OPCODE.text, '{}'))
    expect(ours!.answer('{}')).toEqual(masked(OPCODE.text, '{}'))
    expect(ours!.heartbeat()).toEqual(wsFrame(OPCODE.ping))
    expect(ours!.terminator()).toEqual(wsFrame(OPCODE.close, Buffer.from([3, 232])))
    expect(theirs!.terminator(1011)).toEqual(masked(OPCODE.close, Buffer.from([3, 243])))
    expect(ours!.body(Buffer.from('x'))).toEqual(wsFrame(OPCODE.text, 'x'))
    expect([ours!.block('x'), ours!.withHead({}), ours!.respond(200, {}, '')]).toEqual([null, null, null])
  })

  test('can be had up to a place, as a whole message', () => {
    expect(ours!.upTo('mid-event')).toEqual(wsFrame(OPCODE.text, '{'))
    expect([ours!.upTo('mid-char'), text(ours!.upTo('after-headers'))]).toEqual([null, ''])
  })

  test('has control frames of their own', () => {
    expect([ping!.subject.kind, ping!.json, ping!.subject.text()]).toEqual(['ping', null, 'a'])
  })

  test('tells places to stop at, behind the header', () => {
    expect(theirs!.places).toEqual({ midEvent: 6 + (call.length >> 1), midChar: null, afterHeaders: 0 })
    const [unit] = socket(Buffer.alloc(0), wsFrame(OPCODE.text, '\u20ac'))
    expect(unit!.places).toEqual({ midEvent: 3, midChar: 3, afterHeaders: 0 })
  })

  test('reads compressed messages, and edits those that compress each by itself', () => {
    const alone = socket(
      Buffer.alloc(0),
      deflated('{"a":1}'),
      'Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n',
    )
    expect(alone[0]!.json).toBe('{"a":1}')
    expect(alone[0]!.withJson('[]')).toEqual(wsFrame(OPCODE.text, '[]'))
    const shared = socket(Buffer.alloc(0), deflated('{"a":1}'), 'Sec-WebSocket-Extensions: permessage-deflate\r\n')
    expect([shared[0]!.json, shared[0]!.withJson('[]')]).toEqual(['{"a":1}', wsFrame(OPCODE.text, '[]')])
    expect([alone[0]!.fixed, shared[0]!.fixed]).toEqual([null, null])
    const broken = socket(
      Buffer.alloc(0),
      wsFrame(OPCODE.text, Buffer.from([255, 255]), { rsv: 4 }),
      'Sec-WebSocket-Extensions: permessage-deflate\r\n',
    )
    expect([broken[0]!.json, broken[0]!.fixed]).toEqual([null, 'compressed, and cannot be read'])
    expect(broken[0]!.withPayload(Buffer.from('x'))).toBe(null)
  })
})

describe('a line', () => {
  const stdio = {
    transport: 'stdio',
    server: 's',
    target: 's',
    clientAddress: '',
    clientPort: 0,
    localAddress: '',
    localPort: 0,
  } as const
  const [unit, noise] = unitsOf(`${call}\r\nhello\n`, '', { info: stdio })

  test('carries other JSON, and keeps its end', () => {
    expect([unit!.json, text(unit!.withJson('{}')), text(unit!.withPayload(Buffer.from('x')))]).toEqual([
      call,
      '{}\r\n',
      'x\r\n',
    ])
    expect(text(unit!.another('{}'))).toBe('{}\n')
    expect(text(unit!.answer('{}'))).toBe('{}\n')
    expect(text(unit!.body(Buffer.from('raw')))).toBe('raw')
    expect(unit!.places).toEqual({ midEvent: call.length >> 1, midChar: null, afterHeaders: 0 })
  })

  test('has nothing of HTTP or of sockets', () => {
    const none = [
      unit!.block('x'),
      unit!.withHead({}),
      unit!.heartbeat(),
      unit!.terminator(),
      unit!.respond(200, {}, ''),
      unit!.exchange,
    ]
    expect(none).toEqual(none.map(() => null))
  })

  test('that is no message carries no JSON', () => {
    expect([noise!.json, noise!.subject.messages[0]?.kind]).toEqual(['hello', 'invalid'])
  })
})
