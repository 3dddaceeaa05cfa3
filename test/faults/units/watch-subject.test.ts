import { describe, expect, test } from 'vitest'
import { createLiveConversations } from '../../../src/faults/units/index.ts'
import { STREAM, call, chunk, json, ok, post } from '../../support/http-words.ts'
import { masked, OPCODE, wsFrame } from '../../support/websocket-frames.ts'
import { said, watchedLine, type WatchedLine } from '../../support/watched-line.ts'

const initialize = json({
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', clientInfo: { name: 'c', version: '1' } },
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

  test('behind a tunnel is of what we do not know', () => {
    const line = watchedLine()
    line.push('c2s', 'CONNECT a:1 HTTP/1.1\r\n\r\n')
    line.push('s2c', 'HTTP/1.1 200 OK\r\n\r\nhello')
    line.push('c2s', 'hi')
    expect([line.out('s2c').slice(-5), line.out('c2s').slice(-2)]).toEqual(['hello', 'hi'])
    expect(line.units.map(({ meaning }) => meaning.subject.transport)).toEqual(['http', 'http', 'opaque', 'opaque'])
  })
})
