import { describe, expect, test } from 'vitest'
import { pass, type NamedStage } from '../../../src/pipe/action.ts'
import type { FaultFrame } from '../../../src/faults/unit.ts'
import { createLiveConversations } from '../../../src/faults/units/index.ts'
import type { Direction } from '../../../src/wire/frame.ts'
import { Conversations } from '../../../src/wire/conversation.ts'
import { scanMessages } from '../../../src/wire/jsonrpc.ts'
import { standings } from '../../support/standings.ts'
import { STREAM, call, chunk, json, ok, post } from '../../support/http-words.ts'
import { OPCODE, wsFrame } from '../../support/websocket-frames.ts'
import { said, watchedLine, type WatchedLine } from '../../support/watched-line.ts'

const counting = (units: FaultFrame[]): NamedStage => ({
  rule: 'count',
  stage: (event) => {
    if (event.kind === 'frame' && event.meaning !== undefined) units.push(event as FaultFrame)
    return [pass(event)]
  },
})
const last = (line: WatchedLine) => line.units.at(-1)!.meaning.subject

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
