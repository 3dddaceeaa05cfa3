import { describe, expect, test } from 'vitest'
import { pass, type NamedStage } from '../../../src/pipe/action.ts'
import type { FaultFrame } from '../../../src/faults/unit.ts'
import { createLiveConversations, type WatchOptions } from '../../../src/faults/units/index.ts'
import type { Direction } from '../../../src/wire/frame.ts'
import { Conversations } from '../../../src/wire/conversation.ts'
import { scanMessages } from '../../../src/wire/jsonrpc.ts'
import { standings } from '../../support/standings.ts'
import { masked, OPCODE, wsFrame } from '../../support/websocket-frames.ts'
import { said, watchedLine, type WatchedLine } from '../../support/watched-line.ts'

const json = (value: object): string => JSON.stringify({ jsonrpc: '2.0', ...value })
const post = (body: string, ...fields: string[]): string =>
  [
    'POST /mcp?a=b HTTP/1.1',
    'Content-Type: application/json',
    ...fields,
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n')
const ok = (body: string, ...fields: string[]): string =>
  ['HTTP/1.1 200 OK', 'Content-Type: application/json', ...fields, `Content-Length: ${body.length}`, '', body].join(
    '\r\n',
  )
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`
const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'
const call = (id: number, name: string): string =>
  json({ id, method: 'tools/call', params: { name, _meta: { progressToken: `p${id}` } } })
const initialize = json({
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', clientInfo: { name: 'c', version: '1' } },
})
const counting = (units: FaultFrame[]): NamedStage => ({
  rule: 'count',
  stage: (event) => {
    if (event.kind === 'frame' && event.meaning !== undefined) units.push(event as FaultFrame)
    return [pass(event)]
  },
})
const last = (line: WatchedLine) => line.units.at(-1)!.meaning.subject

describe('a subject', () => {
  test('knows its exchange, in both directions', () => {
    const line = watchedLine()
    line.push('c2s', post(call(1, 'echo'), 'X-A: b'))
    const request = last(line)
    expect(request).toMatchObject({
      verb: 'POST',
      path: '/mcp?a=b',
      status: null,
      stream: null,
      server: 'srv',
      tap: 'here',
    })
    expect([request.header('x-a'), request.transport, request.kind, request.at]).toEqual([
      'b',
      'http',
      'body',
      1_000_000,
    ])
    expect([request.text(), request.size]).toEqual([call(1, 'echo'), line.out('c2s').length])
    line.push('s2c', ok('{}', 'X-A: c'))
    expect(last(line)).toMatchObject({ verb: 'POST', path: '/mcp?a=b', status: 200, stream: null })
    expect(last(line).header('x-a')).toBe('c')
  })

  test('knows session, client and era', () => {
    const line = watchedLine()
    line.push('c2s', post(initialize))
    expect(last(line)).toMatchObject({ session: 'live-1', client: { name: 'c', version: '1' }, era: 'stateful' })
    line.push('s2c', ok(json({ id: 0, result: { protocolVersion: '2025-11-25' } }), 'Mcp-Session-Id: s1'))
    expect(last(line)).toMatchObject({ session: 's1', client: { name: 'c' } })
    line.push('c2s', post(call(1, 'a'), 'Mcp-Session-Id: s1'))
    expect(last(line)).toMatchObject({ session: 's1', client: { name: 'c' }, era: 'stateful' })
  })

  test('of the stateless era is known by what it says', () => {
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'x', version: '2' },
    }
    const line = watchedLine()
    const body = json({ id: 1, method: 'tools/list', params: { _meta: meta } })
    line.push('c2s', post(body, 'Authorization: Bearer t'))
    expect(last(line)).toMatchObject({ era: 'stateless', client: { name: 'x', version: '2' }, session: 'live-1' })
    line.push('s2c', ok('{}'))
    line.push('c2s', post(body, 'Authorization: Bearer other'))
    expect(last(line).session).toBe('live-2')
  })

  test('of progress and cancellation names the call they are about', () => {
    const line = watchedLine()
    line.push('c2s', post(initialize))
    line.push('s2c', ok(json({ id: 0, result: {} }), 'Mcp-Session-Id: s1'))
    line.push('c2s', post(call(4, 'slow'), 'Mcp-Session-Id: s1'))
    const progress = json({ method: 'notifications/progress', params: { progressToken: 'p4', progress: 1 } })
    line.push('s2c', `${STREAM}${chunk(`data: ${progress}\n\n`)}`)
    expect(last(line).messages).toEqual([
      { kind: 'notification', method: 'notifications/progress', tool: 'slow', uri: null, id: null, code: null },
    ])
    const error = json({ id: 4, error: { code: -32001, message: '' } })
    line.push('s2c', chunk(`data: ${error}\n\n`))
    expect(last(line).messages).toMatchObject([
      { kind: 'error', method: 'tools/call', tool: 'slow', id: '4', code: -32001 },
    ])
  })

  test('of the pair of 2024-11-05 finds the session by the path that was announced', () => {
    const conversations = createLiveConversations()
    const stream = watchedLine({ conversations })
    stream.push('c2s', 'GET /sse HTTP/1.1\r\n\r\n')
    stream.push('s2c', `${STREAM}${chunk('event: endpoint\ndata: /m?sessionId=7\n\n')}`)
    expect(last(stream)).toMatchObject({ transport: 'sse', session: '7', stream: 'get' })
    expect(stream.units.at(-1)!.meaning.json).toBe(null)
    const writing = watchedLine({ conversations })
    writing.push('c2s', post(call(1, 'a')).replace('/mcp?a=b', '/m?sessionId=7'))
    expect(last(writing)).toMatchObject({ transport: 'sse', session: '7' })
    stream.push('s2c', chunk(`data: ${json({ id: 1, result: {} })}\n\n`))
    expect(last(stream).messages).toMatchObject([{ tool: 'a' }])
  })

  test('of a request to a forward proxy has the path alone', () => {
    const line = watchedLine()
    line.push('c2s', 'GET http://srv/a?b HTTP/1.1\r\n\r\n')
    expect(last(line).path).toBe('/a?b')
    line.push('s2c', ok(''))
    line.push('c2s', 'CONNECT srv:443 HTTP/1.1\r\n\r\n')
    expect(last(line)).toMatchObject({ verb: 'CONNECT', path: 'srv:443' })
  })

  test('of a socket belongs to the exchange that opened it', () => {
    const line = watchedLine()
    line.push('c2s', 'GET /ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    line.push('s2c', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: mcp\r\n\r\n')
    line.push('c2s', masked(OPCODE.text, initialize))
    expect(last(line)).toMatchObject({
      transport: 'websocket',
      verb: 'GET',
      path: '/ws',
      client: { name: 'c' },
      session: 'live-1',
    })
    line.push('s2c', wsFrame(OPCODE.text, json({ id: 0, result: {} })))
    expect(last(line).messages).toMatchObject([{ method: 'initialize' }])
  })

  test('of a process belongs to the only session there is', () => {
    const info = {
      transport: 'stdio',
      server: 's',
      target: 's',
      clientAddress: '',
      clientPort: 0,
      localAddress: '',
      localPort: 0,
    } as const
    const line = watchedLine({ info })
    line.push('c2s', `${call(1, 'a')}\n`)
    line.push('s2c', `${json({ id: 1, result: {} })}\n`)
    expect(line.units.map(said)).toEqual(['c2s line request tools/call a 1', 's2c line response tools/call a 1'])
    expect(last(line)).toMatchObject({ transport: 'stdio', verb: null, path: null, session: 'live-1' })
    line.watch.close()
  })

  test('of a refused upgrade is HTTP still', () => {
    const line = watchedLine()
    line.push('c2s', 'GET /ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    line.push('s2c', ok('{}'))
    line.push('c2s', post(call(1, 'a')))
    expect(line.units.map(said)).toEqual(['c2s head', 's2c body', 'c2s body request tools/call a 1'])
  })

  test('behind a tunnel is none', () => {
    const line = watchedLine()
    line.push('c2s', 'CONNECT a:1 HTTP/1.1\r\n\r\n')
    line.push('s2c', 'HTTP/1.1 200 OK\r\n\r\nhello')
    line.push('c2s', 'hi')
    expect([line.out('s2c').slice(-5), line.out('c2s').slice(-2), line.units.length]).toEqual(['hello', 'hi', 2])
  })
})

describe('what is left alone', () => {
  test('passes as it comes, and is heard all the same', () => {
    const wants: WatchOptions['wants'] = ({ direction, header }) =>
      direction === 'c2s' && header('x-pass') !== undefined ? 'pass' : 'whole'
    const line = watchedLine({
      wants: (soFar) => wants({ ...soFar, direction: soFar.direction, header: soFar.header.bind(soFar) }),
    })
    const text = post(call(1, 'a'), 'X-Pass: 1')
    line.push('c2s', text.slice(0, -10))
    expect(line.out('c2s')).toBe(text.slice(0, -10))
    line.push('c2s', text.slice(-10))
    line.push('s2c', ok(json({ id: 1, result: {} })))
    expect(line.units.map(said)).toEqual(['s2c body response tools/call a 1'])
    expect(last(line)).toMatchObject({ verb: 'POST', path: '/mcp?a=b' })
  })

  test('is a body that waits for 100-continue', () => {
    const line = watchedLine()
    const text = post(call(1, 'a'), 'Expect: 100-continue')
    line.push('c2s', text.slice(0, -20))
    expect(line.out('c2s')).toBe(text.slice(0, -20))
    line.push('s2c', 'HTTP/1.1 100 Continue\r\n\r\n')
    expect(line.out('s2c')).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    line.push('c2s', text.slice(-20))
    line.push('s2c', ok(json({ id: 1, result: {} })))
    expect(line.units.map(said)).toEqual(['s2c body response tools/call a 1'])
    expect(line.left).toEqual(['c2s 0 waits for 100-continue'])
  })

  test('is what is too large, told before or not', () => {
    const line = watchedLine({ maxUnitBytes: 200 })
    const known = post('x'.repeat(300))
    line.push('c2s', known.slice(0, 120))
    expect(line.out('c2s')).toBe(known.slice(0, 120))
    line.push('c2s', known.slice(120))
    const chunked = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunk('y'.repeat(150))}`
    line.push('s2c', chunked)
    expect(line.out('s2c')).toBe(chunked)
    line.push('s2c', '0\r\n\r\n')
    line.push('c2s', post('{}'))
    expect(line.left).toEqual(['c2s 0 too large', 's2c 0 too large'])
    expect(line.units.map(said)).toEqual(['c2s body'])
    expect(line.edits).toEqual([])
  })

  test('is an event that is too large; the next one is a unit again', () => {
    const line = watchedLine({ maxUnitBytes: 100 })
    line.push('c2s', 'GET / HTTP/1.1\r\n\r\n')
    const bytes = `${STREAM}${chunk(`data: ${'z'.repeat(120)}`)}${chunk('\n\n')}${chunk('data: 1\n\n')}`
    for (const byte of bytes) line.push('s2c', byte)
    expect(line.left).toEqual([`s2c ${STREAM.length} too large`])
    expect(last(line).text()).toBe('1')
    expect(line.recorded('s2c')).toBe(line.out('s2c'))
  })

  test('is a message of a socket that is too large, in parts or not', () => {
    const line = watchedLine({ maxUnitBytes: 150 })
    line.push('c2s', 'GET /ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    line.push('s2c', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n')
    const parts = Buffer.concat([
      wsFrame(OPCODE.text, 'a'.repeat(100), { fin: false }),
      wsFrame(OPCODE.ping, ''),
      wsFrame(OPCODE.continuation, 'b'.repeat(100)),
      wsFrame(OPCODE.text, 'c'.repeat(200)),
      wsFrame(OPCODE.text, 'd'),
    ])
    for (const byte of parts) line.push('s2c', Uint8Array.of(byte))
    expect(line.units.slice(2).map((unit) => unit.meaning.subject.text())).toEqual(['', 'd'])
    expect(line.left.map((each) => each.split(' ').slice(2).join(' '))).toEqual(['too large', 'too large'])
    expect(line.recorded('s2c')).toBe(line.out('s2c'))
  })

  test('is a line that is too large', () => {
    const info = {
      transport: 'stdio',
      server: 's',
      target: 's',
      clientAddress: '',
      clientPort: 0,
      localAddress: '',
      localPort: 0,
    } as const
    const line = watchedLine({ info, maxUnitBytes: 10 })
    line.push('c2s', 'x'.repeat(8))
    line.push('c2s', 'x'.repeat(8))
    line.push('c2s', 'x\n{}\n')
    expect([line.left, line.units.length]).toEqual([['c2s 0 too large'], 1])
    expect(line.out('c2s')).toBe(`${'x'.repeat(17)}\n{}\n`)
  })
})

