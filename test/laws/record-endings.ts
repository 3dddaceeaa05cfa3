/** Law 6 on the record: who ended it, how, and where. */
import { expect, it } from 'vitest'
import type { Pair } from '../support/line.ts'
import { bothEnd, exchange, type Tape } from '../support/tape.ts'
import { batches } from './law.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const CALL = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add"}}'
const post = (body: string, fields = ''): string =>
  `POST /mcp HTTP/1.1\r\nHost: server.test\r\nContent-Type: application/json\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`
const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'
const chunk = (bytes: string): string => `${Buffer.byteLength(bytes, 'latin1').toString(16)}\r\n${bytes}\r\n`

/** What the two directions, and the exchanges between them, are recorded to have come to. */
interface Case {
  readonly claim: string
  readonly up: string
  readonly down: readonly string[]
  leave(pair: Pair): Promise<void>
  readonly c2s: object
  readonly s2c: object
  /** Of the last flow. */
  readonly flow?: { readonly c2s?: object; readonly s2c?: object }
}

const fin = (by: string, at?: string): object => ({ how: 'fin', by, ...(at !== undefined && { at }) })
const rst = (by: string, at?: string): object => ({ how: 'rst', by, ...(at !== undefined && { at }) })
const clean = (by: string): object => ({ how: 'clean', by })

const serverResets = async ({ client, server }: Pair): Promise<void> => {
  server.reset()
  await client.ended()
}
const clientResets = async ({ client, server }: Pair): Promise<void> => {
  client.reset()
  await server.ended()
}
const clientEnds = async ({ client, server }: Pair): Promise<void> => {
  client.end()
  await server.ended()
  server.end()
  await client.ended()
}

