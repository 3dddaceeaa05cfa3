import { expect, onTestFinished, test } from 'vitest'
import { pass, type NamedStage, type PipeEvent } from '../../src/pipe/action.ts'
import { Pipe } from '../../src/pipe/pipe.ts'
import type { Direction } from '../../src/wire/frame.ts'
import { decision } from '../support/decision.ts'
import { fakeClock } from '../support/playbook.ts'
import { info, record } from '../support/recording.ts'

/** Two pipes into a recording, as a connection has them; `stages` take whole chunks for units. */
function connection(stages: { c2s?: NamedStage; s2c?: NamedStage }, options: Parameters<typeof record>[0] = {}) {
  const taped = record(options)
  onTestFinished(() => taped.close())
  const { tap } = taped
  const clock = fakeClock()
  tap.opened(1, clock.now(), info)
  const out: Record<Direction, string> = { c2s: '', s2c: '' }
  const make = (direction: Direction): Pipe => {
    const write = (bytes: Uint8Array): void => void (out[direction] += Buffer.from(bytes).toString())
    const pipe: Pipe = new Pipe({
      connection: 1,
      direction,
      tap,
      clock,
      outlet: { write, flush: () => undefined, held: 0, border: true },
      pause: () => undefined,
      ended: () => undefined,
      cut: () => undefined,
      reply: (bytes, rule) => (direction === 'c2s' ? pipes.s2c : pipes.c2s).inject(bytes, rule),
    })
    pipe.setStages(stages[direction] === undefined ? [] : [stages[direction]])
    return pipe
  }
  const pipes = { c2s: make('c2s'), s2c: make('s2c') }
  const push = (direction: Direction, text: string): void => {
    clock.advance(1)
    pipes[direction].push(Buffer.from(text))
  }
  const rows = () => {
    taped.commit()
    return taped.reader.frames().rows
  }
  return { ...taped, clock, out, pipes, push, rows }
}

