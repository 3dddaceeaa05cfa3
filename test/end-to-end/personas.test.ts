import { EventSourceParserStream } from 'eventsource-parser/stream'
import { describe, expect, test } from 'vitest'
import { personaNamed } from '../../src/config/personas.ts'
import { personaRules } from '../../src/faults/personas.ts'
import { type Answer, call, events, faulty, post, raw, rawPost } from '../support/faulty.ts'

/** A server with a persona in front, so many times as fast as in life. */
const behind = (name: string, faster: number, answer: Answer) =>
  faulty(answer, personaRules(personaNamed(name), { faster }))

/** Opens a stream and sends this. */
const streamOf =
  (...parts: string[]): Answer =>
  (_asked, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    for (const part of parts) response.write(part)
  }
const never: Answer = () => undefined
const SESSION = 'Mcp-Session-Id: one\r\n'
const listen = `GET /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n${SESSION}\r\n`

/** A server that keeps sessions; any id but `lost` is one. */
const sessions: Answer = ({ body, headers }, response) => {
  const { id = null, method = '' } = JSON.parse(body === '' ? '{}' : body) as { id?: unknown; method?: string }
  if (method === 'initialize') response.setHeader('mcp-session-id', 'two')
  else if (headers['mcp-session-id'] === undefined) response.statusCode = 400
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ jsonrpc: '2.0', id, result: {} }))
}
const initialize = call(0, 'initialize', { protocolVersion: '2025-06-18', clientInfo: { name: 'c', version: '1' } })
const withSession = (id: string) => ({ headers: { 'mcp-session-id': id } })

describe('a load balancer', () => {
  test('of the kind aws-alb-60s closes a silent stream, and answers 504 for a silent call', async () => {
    const { url } = await behind('aws-alb-60s', 200, ({ method }, response) => {
      if (method === 'GET') streamOf('data: a\n\n')({} as never, response, {} as never)
    })
    const stream = await raw(url, listen)
    await stream.until('data: a')
    const asked = await post(url, call(1))
    expect(asked.status).toBe(504)
    expect(await stream.ending(1000)).toBe('end')
    expect(stream.text()).not.toContain('0\r\n\r\n')
  })

  test('of the kind aws-nlb-350s resets the next call, and tells a stream nothing', async () => {
    const { url } = await behind('aws-nlb-350s', 3500, sessions)
    const kept = await raw(url, rawPost(call(1), SESSION))
    await kept.until('"id":1')
    expect(await kept.ending(250)).toBe('timeout')
    kept.socket.write(rawPost(call(2), SESSION))
    expect(await kept.ending(1000)).toBe('ECONNRESET')
  })
})

describe('a proxy', () => {
  test('of the kind nginx-default keeps small events back until the stream ends', async () => {
    let finish = (): void => undefined
    const { url } = await behind('nginx-default', 1, (asked, response) => {
      events(2, { end: false })(asked, response, {} as never)
      finish = () => void response.end()
    })
    const client = await raw(url, rawPost(call(1)))
    expect(await client.ending(150)).toBe('timeout')
    expect(client.text()).toBe('')
    finish()
    await client.until('0\r\n\r\n')
    expect(client.text().match(/^data: /gm)).toHaveLength(3)
  })

  test('of the kind nginx-default answers 504 when nothing comes', async () => {
    const { url } = await behind('nginx-default', 300, never)
    const { status, headers } = await post(url, call(1))
    expect([status, headers.get('content-type')]).toEqual([504, 'text/html'])
  })

  test('of the kind cloudflare-idle gives no 200 before the first byte of the body, and 524 instead', async () => {
    const { url, asked } = await behind('cloudflare-idle', 500, streamOf())
    const client = await raw(url, listen)
    await expect.poll(() => asked.length).toBe(1)
    await client.ending(2000)
    expect(client.text()).toMatch(/^HTTP\/1.1 524 /)
  })

  test('of the kind gzip-dev-server gives a stream that fetch reads nothing of before its end', async () => {
    let finish = (): void => undefined
    const { url } = await behind('gzip-dev-server', 1, (asked, response) => {
      events(2, { end: false })(asked, response, {} as never)
      finish = () => void response.end()
    })
    const response = await post(url, call(1))
    expect(response.headers.get('content-encoding')).toBe('gzip')
    const reader = response.body!.getReader()
    const first = reader.read().then(() => 'something')
    const silence = new Promise((resolve) => setTimeout(resolve, 100, 'nothing'))
    expect(await Promise.race([first, silence])).toBe('nothing')
    finish()
    expect(await first).toBe('something')
  })
})

