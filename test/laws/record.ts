/**
 * The laws on the record: what was recorded equals what was seen. The capture is filled by raw sockets on both sides and
 * read back.
 */
import { createGzip } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { bothEnd, createTape, exchange, type StartRecorded, type Tape } from '../support/tape.ts'
import { endingsRecorded } from './record-endings.ts'
import { socketsRecorded } from './record-websocket.ts'

const HEAD = 'Host: server.test\r\n'
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const CALL = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add"}}'
const post = (body: string, fields = ''): string =>
  `POST /mcp HTTP/1.1\r\n${HEAD}Content-Type: application/json\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`
const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'
const chunk = (bytes: string): string => `${Buffer.byteLength(bytes, 'latin1').toString(16)}\r\n${bytes}\r\n`

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
    socketsRecorded(() => tape)
    it('law 7: records an answer of ours as ours, and why the server could not be reached', async () => {
      const lone = await createTape(start, { target: { host: '127.0.0.2' } })
      const client = await lone.line.dial()
      client.write(post(CALL))
      await client.ended()
      client.end()
      const row = await lone.connection(client)
      expect(row).toMatchObject({ upstreamError: 'ECONNREFUSED', connectedAt: null, s2cBytes: 0 })
      expect(row.s2cEnding).toMatchObject({ by: 'proxy' })
      const [flow] = await lone.flows(client)
      expect(flow).toMatchObject({ status: 502, verb: 'POST' })
      const edits = (await lone.frames(client)).flatMap(({ editList }) => editList)
      expect(edits).toEqual([{ offset: 0, removed: '', inserted: client.text(), rule: 'UPSTREAM_UNREACHABLE' }])
      await lone.close()
    })
    it('law 7: records a reset of ours as ours', async () => {
      const lone = await createTape(start, { target: { host: '127.0.0.2' }, onUnreachable: 'reset' })
      const client = await lone.line.dial()
      client.write(post(CALL))
      await client.ended()
      const row = await lone.connection(client)
      expect(row.upstreamError).toBe('ECONNREFUSED')
      expect(row.s2cEnding).toMatchObject({ how: 'rst', by: 'proxy' })
      await lone.close()
    })
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
