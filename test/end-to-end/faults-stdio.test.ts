import { Client as ClientV2 } from '@modelcontextprotocol/client'
import { StdioClientTransport as TransportV2 } from '@modelcontextprotocol/client/stdio'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { RuleSource } from '../../src/faults/rules/rule.ts'
import { gist } from '../support/event-client.ts'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cli } from '../support/cli-process.ts'
import { ANSWERS, faultyCommand, faultyStdio, linesOf } from '../support/faulty-stdio.ts'
import { lives, start } from '../support/stdio-pair.ts'
import { temporaryFolder } from '../support/temporary.ts'

const of = (tool: string) => `tool:${tool} kind:response`
const NOTE = '{"jsonrpc":"2.0","method":"notifications/x"}'

/** One rule for each tool: what is called is what happens. */
const rules: RuleSource[] = [
  { fault: 'drop', match: of('drop') },
  { fault: 'delay', match: of('delay'), delay: '100ms' },
  { fault: 'duplicate', match: of('duplicate') },
  { fault: 'rpc-error', match: 'tool:rpc-error', code: -32001 },
  { fault: 'mutate', match: of('mutate'), on: 'result', patch: [{ op: 'replace', path: '/pid', value: 'é' }] },
  { fault: 'mutate', id: 'there', match: 'dir:c2s tool:there', patch: [{ op: 'replace', path: '/name', value: 'x' }] },
  { fault: 'inject', match: of('inject'), message: NOTE, at: 'before' },
  { fault: 'rpc-id', match: of('rpc-id') },
  { fault: 'invalid', match: of('invalid'), as: 'truncate' },
  { fault: 'tool-result', match: of('tool-result'), text: 'ours' },
  { fault: 'progress', match: 'tool:progress' },
  { fault: 'protocol-version' },
  { fault: 'partial-line', match: of('partial-line'), delay: '100ms' },
  { fault: 'merge-lines', match: 'kind:notification text:merge-lines' },
  { fault: 'crlf', match: of('crlf') },
  { fault: 'bom', match: of('bom') },
  { fault: 'stderr-noise', match: of('stderr-noise'), text: 'on stderr' },
  { fault: 'stdout-noise', match: of('stdout-noise'), text: 'on stdout' },
  { fault: 'huge-line', match: of('huge-line'), size: '300kb' },
]

test('lines of a server, as each fault leaves them', async () => {
  const server = faultyStdio(rules)
  /** What came since the last call. */
  let seen = 0
  let id = 0
  const called = async (tool: string, more: object = {}, answers = true): Promise<string[]> => {
    server.call(++id, tool, more)
    if (answers) await server.answer(id)
    // the next call tells that nothing more comes
    server.call(++id, 'end')
    await server.answer(id)
    const lines = server.lines().slice(seen, -2)
    seen = server.lines().length
    return lines
  }
  const gists = async (...args: Parameters<typeof called>) => (await called(...args)).map(gist)
  expect(await gists('none')).toEqual(['before none', 'answer 1'])
  expect(await gists('drop', {}, false)).toEqual(['before drop'])
  expect(await gists('duplicate')).toEqual(['before duplicate', 'answer 5', 'answer 5'])
  expect(await called('rpc-error')).toEqual([expect.stringContaining('"code":-32001')])
  expect((await called('mutate'))[1]).toContain('"pid":"é"')
  expect(await gists('there')).toEqual(['before x', 'answer 11'])
  expect(await gists('inject')).toEqual(['before inject', 'notifications/x', 'answer 13'])
  expect(await gists('rpc-id', {}, false)).toEqual(['before rpc-id', 'answer 1000015'])
  const cut = (await called('invalid', {}, false))[1] ?? ''
  expect(() => JSON.parse(cut) as unknown).toThrow(SyntaxError)
  expect((await called('tool-result'))[1]).toContain('"text":"ours"')
  expect(await gists('progress', { _meta: { progressToken: 't' } })).toEqual(['before progress', 'answer 21'])
  expect((await called('merge-lines'))[0]).toMatch(/^\{.*"before merge-lines"\}\}\{"jsonrpc".*\}$/)
  expect((await called('crlf'))[1]).toMatch(/\}\r$/)
  expect((await called('bom'))[1]).toMatch(/^\ufeff\{/)
  expect(await called('stdout-noise')).toContain('on stdout')
  const [, huge = '', answer = ''] = await called('huge-line')
  expect([huge.length + 1, gist(answer)]).toEqual([300 * 1024, `answer ${id - 1}`])
  await called('stderr-noise')
  await expect.poll(() => server.err().toString()).toMatch(/^on stderr$/m)

  const from = performance.now()
  expect(await gists('delay')).toEqual(['before delay', `answer ${id - 1}`])
  expect(performance.now() - from).toBeGreaterThanOrEqual(99)
  const half = performance.now()
  server.call(++id, 'partial-line')
  await server.see((text) => /\{"jsonrpc":"2\.0","id":\d+,[^\n]*$/.test(text))
  await server.answer(id)
  expect(performance.now() - half).toBeGreaterThanOrEqual(99)

  server.child.stdin.end()
  expect(await server.closed).toEqual([0, null])
})