const textOf = (event: PipeEvent): string => (event.kind === 'chunk' ? Buffer.from(event.bytes).toString() : '')
const onText = (
  rule: string,
  part: string,
  act: (event: PipeEvent) => ReturnType<NamedStage['stage']>,
): NamedStage => ({
  rule,
  stage: (event) => (textOf(event).includes(part) ? act(event) : [pass(event)]),
})
const request = (id: number, method = 'tools/call', fields = ''): string => {
  const body = JSON.stringify({ jsonrpc: '2.0', id, method, params: { name: `tool-${id}` } })
  return `POST /mcp HTTP/1.1\r\nHost: a\r\n${fields}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}
const response = (id: number): string => {
  const body = JSON.stringify({ jsonrpc: '2.0', id, result: {} })
  return `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

test('what a rule takes out was never sent, head and body, and the next answer goes to the next request', () => {
  const lose = onText('lose', '"id":1', () => [])
  const { push, rows, reader } = connection({ c2s: lose })
  push('c2s', request(1))
  push('c2s', request(2))
  push('s2c', response(2))
  const [head, body, other] = rows()
  expect([head, body].map((row) => [row?.sentAt, row?.sentLastAt, row?.droppedBy, row?.faults])).toEqual([
    [null, null, 'lose', ['lose']],
    [null, null, 'lose', ['lose']],
  ])
  expect(other).toMatchObject({ droppedBy: null, faults: [], sentAt: expect.any(Number) })
  expect(reader.calls().map(({ tool, outcome }) => [tool, outcome])).toEqual([
    ['tool-1', 'fault'],
    ['tool-2', 'ok'],
  ])
  expect(reader.flows()[0]?.s2cEnding).toMatchObject({ how: 'hang', by: 'fault' })
  expect(reader.frame(body!.id)?.editList).toMatchObject([
    { removed: expect.stringContaining('tool-1'), inserted: '', rule: 'lose' },
  ])
})

test('an answer that is taken out did not arrive: its call ended by a fault', () => {
  const { push, rows, reader, pipes } = connection({ s2c: onText('lose', '"id":1', () => []) })
  push('c2s', request(1))
  push('s2c', response(1))
  pipes.s2c.end({ how: 'fin', by: 'server' })
  expect(rows().map(({ direction, droppedBy }) => [direction, droppedBy])).toEqual([
    ['c2s', null],
    ['c2s', null],
    ['s2c', 'lose'],
    ['s2c', 'lose'],
  ])
  expect(reader.calls()).toMatchObject([{ outcome: 'fault' }])
  expect(reader.sessions()).toMatchObject([{ errors: 1, pending: 0 }])
})

test('an event taken out with its chunk was never sent, though the line end of the chunk before leads it', () => {
  const event = (n: number): string => `data: {"jsonrpc":"2.0","method":"n/${n}"}\n\n`
  const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`
  const lose: NamedStage = onText('lose', 'n/2', () => [])
  const { push, rows, out } = connection({ s2c: lose })
  push('c2s', request(1))
  push('s2c', 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n')
  push('s2c', chunk(event(1)))
  push('s2c', chunk(event(2)))
  push('s2c', chunk(event(3)))
  const events = rows().filter(({ kind }) => kind === 'event')
  expect(events.map(({ droppedBy, sentAt }) => [droppedBy, sentAt === null])).toEqual([
    [null, false],
    ['lose', true],
    [null, false],
  ])
  expect(out.s2c).not.toContain('n/2')
})

test('even when the frame was stored long before that is known', () => {
  const { push, rows, reader, pipes } = connection({ s2c: onText('lose', '"id":1', () => []) })
  push('c2s', request(1))
  push('s2c', response(1))
  rows()
  pipes.s2c.end({ how: 'fin', by: 'server' })
  const body = rows().at(-1)!
  expect(body).toMatchObject({ droppedBy: 'lose', sentAt: null })
  expect(reader.frame(body.id)?.editList).toMatchObject([{ removed: expect.stringContaining('"result"') }])
})

test('what leaves late after all was sent then, and its call has its answer', () => {
  const held: PipeEvent[] = []
  const reorder: NamedStage = {
    rule: 'reorder',
    stage: (event) => {
      if (!textOf(event).includes('"id":1')) return [pass(event), ...held.splice(0).map(pass)]
      held.push(event)
      return []
    },
  }
  const { push, rows, reader, out } = connection({ s2c: reorder })
  push('c2s', request(1))
  push('c2s', request(2))
  push('s2c', response(1))
  push('s2c', response(2))
  expect(out.s2c).toBe(response(2) + response(1))
  const answers = rows().filter(({ direction, kind }) => direction === 's2c' && kind === 'body')
  expect(answers.map(({ droppedBy, sentAt }) => [droppedBy, sentAt !== null])).toEqual([
    [null, true],
    [null, true],
  ])
  expect(reader.calls().map(({ outcome }) => outcome)).toEqual(['ok', 'ok'])
})

test('what a rule changes is told part by part, before and after', () => {
  const mutate = onText('mutate', '"id":1', (event) => {
    const bytes = Buffer.from(textOf(event).replace('tool-1', 'tool-X'))
    return event.kind === 'chunk' ? [pass({ ...event, bytes })] : []
  })
  const { push, rows, reader } = connection({ c2s: mutate })
  push('c2s', request(1, 'tools/call', 'Authorization: Bearer very-secret\r\n'))
  const [head, body] = rows()
  const edits = (id: number) => reader.frame(id)!.editList
  expect(edits(body!.id)).toMatchObject([
    { offset: 0, removed: expect.stringContaining('tool-1'), inserted: expect.stringContaining('tool-X') },
  ])
  expect(edits(body!.id)[0]?.inserted).not.toContain('POST')
  expect(edits(head!.id)[0]?.inserted).toMatch(/^POST \/mcp/)
  expect(JSON.stringify(edits(head!.id))).not.toContain('very-secret')
  expect([head?.sentAt !== null, body?.droppedBy, body?.faults]).toEqual([true, null, ['mutate']])
})

test('a request that a rule answers itself has that status, and ended by a fault', () => {
  const answer = 'HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone'
  const gone = onText('gone', '"id":1', () => [{ do: 'reply', bytes: Buffer.from(answer) }])
  const { push, rows, reader, tap } = connection({ c2s: gone })
  tap.decided({ ...decision, rule: 'gone', action: 'reply 46 bytes', offset: 0, length: request(1).length })
  push('c2s', request(1))
  push('c2s', request(2))
  push('s2c', response(2))
  rows()
  const [first, second] = reader.flows()
  expect(first).toMatchObject({ status: 404, s2cEnding: { how: 'clean', by: 'fault' } })
  expect(second).toMatchObject({ status: 200, s2cEnding: { by: 'server' } })
  expect(reader.calls().map(({ outcome }) => outcome)).toEqual(['fault', 'ok'])
  const ours = reader.frames({ flow: first!.id }).rows.at(-1)!
  expect(ours).toMatchObject({
    ours: 'gone',
    direction: 's2c',
    kind: 'head',
    label: 'HTTP/1.1 404 Not Found',
    faults: ['gone'],
    length: 0,
  })
  expect(reader.frame(ours.id)?.text).toBe(answer)
})

const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n'
const event = (id: number): string => `data: {"jsonrpc":"2.0","method":"notifications/${id}"}\n\n`

test('an event that a rule makes up stands in its stream, as one of ours', () => {
  const inject = onText('inject', 'notifications/1', (given) => [
    pass(given),
    { do: 'write', bytes: Buffer.from(event(9)) },
  ])
  const { push, rows, out } = connection({ s2c: inject })
  push('c2s', 'GET /mcp HTTP/1.1\r\nAccept: text/event-stream\r\n\r\n')
  push('s2c', STREAM)
  push('s2c', event(1))
  push('s2c', event(2))
  expect(out.s2c).toBe(STREAM + event(1) + event(9) + event(2))
  const events = rows().filter(({ kind }) => kind === 'event')
  expect(events.map(({ messages, ours, flow }) => [messages[0]?.method, ours, flow])).toEqual([
    ['notifications/1', null, 1],
    ['notifications/9', 'inject', 1],
    ['notifications/2', null, 1],
  ])
})

test('a request that is sent twice is two requests with two answers', () => {
  const twice = onText('twice', '"id":1', (given) => [pass(given), { do: 'write', bytes: Buffer.from(request(1)) }])
  const { push, rows, reader } = connection({ c2s: twice })
  push('c2s', request(1))
  push('s2c', response(1))
  push('s2c', response(1))
  rows()
  expect(reader.flows().map(({ verb, target, status }) => [verb, target, status])).toEqual([
    ['POST', '/mcp', 200],
    ['POST', '/mcp', 200],
  ])
})

test('lines of ours stand among those of a process', () => {
  const { tap, commit, reader } = record()
  const process = { command: 'x', args: [], cwd: '/', env: [], pid: 1, startedAt: 1 }
  tap.opened(1, 1, { ...info, transport: 'stdio', process })
  const line = '{"jsonrpc":"2.0","id":1,"method":"ping"}\n'
  tap.chunk(1, 'c2s', Buffer.from(line), 2, 0, true)
  tap.edited(1, 'c2s', 0, line.length, Buffer.alloc(0), 'deny')
  tap.edited(1, 's2c', 0, 0, Buffer.from('{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no"}}\n'), 'deny')
  commit()
  expect(
    reader.frames().rows.map(({ kind, droppedBy, ours, messages }) => [kind, droppedBy, ours, messages[0]?.kind]),
  ).toEqual([
    ['line', 'deny', null, 'request'],
    ['line', null, 'deny', 'error'],
  ])
  expect(reader.calls()).toMatchObject([{ outcome: 'fault' }])
})

test('where bodies are not kept, those of ours are not either', () => {
  const inject = onText('inject', 'notifications/1', (given) => [
    pass(given),
    { do: 'write', bytes: Buffer.from(event(9)) },
  ])
  const { push, rows, reader } = connection({ s2c: inject }, { depth: 'heads' })
  push('s2c', STREAM)
  push('s2c', event(1))
  const ours = rows().find((row) => row.ours === 'inject')!
  expect(reader.frame(ours.id)).toMatchObject({ label: null, text: '', messages: [], editList: [{ inserted: null }] })
})