describe('a server', () => {
  test('that does as in crash resets, refuses, and has forgotten the session', async () => {
    const { url, proxy } = await faulty(streamOf('data: a\n\n'))
    const open = await raw(url, listen)
    await open.until('data: a')
    for (const rule of personaRules(personaNamed('crash'), { faster: 5 })) await proxy.faults.add(rule)
    expect(await open.ending(1000)).toBe('ECONNRESET')
    await expect(post(url, call(1))).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
    const again = async (): Promise<number> =>
      (await post(url, call(1), withSession('one')).catch(() => ({ status: 0 }))).status
    await expect.poll(again, { timeout: 3000 }).toBe(404)
  })

  test('that does as in rolling-deploy drains, answers 502, forgets old sessions and knows new ones', async () => {
    const { url, proxy } = await faulty(sessions)
    const kept = await raw(url, rawPost(call(1), SESSION))
    await kept.until('"id":1')
    for (const rule of personaRules(personaNamed('rolling-deploy'), { faster: 10 })) await proxy.faults.add(rule)
    expect(await kept.ending(1000)).toBe('end')
    expect((await post(url, call(2), withSession('one'))).status).toBe(502)
    const asked = async (session: string): Promise<number> => (await post(url, call(3), withSession(session))).status
    await expect.poll(() => asked('one'), { timeout: 2000 }).toBe(404)
    let begun = await post(url, initialize)
    // a connection that was dialled in the gap, and got its 404 from the rule behind it, hears of it now
    if (begun.status === 502) begun = await post(url, initialize)
    expect([begun.status, begun.headers.get('mcp-session-id')]).toEqual([200, 'two'])
    expect([await asked('two'), await asked('one')]).toEqual([200, 404])
  })

  test('that does as in replica-without-stickiness knows the session every other time', async () => {
    const { url } = await behind('replica-without-stickiness', 1, sessions)
    const statuses: number[] = []
    for (let id = 1; id <= 4; id++) statuses.push((await post(url, call(id), withSession('one'))).status)
    expect(statuses).toEqual([200, 404, 200, 404])
  })
})

describe('parser-torture', () => {
  test('gives what the standard allows, with nothing lost: a byte order mark, and lines that end with CR', async () => {
    const { url } = await behind('parser-torture', 1, events(3))
    const bytes = Buffer.from(await (await post(url, call(1))).arrayBuffer())
    expect(bytes.toString('latin1', 0, 3)).toBe('\u00ef\u00bb\u00bf')
    const lines = bytes.toString('utf8', 3).split('\r')
    expect(lines.filter((line) => /^(id|event|data): [^\n]+$/.test(line))).toHaveLength(12)
    expect(lines.filter((line) => line === '')).toHaveLength(5)
  })

  test('takes the last event from a parser that waits for what may follow a CR', async () => {
    const { url } = await behind('parser-torture', 1, events(3))
    const text = (await post(url, call(1))).body!.pipeThrough(new TextDecoderStream())
    const seen: (string | undefined)[] = []
    for await (const { id } of text.pipeThrough(new EventSourceParserStream())) seen.push(id)
    expect(seen).toEqual(['1', '2', '3'])
  })
})
