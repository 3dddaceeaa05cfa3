import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Direction } from '../../src/wire/frame.ts'
import type { Ending } from '../../src/wire/ending.ts'
import { info, record, type Taped } from '../support/recording.ts'

let taped: Taped
let now: number
beforeEach(() => {
  taped = record()
  now = 1000
  taped.tap.opened(1, now, info)
})
afterEach(() => taped.close())

const feed = (direction: Direction, text: string, { sentAt = 1, border = true } = {}): number => {
  now += 10
  taped.tap.chunk(1, direction, Buffer.from(text), now, sentAt === 1 ? now + 1 : sentAt, border)
  return now
}
const end = (direction: Direction, ending: Ending, unsent = 0): void =>
  taped.tap.ended(1, direction, (now += 10), ending, unsent)
const close = (): void => {
  taped.tap.closed(1, (now += 10))
  taped.commit()
}
const fin = (by: Ending['by']): Ending => ({ how: 'fin', by })
const rst = (by: Ending['by']): Ending => ({ how: 'rst', by, detail: 'ECONNRESET' })

const ask = (id: number): string => {
  const body = JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 't' } })
  return `POST /mcp HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}
const answer = (id: number): string => {
  const body = JSON.stringify({ jsonrpc: '2.0', id, result: {} })
  return `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}
