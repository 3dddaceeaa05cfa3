import { expect, onTestFinished, test } from 'vitest'
import type { Held } from '../../src/pipe/decision.ts'
import { decision } from '../support/decision.ts'
import { info, record } from '../support/recording.ts'

const HEAD = 'POST /mcp HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n'
const BODY = '{"jsonrpc":"2.0","id":1,"method":"ping"} '.slice(0, 40)

function recorded(options: Parameters<typeof record>[0] = {}) {
  const taped = record(options)
  onTestFinished(() => taped.close())
  taped.tap.opened(7, 1, info)
  return taped
}

test('a decision is tied to the message among its bytes, which has come already', () => {
  const { tap, commit, reader } = recorded()
  tap.chunk(7, 'c2s', Buffer.from(HEAD + BODY), 2, 0, false)
  tap.decided({ ...decision, connection: 7, offset: 0, length: HEAD.length + 40 })
  commit()
  const [head, body] = reader.frames().rows
  expect(body?.messages[0]?.method).toBe('ping')
  expect([head?.faults, body?.faults]).toEqual([['slow'], ['slow']])
  const [row] = reader.decisions()
  expect(row).toMatchObject({ rule: 'slow', connection: 1, direction: 'c2s', frame: body?.id, session: body?.session })
  expect(row).toMatchObject({
    instance: 1,
    revision: 1,
    scope: decision.scope,
    draw: 0.25,
    fired: true,
    action: 'wait 200 ms',
  })
})

test('or which comes later, when both are stored; the list is told', () => {
  const { tap, commit, reader } = recorded()
  tap.chunk(7, 'c2s', Buffer.from(HEAD), 2, 0, false)
  tap.decided({ ...decision, connection: 7, offset: 0, length: HEAD.length + 40 })
  commit()
  expect(reader.decisions()[0]?.frame).toBe(1)
  const before = reader.seq()
  tap.chunk(7, 'c2s', Buffer.from(BODY), 3, 0, false)
  commit()
  expect(reader.decisions()[0]?.frame).toBe(2)
  expect(reader.changes(before)[0]?.frames.map(({ id, faults }) => [id, faults])).toEqual([[2, ['slow']]])
})

test('what is decided about a frame that is stored already changes it in the list', () => {
  const { tap, commit, reader } = recorded()
  tap.chunk(7, 'c2s', Buffer.from(HEAD + BODY), 2, 0, false)
  commit()
  const before = reader.seq()
  tap.decided({ ...decision, connection: 7, offset: HEAD.length, length: 40 })
  commit()
  expect(reader.changes(before)[0]?.frames.map(({ id, faults }) => [id, faults])).toEqual([[2, ['slow']]])
})

test('one about a connection, or about none, has no frame', () => {
  const { tap, commit, reader } = recorded()
  tap.decided({ ...decision, connection: 7, direction: null, offset: null, length: null })
  tap.decided({ ...decision, connection: 0, direction: null, offset: null, length: null })
  commit()
  expect(reader.decisions().map(({ connection, frame }) => [connection, frame])).toEqual([
    [1, null],
    [null, null],
  ])
})

test('lines of a process have theirs', () => {
  const { tap, commit, reader } = recorded()
  const process = { command: 'x', args: [], cwd: '/', env: [], pid: 1, startedAt: 1 }
  tap.opened(8, 1, { ...info, transport: 'stdio', process })
  tap.chunk(8, 'c2s', Buffer.from(`${BODY}\n`), 2, 0, false)
  tap.decided({ ...decision, connection: 8, offset: 0, length: 41 })
  tap.decided({ ...decision, connection: 8, direction: null, offset: null, length: null })
  commit()
  const [line] = reader.frames().rows
  expect(line?.faults).toEqual(['slow'])
  expect(reader.decisions().map(({ frame, session }) => [frame, session])).toEqual([
    [line?.id, line?.session],
    [null, line?.session],
  ])
})

const held: Held = {
  at: 5,
  rule: 'stop',
  connection: 7,
  direction: 'c2s',
  offset: 0,
  deadline: 60_000_005,
  payload: '{"password":"hunter2"}',
  state: 'held',
}

test('a held message is there while it waits, and says what became of it', () => {
  const { tap, commit, reader } = recorded()
  tap.held(held)
  commit()
  const before = reader.seq()
  expect(reader.held({ open: true })).toMatchObject([
    { rule: 'stop', payload: '{"password":"hunter2"}', state: 'held' },
  ])
  tap.held({ ...held, at: 9, state: 'edited' })
  commit()
  expect(reader.held({ open: true })).toEqual([])
  expect(reader.held()).toMatchObject([{ id: 1, state: 'edited', endedAt: 9 }])
  expect(reader.changes(before)[0]?.held).toMatchObject([{ id: 1, state: 'edited' }])
})

test('its secrets are kept as those of bodies are', () => {
  const redacted = recorded({ redact: { keys: ['password'] } })
  redacted.tap.held(held)
  redacted.commit()
  expect(redacted.reader.held()[0]?.payload).not.toContain('hunter2')
  const heads = recorded({ depth: 'heads' })
  heads.tap.held(held)
  heads.commit()
  expect(heads.reader.held()[0]?.payload).toBeNull()
})

test('one whose connection is over does not wait any more, whatever is told of it later', () => {
  const { tap, commit, reader } = recorded()
  tap.held(held)
  commit()
  tap.closed(7, 8)
  tap.held({ ...held, at: 9, state: 'sent' })
  commit()
  expect(reader.held({ open: true })).toEqual([])
  expect(reader.held()).toMatchObject([{ state: 'lost', endedAt: 8 }])
})

test('it names tool and client, and the session by its public id', () => {
  const { tap, commit, reader } = recorded()
  const about = { kind: 'response', method: 'tools/call', tool: 'echo', client: 'editor 1.2', session: null }
  tap.held({ ...held, about })
  commit()
  const [session] = reader.sessions()
  expect(reader.held()).toMatchObject([{ ...about, session: session?.uid ?? null, server: info.server }])
})