describe('a watch that begins in the middle', () => {
  /** What the recorder knew by then. */
  const saved = (requests: readonly string[]) => {
    const recorder = new Conversations<null, null, null>({ session: () => undefined, call: () => undefined })
    const line = recorder.line({ server: 'srv', target: 'http://srv/mcp', clientAddress: '127.0.0.1' })
    const exchanges = requests.map((body, at) => {
      const facts = {
        verb: at === 0 ? 'GET' : 'POST',
        target: `/mcp/${at}`,
        sessionId: 's1',
        revision: null,
        identity: '',
        agent: '',
      }
      const exchange = recorder.request(line, facts, 1)
      for (const message of scanMessages(Buffer.from(body))) recorder.message(exchange, 'c2s', message, null, 1)
      return exchange
    })
    return recorder.save([{ connection: 5, line, exchanges }])
  }

  test('learns what was asked before it, and by whom', () => {
    const conversations = createLiveConversations()
    const line = watchedLine({ idle: true, conversations })
    const standing = standings()
    const pass = (direction: Direction, text: string): void => {
      line.push(direction, text)
      standing.passed(direction, Buffer.from(text))
    }
    pass('c2s', 'GET /mcp/0 HTTP/1.1\r\n\r\n')
    pass('c2s', post(call(9, 'slow')))
    pass('s2c', `${STREAM}${chunk('data: 1\n\n')}`)
    line.begin(standing.now)
    const before = conversations.load(saved(['', call(9, 'slow')]), null).get(5)!
    line.push('s2c', chunk(`data: ${json({ method: 'notifications/x' })}\n\n`))
    expect([last(line).verb, last(line).stream]).toEqual([null, null])
    line.watch.learn(before)
    line.push('s2c', chunk(`data: ${json({ method: 'notifications/progress', params: { progressToken: 'p9' } })}\n\n`))
    expect(last(line)).toMatchObject({ verb: 'GET', path: '/mcp/0', stream: 'get', session: 's1' })
    expect(last(line).messages).toMatchObject([{ tool: 'slow' }])
    line.push('s2c', `0\r\n\r\n${ok(json({ id: 9, result: {} }))}`)
    expect(last(line)).toMatchObject({ verb: 'POST', path: '/mcp/1', session: 's1' })
    expect(last(line).messages).toMatchObject([{ method: 'tools/call', tool: 'slow' }])
    expect(line.units.map(({ meaning }) => meaning.exchange)).toEqual([0, 0, 0, 1])
    line.watch.close()
  })

  test('on a process waits for the end of a line, and learns the same', () => {
    const info = {
      transport: 'stdio',
      server: 's',
      target: 's',
      clientAddress: '',
      clientPort: 0,
      localAddress: '',
      localPort: 0,
    } as const
    const line = watchedLine({ info, idle: true })
    line.push('c2s', '{"half":')
    line.begin({ c2s: () => null, s2c: () => null })
    line.push('c2s', '1')
    line.push('c2s', '}\n')
    line.push('s2c', '{}\n')
    line.push('c2s', '[]\n')
    expect([line.out('c2s'), line.units.map(said)]).toEqual([
      '{"half":1}\n[]\n',
      ['s2c line invalid', 'c2s line invalid'],
    ])
  })

  test('behind bytes that are still held knows nothing, until they have left', () => {
    const stdio = {
      transport: 'stdio',
      server: 's',
      target: 's',
      clientAddress: '',
      clientPort: 0,
      localAddress: '',
      localPort: 0,
    } as const
    for (const [text, left] of [
      ['{}\n', 2],
      ['{', 1],
    ] as const) {
      const line = watchedLine({ info: stdio, idle: true })
      const slow: NamedStage = { rule: 'slow', stage: (event) => [{ do: 'wait', ms: 5 }, pass(event)] }
      line.pipes.c2s.setStages([slow])
      line.push('c2s', text)
      line.watch.attach({
        c2s: { pipe: line.pipes.c2s, standing: () => null },
        s2c: { pipe: line.pipes.s2c, standing: () => null },
      })
      line.pipes.c2s.setStages([line.watch.entry('c2s'), slow, counting(line.units), line.watch.exit('c2s')])
      line.clock.advance(5)
      line.push('c2s', '}\n')
      line.push('c2s', '[]\n')
      line.clock.advance(5)
      expect([text, line.units.length]).toEqual([text, left])
      expect(line.out('c2s')).toBe(`${text}}\n[]\n`)
    }
  })

  test('where nothing can be gone on from lets all pass, until it can', () => {
    const line = watchedLine({ idle: true })
    const standing = standings()
    let known = false
    line.begin({ c2s: () => (known ? standing.now.c2s() : null), s2c: () => null })
    line.push('c2s', post(call(1, 'a')))
    standing.passed('c2s', Buffer.from(post(call(1, 'a'))))
    line.push('s2c', ok('{}'))
    expect(line.units).toEqual([])
    known = true
    line.push('c2s', post(call(2, 'b')))
    expect(line.units.map(said)).toEqual(['c2s body request tools/call b 2'])
  })
})