const streamHead = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`

const flows = () => taped.reader.flows()
const outcomes = () => taped.reader.calls().map(({ outcome, code }) => [outcome, code])

describe('endings', () => {
  test('an exchange that is complete ends clean, and its connection idle', () => {
    feed('c2s', ask(1))
    const at = feed('s2c', answer(1))
    end('s2c', fin('server'))
    end('c2s', fin('client'))
    close()
    expect(flows()).toMatchObject([
      {
        c2sEnding: { how: 'clean', by: 'client' },
        s2cEnding: { how: 'clean', by: 'server' },
        endedAt: at,
        respondedAt: at,
        status: 200,
      },
    ])
    expect(taped.reader.connection(1)).toMatchObject({
      c2sEnding: { how: 'fin', by: 'client', at: 'idle' },
      s2cEnding: { how: 'fin', by: 'server', at: 'idle' },
      closedAt: now,
    })
  })

  test.each([
    ['', 'boundary', 'server-closed'],
    ['HTTP/1.1 200 OK\r\nContent-', 'mid-head', 'server-closed'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', 'after-headers', 'server-closed'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab', 'mid-body', 'server-closed'],
    [streamHead, 'after-headers', 'server-closed'],
    [streamHead + chunk('data: 1\n\n'), 'boundary', 'server-closed'],
    [streamHead + chunk('data: 1\n\ndata'), 'mid-event', 'server-closed'],
  ])('a server that resets behind %j does so at %s', (text, place, outcome) => {
    feed('c2s', ask(1))
    if (text !== '') feed('s2c', text)
    end('s2c', rst('server'))
    end('c2s', fin('proxy'))
    close()
    expect(flows()[0]!.s2cEnding).toEqual({ how: 'rst', by: 'server', at: place, detail: 'ECONNRESET' })
    expect(outcomes()).toEqual([[outcome, null]])
    const received = text.length
    const frames = taped.reader.frames({ direction: 's2c' }).rows
    expect(frames.reduce((sum, { length }) => sum + length, 0)).toBe(received)
  })

  test('a client that leaves an open stream is who ended its call, also when the server closes behind it', () => {
    feed('c2s', ask(1))
    feed('s2c', streamHead)
    end('c2s', fin('client'))
    end('s2c', fin('server'))
    close()
    expect(outcomes()).toEqual([['client-left', null]])
    expect(flows()[0]!.s2cEnding).toMatchObject({ how: 'fin', by: 'client' })
    expect(taped.reader.connection(1)).toMatchObject({ s2cEnding: { how: 'fin', by: 'server' } })
  })

  test('a client that only stops sending still gets its answer', () => {
    feed('c2s', ask(1))
    end('c2s', fin('client'))
    feed('s2c', answer(1))
    end('s2c', fin('server'))
    close()
    expect(outcomes()).toEqual([['ok', null]])
  })

  test('a body until close is whole when the connection ends in order, and not when it is reset', () => {
    for (const ending of [fin('server'), rst('server')]) {
      const id = ending.how === 'fin' ? 1 : 2
      taped.tap.opened(id, now, info)
      const put = (direction: Direction, text: string) =>
        taped.tap.chunk(id, direction, Buffer.from(text), ++now, now, true)
      put('c2s', ask(id))
      put('s2c', `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"jsonrpc":"2.0","id":${id},"result":{}}`)
      taped.tap.ended(id, 's2c', ++now, ending, 0)
    }
    taped.commit()
    expect(outcomes()).toEqual([
      ['ok', null],
      ['server-closed', null],
    ])
    expect(flows().map(({ s2cEnding }) => [s2cEnding!.how, s2cEnding!.at])).toEqual([
      ['fin', 'mid-body'],
      ['rst', 'mid-body'],
    ])
  })

  test('pipelined requests each have their own flow and answer', () => {
    feed('c2s', ask(1) + ask(2) + ask(3))
    feed('s2c', answer(1) + answer(2))
    end('s2c', fin('server'))
    close()
    expect(outcomes()).toEqual([
      ['ok', null],
      ['ok', null],
      ['server-closed', null],
    ])
    expect(flows().map(({ status }) => status)).toEqual([200, 200, null])
  })
})

describe('edits', () => {
  const head = 'GET /mcp HTTP/1.1\r\nHost: proxy\r\n\r\n'

  test('are told with their frame, and equal ones are stored once', () => {
    for (let i = 0; i < 3; i++) {
      taped.tap.edited(1, 'c2s', i * head.length + 25, 5, Buffer.from('server'), 'host')
      feed('c2s', head)
    }
    taped.commit()
    const rows = taped.reader.frames({ direction: 'c2s' }).rows
    expect(rows.map(({ edits }) => edits)).toEqual([['host'], ['host'], ['host']])
    for (const { id } of rows) {
      expect(taped.reader.frame(id)!.editList).toEqual([
        { offset: 25, removed: 'proxy', inserted: 'server', rule: 'host' },
      ])
    }
  })

  test('that put a credential in are told without it', () => {
    taped.tap.edited(1, 'c2s', 19, 0, Buffer.from('X: secret'), 'header:x')
    feed('c2s', head)
    taped.commit()
    expect(taped.reader.frame(1)!.editList).toEqual([{ offset: 19, removed: '', inserted: null, rule: 'header:x' }])
  })

  test('that come behind their frame, as it is still kept, are told with it', () => {
    const answer = 'HTTP/1.1 200 OK\r\nLocation: a\r\nContent-Length: 9\r\n\r\n'
    const from = answer.indexOf('9')
    feed('c2s', ask(1))
    taped.tap.edited(1, 's2c', answer.indexOf('a\r\n'), 1, Buffer.from('b'), 'location')
    taped.tap.chunk(1, 's2c', Buffer.from(answer), now, 0, true)
    taped.commit()
    taped.tap.edited(1, 's2c', from, 1, Buffer.from('12'), 'length', Buffer.from('9'))
    taped.tap.sent(1, 's2c', answer.length, now)
    taped.commit()
    const [frame] = taped.reader.frames({ direction: 's2c' }).rows
    expect(frame).toMatchObject({ kind: 'head', edits: ['location', 'length'] })
    expect(taped.reader.frame(frame!.id)!.editList).toMatchObject([
      { rule: 'location', removed: 'a', inserted: 'b' },
      { rule: 'length', offset: from, removed: '9', inserted: '12' },
    ])
  })

  test('an answer of ours is a head that was never received', () => {
    const ours = 'HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\nno'
    feed('c2s', ask(1))
    taped.tap.upstream(1, { at: now, error: 'ECONNREFUSED' })
    taped.tap.edited(1, 's2c', 0, 0, Buffer.from(ours), 'UPSTREAM_UNREACHABLE')
    end('s2c', { how: 'clean', by: 'proxy' })
    close()
    expect(flows()).toMatchObject([{ status: 502, s2cEnding: { by: 'proxy' } }])
    const [frame] = taped.reader.frames({ direction: 's2c' }).rows
    expect(frame).toMatchObject({
      kind: 'head',
      length: 0,
      label: 'HTTP/1.1 502 Bad Gateway',
      edits: ['UPSTREAM_UNREACHABLE'],
    })
    expect(taped.reader.frame(frame!.id)!.editList).toMatchObject([{ inserted: ours }])
    expect(taped.reader.connection(1)).toMatchObject({ upstreamError: 'ECONNREFUSED', connectedAt: null })
  })
})

describe('the four instants', () => {
  const instants = () =>
    taped.reader
      .frames({ direction: 'c2s' })
      .rows.map(({ receivedAt, receivedLastAt, sentAt, sentLastAt }) => [
        receivedAt,
        receivedLastAt,
        sentAt,
        sentLastAt,
      ])

  test('are those of the chunks that held the first and the last byte', () => {
    const text = ask(1)
    const first = feed('c2s', text.slice(0, 10))
    const second = feed('c2s', text.slice(10, -5), { border: false })
    const third = feed('c2s', text.slice(-5), { border: false })
    taped.commit()
    expect(instants()).toEqual([
      [first, second, first + 1, second + 1],
      [second, third, second + 1, third + 1],
    ])
  })

  test.each([false, true])('of sending come later for bytes that had to wait (committed before: %s)', (before) => {
    const at = feed('c2s', ask(1), { sentAt: 0 })
    if (before) taped.commit()
    taped.tap.sent(1, 'c2s', 20, 5000)
    if (before) taped.commit()
    taped.tap.sent(1, 'c2s', ask(1).length, 6000)
    taped.commit()
    expect(instants()).toEqual([
      [at, at, 5000, 6000],
      [at, at, 6000, 6000],
    ])
  })

  test('stay unknown for bytes that never left', () => {
    const at = feed('c2s', ask(1), { sentAt: 0 })
    taped.tap.sent(1, 'c2s', 20, 5000)
    end('c2s', rst('client'), ask(1).length - 20)
    close()
    expect(instants()).toEqual([
      [at, at, 5000, null],
      [at, at, null, null],
    ])
  })

  test('never run backwards within a pipe', () => {
    for (let id = 1; id < 50; id++) feed('c2s', ask(id))
    taped.commit()
    const all = instants().flat() as number[]
    expect(all.every((at, i) => i < 4 || at >= all[i - 4]!)).toBe(true)
  })
})

describe('what is no HTTP', () => {
  test('is recorded as it came', () => {
    feed('c2s', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
    feed('s2c', '\0\0\0')
    close()
    const rows = taped.reader.frames().rows
    expect(rows.every(({ kind }) => kind === 'opaque')).toBe(true)
    expect(rows.map(({ length }) => length).reduce((a, b) => a + b)).toBe(27)
    expect(flows().some(({ kind }) => kind === 'opaque')).toBe(true)
  })

  test('belongs to the exchange that switched to it', () => {
    feed('c2s', 'GET /ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: own\r\n\r\n')
    feed('s2c', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: own\r\n\r\n\x01\x01a')
    feed('c2s', '\x01\x01aaaa')
    end('c2s', fin('client'))
    end('s2c', fin('server'))
    close()
    expect(flows()).toMatchObject([{ kind: 'http', status: 101, c2sEnding: { how: 'fin' }, endedAt: now - 10 }])
    expect(taped.reader.frames().rows.map(({ kind }) => kind)).toEqual(['head', 'head', 'opaque', 'opaque'])
  })
})

test('JSON of something else than MCP is no message, and no session', () => {
  const body = '{"status":"ok"}'
  feed('c2s', 'GET /health HTTP/1.1\r\n\r\n')
  feed('s2c', `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
  taped.commit()
  expect(taped.reader.frames({ messages: true }).rows).toEqual([])
  expect(taped.reader.sessions()).toEqual([])
})