test.each([
  ['reorder', { fault: 'reorder', span: 2 }, ['answer 1', 'before x']],
  ['stall', { fault: 'stall', duration: '60ms' }, ['before x', 'answer 1']],
  ['rechunk', { fault: 'rechunk', by: 'byte' }, ['before x', 'answer 1']],
  [
    'hold-until',
    { fault: 'hold-until', match: 'kind:notification', until: 'kind:response', times: 1 },
    ['answer 1', 'before x'],
  ],
])('%s over stdio', async (_name, rule, said) => {
  const server = faultyStdio([rule])
  server.call(1, 'x')
  await server.see((text) => text.split('\n').length > 2)
  expect(server.lines().map(gist)).toEqual(said)
})

describe('exit', () => {
  test('with a code: the client sees that code, and no answer', async () => {
    const server = faultyStdio([{ fault: 'exit', code: 7, match: 'tool:deadly' }])
    server.call(1, 'harmless')
    await server.answer(1)
    server.call(2, 'deadly')
    expect(await server.exited).toEqual([7, null])
    expect(server.lines().map(gist)).toEqual(['before harmless', 'answer 1', 'before deadly'])
  })

  test('by a signal: so does the client see it end, before the answer', async () => {
    const server = faultyStdio([{ fault: 'exit', signal: 'SIGKILL', match: 'kind:response tool:x' }])
    server.call(1, 'x')
    expect(await server.exited).toEqual([null, 'SIGKILL'])
    expect(server.lines().map(gist)).toEqual(['before x'])
  })

  test('with a restart: another process answers what is sent next, each third call', async () => {
    const server = faultyStdio([{ fault: 'exit', restart: '20ms', match: 'method:tools/call', every: 3 }])
    const pidOf = async (id: number) => {
      server.call(id, 'x')
      return (JSON.parse(await server.answer(id)) as { result: { pid: number } }).result.pid
    }
    const [first, second] = [await pidOf(1), await pidOf(2)]
    server.call(3, 'x')
    // the third is lost with the process, and so would be what comes before that has ended
    await expect.poll(() => lives(second)).toBe(false)
    const pids = [first, second, await pidOf(4), await pidOf(5)]
    expect(new Set(pids).size).toBe(2)
    expect(server.lines().map(gist)).not.toContain('answer 3')
    server.child.stdin.end()
    expect(await server.exited).toEqual([0, null])
  })
})