const HALF_EVENT = STREAM + chunk('data: 1\n\nda')
const HALF_BODY = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"half":`

const cases: readonly Case[] = [
  {
    claim: 'a server that closes an idle connection',
    up: post(CALL),
    down: [OK],
    leave: bothEnd,
    c2s: fin('client', 'idle'),
    s2c: fin('server', 'idle'),
    flow: { c2s: clean('client'), s2c: clean('server') },
  },
  {
    claim: 'a client that closes an idle connection',
    up: post(CALL),
    down: [OK],
    leave: clientEnds,
    c2s: fin('client', 'idle'),
    s2c: fin('server', 'idle'),
    flow: { c2s: clean('client'), s2c: clean('server') },
  },
  {
    claim: 'a server that resets an idle connection',
    up: post(CALL),
    down: [OK],
    leave: serverResets,
    c2s: rst('server'),
    s2c: rst('server', 'idle'),
    flow: { c2s: clean('client'), s2c: clean('server') },
  },
  {
    claim: 'a client that resets an idle connection',
    up: post(CALL),
    down: [OK],
    leave: clientResets,
    c2s: rst('client', 'idle'),
    s2c: rst('client'),
    flow: { c2s: clean('client'), s2c: clean('server') },
  },
  {
    claim: 'a client that leaves an event stream',
    up: post(CALL),
    down: [STREAM + chunk('data: 1\n\n')],
    leave: clientEnds,
    c2s: fin('client'),
    s2c: fin('server'),
    // the server's FIN answers the client's
    flow: { c2s: clean('client'), s2c: fin('client') },
  },
  {
    claim: 'a client that resets an event stream',
    up: post(CALL),
    down: [STREAM + chunk('data: 1\n\n')],
    leave: clientResets,
    c2s: rst('client'),
    s2c: rst('client'),
    flow: { c2s: clean('client'), s2c: rst('client') },
  },
  {
    claim: 'a server that resets in the middle of an event',
    up: post(CALL),
    down: [HALF_EVENT],
    leave: serverResets,
    c2s: rst('server'),
    s2c: rst('server', 'mid-event'),
    flow: { c2s: clean('client'), s2c: rst('server', 'mid-event') },
  },
  {
    claim: 'a server that resets between two events',
    up: post(CALL),
    down: [STREAM + chunk('data: 1\n\n')],
    leave: serverResets,
    c2s: rst('server'),
    s2c: rst('server', 'boundary'),
    flow: { s2c: rst('server', 'boundary') },
  },
  {
    claim: 'a server that closes an unfinished stream',
    up: post(CALL),
    down: [HALF_EVENT],
    leave: bothEnd,
    c2s: fin('client'),
    s2c: fin('server', 'mid-event'),
    flow: { s2c: fin('server', 'mid-event') },
  },
  {
    claim: 'a server that closes right after its headers',
    up: post(CALL),
    down: [STREAM],
    leave: bothEnd,
    c2s: fin('client'),
    s2c: fin('server', 'after-headers'),
    flow: { s2c: fin('server', 'after-headers') },
  },
  {
    claim: 'a server that resets in the middle of a body',
    up: post(CALL),
    down: [HALF_BODY],
    leave: serverResets,
    c2s: rst('server'),
    s2c: rst('server', 'mid-body'),
    flow: { s2c: rst('server', 'mid-body') },
  },
  {
    claim: 'a server that closes in the middle of a body',
    up: post(CALL),
    down: [HALF_BODY],
    leave: bothEnd,
    c2s: fin('client'),
    s2c: fin('server', 'mid-body'),
    flow: { s2c: fin('server', 'mid-body') },
  },
  {
    claim: 'a server that resets in the middle of a head',
    up: post(CALL),
    down: ['HTTP/1.1 200 OK\r\nContent-Ty'],
    leave: serverResets,
    c2s: rst('server'),
    s2c: rst('server', 'mid-head'),
    flow: { s2c: rst('server', 'mid-head') },
  },
  {
    claim: 'a server that closes without an answer',
    up: post(CALL),
    down: [],
    leave: bothEnd,
    c2s: fin('client'),
    s2c: fin('server', 'boundary'),
    flow: { c2s: clean('client'), s2c: fin('server', 'boundary') },
  },
  {
    claim: 'a server that resets without an answer',
    up: post(CALL),
    down: [],
    leave: serverResets,
    c2s: rst('server'),
    s2c: rst('server', 'boundary'),
    flow: { c2s: clean('client'), s2c: rst('server', 'boundary') },
  },
  {
    claim: 'a client that resets in the middle of its body',
    up: post(CALL).slice(0, -10),
    down: [],
    leave: clientResets,
    c2s: rst('client', 'mid-body'),
    s2c: rst('client'),
    flow: { c2s: rst('client', 'mid-body') },
  },
  {
    claim: 'a client that closes in the middle of its head',
    up: post(CALL).slice(0, 40),
    down: [],
    leave: clientEnds,
    c2s: fin('client', 'mid-head'),
    s2c: fin('server'),
  },
  {
    claim: 'a body that ends with its connection',
    up: post(CALL),
    down: ['HTTP/1.1 200 OK\r\n\r\nall of it'],
    leave: bothEnd,
    c2s: fin('client'),
    s2c: fin('server'),
    flow: { c2s: clean('client'), s2c: fin('server') },
  },
  {
    claim: 'an event stream that ends as it should',
    up: post(CALL),
    down: [STREAM + chunk('data: 1\n\n') + '0\r\n\r\n'],
    leave: bothEnd,
    c2s: fin('client', 'idle'),
    s2c: fin('server', 'idle'),
    flow: { c2s: clean('client'), s2c: clean('server') },
  },
]

/** Defines the tests. */
export function endingsRecorded(tape: () => Tape): void {
  it.each(cases)('law 6: records who ended it, how and where: $claim', async ({ up, down, leave, c2s, s2c, flow }) => {
    const pair = await exchange(tape().line, [up], down)
    await leave(pair)
    const row = await tape().connection(pair.client)
    expect({ c2s: row.c2sEnding, s2c: row.s2cEnding }).toMatchObject({ c2s, s2c })
    const last = (await tape().flows(pair.client)).at(-1)
    expect({ c2s: last?.c2sEnding, s2c: last?.s2cEnding }).toMatchObject(flow ?? {})
    expect(last === undefined || flow === undefined || last.endedAt !== null).toBe(true)
  })

  it.each(['client', 'server'] as const)('law 6: records RST behind data of the %s as RST, 50 runs', async (by) => {
    const runs = await batches(50, 10, async () => {
      const pair = await tape().line.open()
      const [actor, other] = by === 'client' ? [pair.client, pair.server] : [pair.server, pair.client]
      actor.write(OK)
      actor.reset()
      await other.ended()
      const row = await tape().connection(pair.client)
      return (by === 'client' ? row.c2sEnding : row.s2cEnding) ?? {}
    })
    for (const ending of runs) expect(ending).toMatchObject(rst(by))
  })

  it('law 8: records what a reader that left never got', async () => {
    const { line } = tape()
    const client = await line.dial({ idle: true })
    client.write(post(CALL))
    const server = await line.accept()
    await server.until(post(CALL).length)
    server.write('HTTP/1.1 200 OK\r\nContent-Length: 20000000\r\n\r\n')
    server.write(Buffer.alloc(20_000_000))
    await new Promise((resolve) => setTimeout(resolve, 300))
    client.reset()
    await server.ended()
    const row = await tape().connection(client)
    expect(row.s2cEnding).toMatchObject(rst('client'))
    expect(row.s2cUnsent).toBeGreaterThan(0)
    expect(row.s2cUnsent).toBeLessThan(row.s2cBytes)
  })

  it('law 7: does not record a client that disconnects as a failure', async () => {
    const init = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
    const answer = '{"jsonrpc":"2.0","id":1,"result":{"tools":[]}}'
    const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${answer.length}\r\n\r\n`
    for (const leave of [clientEnds, clientResets]) {
      const pair = await exchange(tape().line, [post(init, 'Mcp-Session-Id: s1\r\n')], [head + answer])
      await leave(pair)
      const [flow] = await tape().flows(pair.client)
      expect(flow?.s2cEnding).toMatchObject(clean('server'))
      const calls = tape()
        .reader.calls()
        .filter((call) => call.flow === flow?.id)
      expect(calls.map(({ outcome }) => outcome)).toEqual(['ok'])
    }
    expect(tape().reader.losses()).toEqual([])
  })
}