test('a session that becomes known late takes the frames before it along', () => {
  const text = ask(1).replace('tools/call', 'initialize')
  feed('c2s', text.slice(0, 90))
  taped.commit()
  feed('c2s', text.slice(90), { border: false })
  taped.commit()
  const [session] = taped.reader.sessions()
  expect(taped.reader.frames().rows.map((frame) => frame.session)).toEqual([session!.uid, session!.uid])
  expect(session).toMatchObject({ frames: 2, flows: 1, calls: 1, pending: 1, bytes: text.length })
})

test('what we note of an exchange belongs to its session, what we note of none to none', () => {
  taped.tap.note(0, now, 'clock', { stepUs: 1 })
  feed('c2s', ask(1).replace('tools/call', 'initialize'))
  taped.tap.note(1, now, 'unedited', { message: 'left' })
  taped.commit()
  const [session] = taped.reader.sessions()
  expect(taped.reader.logs().map((log) => [log.kind, log.connection, log.session])).toEqual([
    ['clock', null, null],
    ['unedited', 1, session!.uid],
  ])
})

test('an exchange that bytes were lost of has ended when its connection has, nobody knows how', () => {
  feed('c2s', ask(1))
  feed('s2c', streamHead)
  taped.lost.begin('overload')
  feed('s2c', chunk('data: 1\n\n'))
  taped.lost.end()
  feed('s2c', chunk('data: 2\n\n'), { border: false })
  end('s2c', rst('server'))
  close()
  expect(flows()[0]).toMatchObject({ s2cEnding: null, endedAt: now - 10 })
})