describe('down', () => {
  test('for a while: the process is gone, what is sent waits, another one answers it', async () => {
    const server = faultyStdio([{ fault: 'down', duration: '300ms', after: '600ms', signal: 'SIGTERM' }])
    const pidOf = async (id: number) => (JSON.parse(await server.answer(id)) as { result: { pid: number } }).result.pid
    server.call(1, 'x')
    const first = await pidOf(1)
    await expect.poll(() => lives(first), { timeout: 5000 }).toBe(false)
    server.call(2, 'x')
    expect(await pidOf(2)).not.toBe(first)
    expect(server.child.exitCode).toBeNull()
    server.child.stdin.end()
    expect(await server.exited).toEqual([0, null])
  })

  test('without a restart the client sees it end by that signal', async () => {
    const server = faultyStdio([{ fault: 'down', restart: false, signal: 'SIGTERM', after: '400ms' }])
    expect(await server.exited).toEqual([null, 'SIGTERM'])
  })

  test('until it is healed: another process starts then, and is fed once it says that it is ready', async () => {
    const text = `setTimeout(() => {process.stderr.write('up and running\\n');${ANSWERS}}, 300)`
    const server = faultyStdio([], text)
    const pidOf = async (id: number) => (JSON.parse(await server.answer(id)) as { result: { pid: number } }).result.pid
    server.call(1, 'x')
    const first = await pidOf(1)
    const fault = (...words: string[]) => cli(['fault', ...words, '--db', server.db]).ended
    await fault('add', 'down', '--wait-ready', 'and running')
    await expect.poll(() => lives(first), { timeout: 5000 }).toBe(false)
    server.call(2, 'x')
    await fault('heal')
    expect(await pidOf(2)).not.toBe(first)
    expect(server.err().toString().split('up and running')).toHaveLength(3)
  }, 15_000)
})

test('a file of rules with a mistake takes nobody’s server away: it is said where, and mended it is in force', async () => {
  const path = join(temporaryFolder(), 'faults.yaml')
  writeFileSync(path, 'rules:\n  - fault: drp\n')
  const server = linesOf(start('wrapped', ANSWERS, { flags: ['--faults', path] }))
  server.call(1, 'x')
  await server.answer(1)
  const said = () => server.err().toString()
  expect(said()).toContain(`mitmcp: ${path} has 1 problem:\n  ${path}:2:5  rules.0.fault: there is no fault drp`)
  expect(said()).toContain('None of its rules is in force. The server runs all the same.')
  writeFileSync(path, 'rules:\n  - { fault: drop, match: "kind:notification" }\n  - 1\n')
  await expect.poll(said).toContain(`${path}:3:5`)
  expect(said()).not.toContain('last good rules')
  writeFileSync(path, 'rules:\n  - { fault: drop, match: "kind:notification" }\n')
  await expect.poll(said).toContain('1 fault rule of')
  server.call(2, 'x')
  await server.answer(2)
  expect(server.lines().map(gist)).toEqual(['before x', 'answer 1', 'answer 2'])
})

test('close-stdout: the client reads the end while the process lives on', async () => {
  const server = faultyStdio([{ fault: 'close-stdout', match: 'tool:last' }])
  const ended = new Promise((resolve) => server.child.stdout.once('end', resolve))
  server.call(1, 'x')
  await server.answer(1)
  server.call(2, 'last')
  await ended
  expect(server.lines().map(gist)).toEqual(['before x', 'answer 1'])
  expect(server.child.exitCode).toBeNull()
  server.child.stdin.end()
  await server.exited
})

test('slow-start: what is sent before is answered after', async () => {
  const from = performance.now()
  const server = faultyStdio([{ fault: 'slow-start', delay: '300ms' }])
  server.call(1, 'x')
  await server.answer(1)
  expect(performance.now() - from).toBeGreaterThanOrEqual(300)
})

