/**
 * The laws on the record: what was recorded equals what was seen, endings and edits included. Every capture the suite is run
 * with is filled by raw sockets on both sides and read back.
 */
import { createGzip } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Reader } from '../../src/store/index.ts'
import { openReader } from '../../src/store/reader.ts'
import type { ConnectionRow, FlowRow, FrameDetail } from '../../src/store/rows.ts'
import { createLine, type Line, type Pair, type Started, type StartOptions, type Target } from '../support/line.ts'
import type { Peer } from '../support/raw.ts'
import { batches } from './law.ts'

/** A proxy that records. */
export interface Recorded extends Started {
  readonly db: string
  flush(): Promise<void>
}

export type StartRecorded = (target: Target, options?: StartOptions) => Promise<Recorded>

/** A line whose traffic can be read back. */
interface Tape {
  readonly line: Line
  readonly reader: Reader
  /** The connection of this client; waits until it is closed in the record, unless `open`. */
  connection(client: Peer, open?: boolean): Promise<ConnectionRow>
  flows(client: Peer): Promise<FlowRow[]>
  frames(client: Peer): Promise<FrameDetail[]>
  close(): Promise<void>
}

async function createTape(start: StartRecorded, options: StartOptions = {}): Promise<Tape> {
  const started: Recorded[] = []
  const line = await createLine(async (target, more) => {
    const proxy = await start(target, more)
    started.push(proxy)
    return proxy
  }, options)
  const proxy = started[0] as Recorded
  const reader = openReader(proxy.db)
  const ports = new Map<Peer, number>()
  const row = (client: Peer): ConnectionRow | undefined => {
    const port = ports.get(client)
    return reader
      .changes(0, 100_000)
      .flatMap((change) => change.connections)
      .findLast((found) => found.clientPort === port)
  }
  const connection = async (client: Peer, open = false): Promise<ConnectionRow> => {
    const until = performance.now() + 3000
    for (;;) {
      await proxy.flush()
      const found = row(client)
      if (found !== undefined && (open || found.closedAt !== null)) return found
      if (performance.now() > until) throw new Error(`not in the record, or not closed: ${JSON.stringify(found)}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  const flows = async (client: Peer): Promise<FlowRow[]> => reader.flows({ connection: (await connection(client)).id })
  const dialled = line.dial
  line.dial = async (more) => {
    const peer = await dialled(more)
    ports.set(peer, peer.socket.localPort ?? 0)
    return peer
  }
  return {
    line,
    reader,
    connection,
    flows,
    frames: async (client) =>
      (await flows(client))
        .flatMap(({ id }) => reader.frames({ flow: id }).rows)
        .flatMap(({ id }) => reader.frame(id) ?? []),
    close: async () => {
      reader.close()
      await line.close()
    },
  }
}

const HEAD = 'Host: server.test\r\n'
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const CALL = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add"}}'
const post = (body: string, fields = ''): string =>
  `POST /mcp HTTP/1.1\r\n${HEAD}Content-Type: application/json\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`
const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'
const chunk = (bytes: string): string => `${Buffer.byteLength(bytes, 'latin1').toString(16)}\r\n${bytes}\r\n`
const bothEnd = async ({ client, server }: Pair): Promise<void> => {
  server.end()
  await client.ended()
  client.end()
  await server.ended()
}

async function exchange(line: Line, up: readonly string[], down: readonly string[]): Promise<Pair> {
  const client = await line.dial()
  client.write(up[0] ?? '')
  const server = await line.accept()
  let [there, here] = [0, 0]
  for (const [index, text] of up.entries()) {
    if (index > 0) client.write(text)
    await server.until((there += text.length))
  }
  for (const text of down) {
    server.write(text)
    await client.until((here += text.length))
  }
  return { client, server }
}

const NOISE = Array.from({ length: 70_000 }, (_, index) => String.fromCharCode((index * index + 7 * index) % 256)).join(
  '',
)
const LARGE = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { text: 'abcdefg '.repeat(200_000) } })

/** Traffic of every kind, none of it secret. */
const traffic: Readonly<Record<string, readonly [up: readonly string[], down: readonly string[]]>> = {
  'a call and its answer': [
    [post(CALL)],
    [`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{"jsonrpc":1}`],
  ],
  'pipelined requests': [
    [post(CALL) + post('{}') + `HEAD / HTTP/1.1\r\n${HEAD}\r\n`],
    [OK, OK + 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n'],
  ],
  'an event stream in odd chunks': [
    [post(CALL)],
    [
      STREAM,
      '5;x=y\r\ndata:',
      '\r\n3\r\n 1\n\r\n',
      '1\r\n\n\r\n',
      chunk(': c\r\n\r\ndata: \xe2'),
      '0\r\nX-T: 1\r\n\r\n',
    ],
  ],
  'a body split anywhere': [
    [post(CALL).slice(0, 50), post(CALL).slice(50, 120), post(CALL).slice(120)],
    [OK.slice(0, 20), OK.slice(20)],
  ],
  'a body of 1.6 MB': [
    [post(LARGE)],
    [`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${LARGE.length}\r\n\r\n${LARGE}`],
  ],
  'HTTP/2 with prior knowledge': [['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0'], ['\0\0\0\x04\0\0\0\0\0']],
  noise: [[NOISE], [NOISE]],
  'an unknown upgrade': [
    [`GET / HTTP/1.1\r\n${HEAD}Connection: Upgrade\r\nUpgrade: own\r\n\r\n\x01\x02`],
    ['HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: own\r\n\r\n\x03', NOISE],
  ],
  'a bad chunk size': [[`POST / HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\nabc`], [OK]],
  'a head that never ends': [[`GET / HTTP/1.1\r\n${HEAD}X-Part: `], ['HTTP/1.1 200']],
}

function bytesRecorded(tape: () => Tape): void {
  it.each(Object.keys(traffic))('law 27: records %s byte for byte', async (name) => {
    const [up, down] = traffic[name] ?? [[], []]
    const pair = await exchange(tape().line, up, down)
    await bothEnd(pair)
    const row = await tape().connection(pair.client)
    const bytes = (direction: 'c2s' | 's2c'): string =>
      Buffer.from(tape().reader.bytes(row.id, direction, 0, 10_000_000)).toString('latin1')
    expect(bytes('c2s') === up.join('')).toBe(true)
    expect(bytes('s2c') === down.join('')).toBe(true)
    expect([row.c2sBytes, row.s2cBytes]).toEqual([up.join('').length, down.join('').length])
    expect([row.c2sUnsent, row.s2cUnsent]).toEqual([0, 0])
  })

  it.each(Object.keys(traffic))('law 27: has frames for every byte of %s, in order and once', async (name) => {
    const [up, down] = traffic[name] ?? [[], []]
    const pair = await exchange(tape().line, up, down)
    await bothEnd(pair)
    const frames = await tape().frames(pair.client)
    for (const [direction, sent] of [
      ['c2s', up.join('')],
      ['s2c', down.join('')],
    ] as const) {
      const mine = frames.filter((frame) => frame.direction === direction).toSorted((a, b) => a.offset - b.offset)
      let next = 0
      let text = ''
      for (const frame of mine) {
        expect(frame.offset).toBe(next)
        next += frame.length
        text += Buffer.from(tape().reader.raw(frame.id) ?? []).toString('latin1')
        const { receivedAt, receivedLastAt, sentAt, sentLastAt } = frame
        expect(receivedAt).toBeLessThanOrEqual(receivedLastAt)
        expect(sentAt ?? 0).toBeGreaterThanOrEqual(receivedAt)
        expect(sentLastAt ?? 0).toBeGreaterThanOrEqual(receivedLastAt)
      }
      expect(text === sent, `${direction}: ${text.length} of ${sent.length}`).toBe(true)
    }
  })

  it('law 14: records what is no HTTP as opaque', async () => {
    const pair = await exchange(tape().line, [NOISE], [NOISE])
    await bothEnd(pair)
    expect((await tape().flows(pair.client)).map(({ kind }) => kind)).toEqual(['opaque'])
    expect(new Set((await tape().frames(pair.client)).map(({ kind }) => kind))).toEqual(new Set(['opaque']))
  })

  it('law 11: shows a compressed event stream inflated, and keeps its bytes', async () => {
    const gzip = createGzip()
    gzip.end('data: {"jsonrpc":"2.0","method":"notifications/x"}\n\n: ping\n\n')
    const bytes = Buffer.concat(await gzip.toArray()).toString('latin1')
    const head =
      'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n'
    const pair = await exchange(
      tape().line,
      [`GET /mcp HTTP/1.1\r\n${HEAD}\r\n`],
      [head, bytes.slice(0, 20), bytes.slice(20)],
    )
    await bothEnd(pair)
    const events = (await tape().frames(pair.client)).filter(({ kind }) => kind === 'event')
    expect(events.map(({ text }) => text)).toEqual([
      'data: {"jsonrpc":"2.0","method":"notifications/x"}\n\n',
      ': ping\n\n',
    ])
    const { id } = await tape().connection(pair.client)
    expect(Buffer.from(tape().reader.bytes(id, 's2c', 0)).toString('latin1')).toBe(head + bytes)
  })

  it('law 17: records DELETE and OPTIONS like the rest', async () => {
    const verbs = ['DELETE', 'OPTIONS', 'GET']
    const pair = await exchange(
      tape().line,
      verbs.map((verb) => `${verb} /mcp HTTP/1.1\r\n${HEAD}\r\n`),
      [OK, OK, OK],
    )
    await bothEnd(pair)
    const flows = await tape().flows(pair.client)
    expect(flows.map(({ verb, target, status }) => [verb, target, status])).toEqual(
      verbs.map((verb) => [verb, '/mcp', 200]),
    )
  })
}

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
    flow: { c2s: clean('client'), s2c: fin('server') },
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

function endingsRecorded(tape: () => Tape): void {
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

function editsRecorded(tape: () => Tape): void {
  it('law 12: records edits as ours, with what was there before and after', async () => {
    const { line } = tape()
    const own = `127.0.0.1:${line.port}`
    const upstream = `127.0.0.1:${line.serverPort}`
    const request = `POST /mcp HTTP/1.1\r\nHost:  ${own}\r\nOrigin: http://${own}\r\nContent-Length: 0\r\n\r\n`
    const answer = `HTTP/1.1 307 Moved\r\nLocation: http://${upstream}/x\r\nContent-Length: 0\r\n\r\n`
    const client = await line.dial()
    client.write(request)
    const server = await line.accept()
    await server.until('\r\n\r\n')
    server.write(answer)
    await client.until('\r\n\r\n')
    await bothEnd({ client, server })
    const frames = await tape().frames(client)
    const edits = frames.map(({ editList }) => editList.map(({ rule, removed, inserted }) => [rule, removed, inserted]))
    expect(edits).toEqual([
      [
        ['host', own, upstream],
        ['origin', `http://${own}`, `http://${upstream}`],
      ],
      [['location', `http://${upstream}`, `http://${own}`]],
    ])
    const { id } = await tape().connection(client)
    expect(Buffer.from(tape().reader.bytes(id, 'c2s', 0)).toString('latin1')).toBe(request)
    for (const [index, { editList }] of frames.entries()) {
      const sent = index === 0 ? request : answer
      for (const { offset, removed } of editList) expect(sent.slice(offset, offset + removed.length)).toBe(removed)
    }
  })

  it('law 27: keeps secrets out of the record, and everything around them in it', async () => {
    const secret = 'sEcReT-0123456789'
    const request = post('{}', `Authorization: Bearer ${secret}\r\nX-After: 1\r\nCookie: sid=${secret}\r\n`)
    const pair = await exchange(tape().line, [request], [OK])
    await bothEnd(pair)
    const { id } = await tape().connection(pair.client)
    const kept = Buffer.from(tape().reader.bytes(id, 'c2s', 0)).toString('latin1')
    expect(pair.server.text()).toBe(request)
    expect(kept).not.toContain(secret)
    expect(kept).toHaveLength(request.length)
    const around = (text: string): string => text.replaceAll(/^(Authorization|Cookie): .*$/gm, '$1')
    expect(around(kept)).toBe(around(request))
    const redactions = (await tape().frames(pair.client)).flatMap((frame) => frame.redactions)
    expect(redactions.map(({ name }) => name.toLowerCase())).toEqual(['authorization', 'cookie'])
    for (const { offset, length } of redactions) expect(request.slice(offset, offset + length)).toContain(secret)
  })
}

/** Defines the tests. */
export function recordLaws(name: string, start: StartRecorded): void {
  describe(name, () => {
    let tape: Tape
    beforeAll(async () => void (tape = await createTape(start)))
    afterEach(() => tape.line.clear())
    afterAll(() => tape.close())
    bytesRecorded(() => tape)
    endingsRecorded(() => tape)
    editsRecorded(() => tape)
    it('law 12: records that a field was set, never its value', async () => {
      const own = await createTape(start, { headers: [['Authorization', 'Bearer oUrS-98765']] })
      const client = await own.line.dial()
      client.write(post('{}', 'authorization: Bearer tHeIrS-4321\r\n'))
      const server = await own.line.accept()
      await server.until('Bearer oUrS-98765')
      server.write(OK)
      await bothEnd({ client, server })
      const frames = await own.frames(client)
      const edits = frames.flatMap(({ editList }) => editList)
      expect(edits.map(({ rule }) => rule.toLowerCase())).toContain('header:authorization')
      expect(JSON.stringify(frames)).not.toMatch(/oUrS|tHeIrS/)
      await own.close()
    })
  })
}