describe('the label of an event', () => {
  const event = 'event: log\ndata: {"pin":"1234"}\n\n'
  const labelled = (options: Parameters<typeof record>[0]): (string | null)[] => {
    const other = record(options)
    other.tap.opened(1, 1, info)
    other.tap.chunk(1, 'c2s', Buffer.from('GET /events HTTP/1.1\r\n\r\n'), 2, 3, true)
    other.tap.chunk(1, 's2c', Buffer.from(streamHead + chunk(event) + '0\r\nSum: 1\r\n\r\n'), 4, 5, true)
    other.commit()
    const { rows } = other.reader.frames({ direction: 's2c' })
    other.close()
    return rows.slice(1).map(({ label }) => label)
  }

  test('is that of what is kept', () => {
    expect(labelled({})[0]).toBe('log {"pin":"1234"}')
    expect(labelled({ redact: { keys: ['pin'] } })[0]).toBe('log {"pin":"****"}')
  })

  test.each(['heads', 'metadata'] as const)('is none with %s', (depth) =>
    expect(labelled({ depth })).toEqual([null, null]),
  )
})

describe('when the recording ends', () => {
  test('what is open hangs, and says where', () => {
    const other = record()
    const reader = other.reader
    other.tap.opened(1, 1, info)
    other.tap.chunk(1, 'c2s', Buffer.from(ask(1)), 2, 3, true)
    other.tap.chunk(1, 's2c', Buffer.from(streamHead + chunk('data: 1\n\n')), 4, 5, true)
    other.tap.ended(1, 'c2s', 6, fin('client'), 0)
    other.commit()
    other.finish(9)
    const hang = { how: 'hang', by: 'proxy' }
    expect(reader.flows()).toMatchObject([{ s2cEnding: { ...hang, at: 'boundary' }, endedAt: 9 }])
    expect(reader.connection(1)).toMatchObject({ c2sEnding: { how: 'fin' }, s2cEnding: hang, closedAt: null })
    expect(reader.calls()).toMatchObject([{ outcome: 'silent' }])
    other.close()
  })
})

describe('less depth', () => {
  test.each([
    ['heads', 'POST /mcp'],
    ['metadata', ''],
  ] as const)('%s keeps messages but not their bytes', (depth, start) => {
    const shallow = record({ depth })
    shallow.tap.opened(1, 1, info)
    shallow.tap.chunk(1, 'c2s', Buffer.from(ask(1)), 2, 3, true)
    shallow.commit()
    expect(shallow.reader.frames({ messages: true }).rows[0]!.messages).toMatchObject([{ method: 'tools/call' }])
    const bytes = Buffer.from(shallow.reader.bytes(1, 'c2s', 0)).toString()
    expect(bytes.startsWith(start)).toBe(true)
    expect(bytes).not.toContain('jsonrpc')
    shallow.close()
  })
})