test('slow-drain: the server’s own writes stand still', async () => {
  const script = `
    let sent = 0
    const push = () => { while (process.stdout.write('x'.repeat(16383) + '\\n')) sent++; process.stdout.once('drain', push) }
    push()
    process.stdin.on('data', () => process.stderr.write(String(sent) + '\\n'))`
  const server = faultyStdio([{ fault: 'slow-drain', rate: '16kb/s' }], script)
  await server.see((text) => text.length >= 2048)
  server.send('?\n')
  const written = (): string | undefined => /^\d+$/m.exec(server.err().toString())?.[0]
  await expect.poll(written).toBeDefined()
  expect(Number(written())).toBeLessThan(64)
  expect(server.out().length).toBeLessThan(64 * 1024)
})

describe.each(['v1', 'v2'] as const)('the client of SDK %s', (sdk) => {
  const LATE = { v1: -32001, v2: 'REQUEST_TIMEOUT' }[sdk]
  const CLOSED = { v1: -32000, v2: 'CONNECTION_CLOSED' }[sdk]

  /** Of the lines that are no message, v2 says nothing. */
  const UNREADABLE = { v1: ['SyntaxError', 'SyntaxError', 'SyntaxError'], v2: [] }[sdk]

  /** A client that has started the server behind these rules. */
  async function connected(more: readonly RuleSource[]) {
    const [command = '', ...args] = faultyCommand(more)
    const started = { command, args, stderr: 'ignore' } as const
    const client = sdk === 'v1' ? new Client({ name: 'c', version: '1' }) : new ClientV2({ name: 'c', version: '2' })
    const transport = sdk === 'v1' ? new StdioClientTransport(started) : new TransportV2(started)
    const errors: string[] = []
    client.onerror = (error) => void errors.push(error.name)
    const closed = new Promise<void>((resolve) => (client.onclose = resolve))
    onTestFinished(() => client.close())
    await client.connect(transport as StdioClientTransport & TransportV2)
    const call = (name: string, timeout = 10_000) =>
      client instanceof Client
        ? client.callTool({ name }, undefined, { timeout })
        : client.callTool({ name }, { timeout })
    return { client, errors, closed, call }
  }

  test('reads CRLF, halves, huge lines; waits on behind noise, BOMs and merged lines', async () => {
    const { call, errors } = await connected(rules.filter(({ fault }) => fault !== 'protocol-version'))
    const text = async (name: string) => ((await call(name)).content as { text: string }[])[0]?.text
    for (const name of ['duplicate', 'crlf', 'partial-line', 'huge-line', 'stderr-noise']) {
      expect(await text(name)).toBe(name)
    }
    expect(errors).toEqual(['Error'])
    errors.length = 0
    expect(await text('stdout-noise')).toBe('stdout-noise')
    await expect(call('bom', 100)).rejects.toMatchObject({ code: LATE })
    await expect(call('merge-lines', 100)).rejects.toMatchObject({ code: LATE })
    await expect(call('rpc-error')).rejects.toMatchObject({ code: -32001 })
    expect(errors).toEqual(UNREADABLE)
  })

  test('refuses a revision it does not know', async () => {
    await expect(connected([{ fault: 'protocol-version' }])).rejects.toThrow(/protocol version is not supported/)
  })

  test('an exit fails the call in flight, at once', async () => {
    const { call, closed } = await connected([{ fault: 'exit', match: 'tool:deadly' }])
    await expect(call('deadly')).rejects.toMatchObject({ code: CLOSED })
    await closed
  })

  test('does not notice that the server was down, but for the time it took', async () => {
    const { call } = await connected([{ fault: 'down', duration: '200ms', after: '700ms' }])
    const pidOf = async () => ((await call('x')) as unknown as { pid: number }).pid
    const first = await pidOf()
    await expect.poll(() => lives(first), { timeout: 5000 }).toBe(false)
    expect(await pidOf()).not.toBe(first)
  })

  test('a restart leaves it waiting for the call that was lost, and goes on with the next', async () => {
    const { call } = await connected([{ fault: 'exit', restart: '0ms', match: 'tool:lost' }])
    await expect(call('lost', 300)).rejects.toMatchObject({ code: LATE })
    expect((await call('next')).content).toEqual([{ type: 'text', text: 'next' }])
  })
})