describe('taken out where it is aligned', () => {
  const body = chunk('data: 1\n\n') + chunk('data: 2\n\ndata: ') + chunk('3\n\n') + chunk('data: 4\n\n')
  const text = `${STREAM}${body}0\r\n\r\n${ok('{}')}`
  test('a watch loses nothing, and repeats nothing', () => {
    let times = 0
    for (let at = 0; at <= text.length; at++) {
      const line = watchedLine()
      line.push('c2s', post(call(1, 'a')) + post(call(2, 'b')))
      line.push('s2c', text.slice(0, at))
      if (!line.watch.aligned) continue
      times++
      line.stop()
      line.push('s2c', text.slice(at))
      expect(line.recorded('s2c')).toBe(line.out('s2c'))
      const clean = line.out('s2c').replaceAll(/\r\n|(?<=\n)[0-9a-f]+(?=\r)/g, '')
      expect(clean.match(/\d(?=\n\n)/g)?.join('')).toBe('1234')
      expect(line.out('s2c').endsWith(ok('{}'))).toBe(true)
    }
    expect(times).toBeGreaterThan(text.length / 2)
  })

  test('a watch of a socket and of a process gives back what it held', () => {
    const socket = watchedLine()
    socket.push('c2s', 'GET /ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    socket.push('s2c', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n')
    const half = wsFrame(OPCODE.text, 'abc', { fin: false })
    socket.push('s2c', Buffer.concat([half, Buffer.from([0x80])]))
    expect(socket.out('s2c').endsWith('\r\n\r\n')).toBe(true)
    socket.stop()
    expect(socket.out('s2c').endsWith(`${half.toString('latin1')}\x80`)).toBe(true)
    const info = {
      transport: 'stdio',
      server: 's',
      target: 's',
      clientAddress: '',
      clientPort: 0,
      localAddress: '',
      localPort: 0,
    } as const
    const line = watchedLine({ info })
    line.push('c2s', '{"a"')
    line.stop()
    line.push('c2s', ':1}\n')
    expect(line.out('c2s')).toBe('{"a":1}\n')
  })
})
