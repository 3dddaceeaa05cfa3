import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ConnectionInfo } from '../../src/pipe/tap.ts'
import type { Direction } from '../../src/wire/frame.ts'
import type { Ending } from '../../src/wire/ending.ts'
import { record, type Taped } from '../support/recording.ts'

const info: ConnectionInfo = {
  transport: 'stdio',
  server: 'files',
  target: 'node server.js --stdio',
  clientAddress: '',
  clientPort: 0,
  localAddress: '',
  localPort: 0,
  process: {
    command: 'node',
    args: ['server.js', '--stdio'],
    cwd: '/srv',
    env: ['HOME', 'PATH'],
    pid: 4711,
    startedAt: 900,
  },
}

let taped: Taped
let now: number
const start = (options: Parameters<typeof record>[0] = {}): void => {
  taped = record(options)
  now = 1000
  taped.tap.opened(1, now, info)
}
beforeEach(() => start())
afterEach(() => taped.close())

let offsets: Record<Direction, number>
let hasSaid: boolean
beforeEach(() => {
  offsets = { c2s: 0, s2c: 0 }
  hasSaid = false
})
const feed = (direction: Direction, text: string): number => {
  now += 10
  offsets[direction] += Buffer.byteLength(text)
  taped.tap.chunk(1, direction, Buffer.from(text), now, now + 1, true)
  return now
}
const say = (direction: Direction, message: object): number =>
  feed(direction, `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
const over = (exit: { code: number | null; signal: string | null }, by: Ending['by'] = 'client'): void => {
  taped.tap.note(1, (now += 10), 'exit', exit)
  const ending: Ending = { how: 'exit', by, detail: exit.signal ?? `code ${exit.code}` }
  if (!hasSaid) taped.tap.ended(1, 'c2s', now, ending, 0)
  taped.tap.ended(1, 's2c', now, ending, 0)
  taped.tap.closed(1, now)
  taped.commit()
}
/** The client has nothing more to say. */
const said = (): void => {
  hasSaid = true
  taped.tap.ended(1, 'c2s', (now += 10), { how: 'fin', by: 'client' }, 0)
}

const hello = {
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', clientInfo: { name: 'c', version: '1' } },
}
const welcome = { id: 0, result: { protocolVersion: '2025-11-25', serverInfo: { name: 's', version: '2' } } }

describe('a process', () => {
  test('is one session and one flow, from its start', () => {
    taped.commit()
    const [session] = taped.reader.sessions()
    expect(session).toMatchObject({ transport: 'stdio', server: 'files', certain: true, probe: false, startedAt: 1000 })
    expect(taped.reader.flows()).toMatchObject([{ kind: 'stdio', session: session!.uid, target: info.target }])
  })

  test('is recorded with the phases of its start and its end', () => {
    say('c2s', hello)
    const first = feed('s2c', 'listening\n')
    const answered = say('s2c', welcome)
    const ready = say('c2s', { method: 'notifications/initialized' })
    say('c2s', { id: 1, method: 'tools/list' })
    over({ code: null, signal: 'SIGTERM' })
    expect(taped.reader.process(1)).toEqual({
      connection: 1,
      command: 'node',
      args: ['server.js', '--stdio'],
      cwd: '/srv',
      env: ['HOME', 'PATH'],
      pid: 4711,
      startedAt: 900,
      firstByteAt: first,
      handshakeAt: answered,
      readyAt: ready,
      exitedAt: now,
      exitCode: null,
      signal: 'SIGTERM',
      probe: false,
    })
    expect(taped.reader.sessions()).toMatchObject([
      { client: { name: 'c' }, serverInfo: { name: 's' }, revision: '2025-11-25', era: 'stateful', endedAt: now },
    ])
  })

  test('ends both directions of its flow by its exit', () => {
    over({ code: 3, signal: null }, 'server')
    const ending = { how: 'exit', by: 'server', at: 'boundary', detail: 'code 3' }
    expect(taped.reader.flows()).toMatchObject([{ c2sEnding: ending, s2cEnding: ending, endedAt: now }])
    expect(taped.reader.connection(1)).toMatchObject({ c2sEnding: ending, s2cEnding: ending, closedAt: now })
  })

  test('whose client closed the input between two lines ended clean in that direction', () => {
    say('c2s', hello)
    said()
    over({ code: 0, signal: null })
    expect(taped.reader.flows()).toMatchObject([
      {
        c2sEnding: { how: 'clean', by: 'client', at: 'boundary' },
        s2cEnding: { how: 'exit', by: 'client', detail: 'code 0' },
      },
    ])
  })

  test('whose client closed the input within a line did not', () => {
    feed('c2s', '{"jsonrpc"')
    said()
    over({ code: 0, signal: null })
    expect(taped.reader.flows()).toMatchObject([{ c2sEnding: { how: 'fin', by: 'client', at: 'mid-message' } }])
    expect(taped.reader.frames().rows).toMatchObject([{ kind: 'end', label: '{"jsonrpc"' }])
  })

  test.each(['client', 'server'] as const)('ended by the %s leaves its calls unanswered', (by) => {
    say('c2s', { id: 1, method: 'tools/call', params: { name: 't' } })
    over({ code: 1, signal: null }, by)
    expect(taped.reader.calls()).toMatchObject([{ outcome: by === 'client' ? 'client-left' : 'server-closed' }])
  })
})

describe('lines', () => {
  test('are messages, paired both ways', () => {
    say('c2s', { id: 1, method: 'tools/call', params: { name: 't' } })
    say('s2c', { id: 1, method: 'sampling/createMessage' })
    say('c2s', { id: 1, result: {} })
    say('s2c', { id: 1, result: {} })
    taped.commit()
    expect(taped.reader.calls()).toMatchObject([
      { direction: 'c2s', method: 'tools/call', tool: 't', outcome: 'ok', requestFrame: 1, responseFrame: 4 },
      { direction: 's2c', method: 'sampling/createMessage', outcome: 'ok', requestFrame: 2, responseFrame: 3 },
    ])
    expect(taped.reader.frames().rows.map(({ kind, messages }) => [kind, messages[0]!.method])).toEqual([
      ['line', 'tools/call'],
      ['line', 'sampling/createMessage'],
      ['line', 'sampling/createMessage'],
      ['line', 'tools/call'],
    ])
  })

  test('that are no messages are invalid, and say what they are', () => {
    feed('s2c', 'Server   running on port 3000\r\n')
    feed('s2c', '\n')
    taped.commit()
    expect(taped.reader.frames().rows).toMatchObject([
      { kind: 'line', label: 'Server running on port 3000', messages: [{ kind: 'invalid' }], size: 29, length: 31 },
      { kind: 'line', label: null, messages: [], size: 0, length: 1 },
    ])
  })

  test('are kept byte for byte', () => {
    feed('s2c', '\ufeff{"a":1.0}\r\n')
    taped.commit()
    expect(Buffer.from(taped.reader.raw(1)!).toString()).toBe('\ufeff{"a":1.0}\r\n')
    expect(Buffer.from(taped.reader.payload(1)!).toString()).toBe('\ufeff{"a":1.0}')
  })

  test('are kept from the store until they have been looked through for what is to be redacted', () => {
    taped.close()
    start({ redact: { keys: ['password'] } })
    const text = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"arguments":{"password":"hunter2"}}}\n'
    feed('c2s', text.slice(0, 85))
    taped.commit()
    expect(taped.reader.bytes(1, 'c2s', 0)).toHaveLength(0)
    feed('c2s', text.slice(85))
    taped.commit()
    expect(Buffer.from(taped.reader.raw(1)!).toString()).toBe(text.replace('hunter2', '*'.repeat(7)))
    expect(taped.reader.frame(1)!.redactions).toMatchObject([{ name: 'password', length: 7 }])
  })

  test('cut by a loss cannot be looked through, so that nothing of them is kept', () => {
    taped.close()
    start({ redact: { values: ['hunter2'] } })
    feed('c2s', '{"password":"hunter2')
    taped.lost.begin('overload')
    feed('c2s', '","a":"')
    taped.lost.end()
    feed('c2s', 'hunter2"}\n')
    taped.commit()
    expect(Buffer.from(taped.reader.raw(1)!).toString()).toBe('*'.repeat(20))
    expect(Buffer.from(taped.reader.raw(2)!).toString()).toBe('*'.repeat(10))
    expect(taped.reader.frame(1)!.redactions).toMatchObject([{ name: 'not looked through', length: 20 }])
  })

  test('of which only metadata is kept have no bytes', () => {
    taped.close()
    start({ depth: 'metadata' })
    say('c2s', hello)
    taped.commit()
    expect(taped.reader.frames().rows).toMatchObject([{ messages: [{ method: 'initialize' }] }])
    expect(taped.reader.bytes(1, 'c2s', 0)).toHaveLength(0)
  })
})

describe('the log', () => {
  test('has the lines of stderr with their session', () => {
    taped.tap.logged(1, 1100, Buffer.from('one\ntw'))
    taped.tap.logged(1, 1200, Buffer.from('o\nthree'))
    over({ code: 0, signal: null })
    const [session] = taped.reader.sessions()
    expect(taped.reader.logs({ session: session!.uid, kind: 'stderr' })).toMatchObject([
      { connection: 1, session: session!.uid, at: 1100, detail: { text: 'one' } },
      { at: 1100, detail: { text: 'two' } },
      { at: 1200, detail: { text: 'three' } },
    ])
    expect(taped.reader.logs({ connection: 1, kind: 'exit' })).toMatchObject([{ detail: { code: 0, signal: null } }])
  })

  const said = (): unknown[] => taped.reader.logs({ kind: 'stderr' }).map(({ detail }) => detail)

  test('hides secrets, and says what it hid', () => {
    taped.close()
    start({ redact: { values: ['sk-\\d+'] } })
    taped.tap.logged(1, 1100, Buffer.from('with sk-123, token=abc\nnothing here\n'))
    taped.commit()
    const hash = expect.stringMatching(/^[0-9a-f]{32}$/)
    expect(said()).toEqual([
      {
        text: 'with ******, token=***',
        redacted: [
          { offset: 5, length: 6, name: 'value', hash },
          { offset: 19, length: 3, name: 'token', hash },
        ],
      },
      { text: 'nothing here' },
    ])
  })

  test('keeps secrets where redaction is off', () => {
    taped.close()
    start({ redact: { enabled: false } })
    taped.tap.logged(1, 1100, Buffer.from('Authorization: Bearer abcdefgh\n'))
    taped.commit()
    expect(said()).toEqual([{ text: 'Authorization: Bearer abcdefgh' }])
  })

  test.each(['heads', 'metadata'] as const)('keeps with %s how long lines are, and labels none', (depth) => {
    taped.close()
    start({ depth })
    taped.tap.logged(1, 1100, Buffer.from('été\n'))
    feed('s2c', 'no message\n')
    taped.commit()
    expect(said()).toEqual([{ bytes: 5 }])
    expect(taped.reader.frames().rows).toMatchObject([{ kind: 'line', label: null }])
  })

  test('is told by changes', () => {
    taped.tap.logged(1, 1100, Buffer.from('one\n'))
    taped.commit()
    taped.tap.logged(1, 1200, Buffer.from('two\nthree\n'))
    taped.commit()
    const texts = taped.reader.changes(0).map(({ logs }) => logs.map(({ detail }) => (detail as { text: string }).text))
    expect(texts).toEqual([['one'], ['two', 'three']])
  })
})

describe('a process that is only asked server/discover', () => {
  const discover = { id: 'probe', method: 'server/discover', params: {} }

  test('is a probe when it has ended', () => {
    say('c2s', discover)
    const at = say('s2c', { id: 'probe', result: { supportedVersions: ['2026-07-28'] } })
    taped.commit()
    expect(taped.reader.sessions()).toMatchObject([{ probe: false }])
    said()
    over({ code: null, signal: 'SIGTERM' })
    expect(taped.reader.sessions()).toMatchObject([{ probe: true, pending: 0 }])
    expect(taped.reader.process(1)).toMatchObject({ probe: true, handshakeAt: at, readyAt: at })
  })

  test('and answers with an error is one too', () => {
    say('c2s', discover)
    say('s2c', { id: 'probe', error: { code: -32601, message: 'no' } })
    over({ code: 0, signal: null })
    expect(taped.reader.process(1)).toMatchObject({ probe: true, handshakeAt: null })
  })

  test('and then something else is none', () => {
    say('c2s', discover)
    say('c2s', { id: 2, method: 'tools/list' })
    over({ code: 0, signal: null })
    expect(taped.reader.sessions()).toMatchObject([{ probe: false }])
  })

  test('never has to be asked at all to be none', () => {
    over({ code: 0, signal: null })
    expect(taped.reader.sessions()).toMatchObject([{ probe: false }])
  })
})
