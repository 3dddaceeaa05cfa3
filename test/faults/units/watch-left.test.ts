import { describe, expect, test } from 'vitest'
import type { WatchOptions } from '../../../src/faults/units/index.ts'
import { STREAM, call, chunk, json, ok, post } from '../../support/http-words.ts'
import { OPCODE, wsFrame } from '../../support/websocket-frames.ts'
import { said, watchedLine, type WatchedLine } from '../../support/watched-line.ts'

const last = (line: WatchedLine) => line.units.at(-1)!.meaning.subject

describe('what is left alone', () => {
  test('passes as it comes, and is heard all the same', () => {
    const wants: WatchOptions['wants'] = ({ direction, header }) =>
      direction === 'c2s' && header('x-pass') !== undefined ? 'pass' : 'whole'
    const line = watchedLine({
      wants: (soFar, exchange) =>
        wants({ ...soFar, direction: soFar.direction, header: soFar.header.bind(soFar) }, exchange),
    })
    const text = post(call(1, 'a'), 'X-Pass: 1')
    line.push('c2s', text.slice(0, -10))
    expect(line.out('c2s')).toBe(text.slice(0, -10))
    line.push('c2s', text.slice(-10))
    line.push('s2c', ok(json({ id: 1, result: {} })))
    expect(line.units.map(said)).toEqual(['s2c body response tools/call a 1'])
    expect(last(line)).toMatchObject({ verb: 'POST', path: '/mcp?a=b' })
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

describe('a client that waits for 100-continue', () => {
  const text = post(call(1, 'a'), 'Expect: 100-continue')
  const head = text.slice(0, text.indexOf('\r\n\r\n') + 4)
  const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n'

  test('is told by us to go on; what the server says of that does not go on', () => {
    const line = watchedLine()
    line.push('c2s', head)
    expect([line.out('c2s'), line.out('s2c'), line.watch.aligned]).toEqual(['', CONTINUE, false])
    line.push('c2s', text.slice(head.length, -10))
    line.push('c2s', text.slice(-10))
    expect([line.out('c2s'), line.watch.aligned]).toEqual([text, false])
    line.push('s2c', 'HTTP/1.1 100 Go on\r\nX: y\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n')
    line.push('s2c', ok(json({ id: 1, result: {} })))
    expect(line.out('s2c')).toBe(`${CONTINUE}HTTP/1.1 103 Early Hints\r\n\r\n${ok(json({ id: 1, result: {} }))}`)
    expect(line.units.map(said)).toEqual(['c2s body request tools/call a 1', 's2c body response tools/call a 1'])
    expect([line.edits.at(-1), line.watch.aligned]).toEqual([`edit 0 -28 + framing`, true])
  })

  test('is told by the server where its body is there, or HTTP/1.0 was spoken, or nobody wants it whole', () => {
    for (const [bytes, wants] of [
      [text, 'whole'],
      [head.replace('HTTP/1.1', 'HTTP/1.0'), 'whole'],
      [head, 'pass'],
    ] as const) {
      const line = watchedLine({ wants: () => wants })
      line.push('c2s', bytes)
      expect(line.out('s2c')).toBe('')
      line.push('s2c', CONTINUE)
      expect(line.out('s2c')).toBe(CONTINUE)
    }
  })
})

describe('a long request', () => {
  const long = (method: string): string =>
    post(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { name: 'a', text: 'x'.repeat(8000) } }))
  const wants: WatchOptions['wants'] = (soFar, _exchange, method) =>
    soFar.direction === 'c2s' && method !== undefined && method !== 'tools/call' ? 'pass' : 'whole'

  test('goes on as soon as its beginning tells that no rule can match it, and is heard all the same', () => {
    const line = watchedLine({ wants })
    const text = long('prompts/get')
    line.push('c2s', text.slice(0, 4000))
    expect(line.out('c2s')).toBe('')
    line.push('c2s', text.slice(4000, 6000))
    expect(line.out('c2s')).toBe(text.slice(0, 6000))
    line.push('c2s', text.slice(6000))
    line.push('s2c', ok(json({ id: 1, result: {} })))
    expect([line.out('c2s'), line.units.map(said)]).toEqual([text, ['s2c body response prompts/get a 1']])
    expect([line.edits, line.left]).toEqual([[], []])
  })

  test('waits where some rule may, or where nothing is told yet', () => {
    for (const text of [long('tools/call'), long('prompts/get').replace('{"jsonrpc"', '[{"jsonrpc"')]) {
      const line = watchedLine({ wants })
      line.push('c2s', text.slice(0, -10))
      expect(line.out('c2s')).toBe('')
    }
  })

  test('need not even be heard', () => {
    const line = watchedLine({ wants: (_soFar, _exchange, method) => (method === undefined ? 'whole' : 'ignore') })
    const text = long('prompts/get')
    line.push('c2s', text.slice(0, 6000))
    line.push('c2s', text.slice(6000))
    line.push('s2c', ok(json({ id: 1, result: {} })))
    expect([line.out('c2s'), line.units.map(said)]).toEqual([text, ['s2c body response 1']])
  })
})
