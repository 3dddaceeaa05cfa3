import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { Agent, request } from 'undici'
import { describe, expect, onTestFinished, test } from 'vitest'
import { call, events, faulty, json, post, raw, rawPost, type Answer } from '../support/faulty.ts'

/** An event stream into which the test writes; `ready` when it is open. */
function openStream() {
  let opened: (response: ServerResponse) => void = () => undefined
  const ready = new Promise<ServerResponse>((resolve) => (opened = resolve))
  const answer: Answer = (_asked, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
    opened(response)
  }
  return { answer, ready }
}
const event = (at: number): string =>
  `id: ${at}\ndata: {"jsonrpc":"2.0","method":"notifications/message","params":{"data":"e${at}"}}\n\n`
const ids = (text: string): string[] => text.match(/^id: \d+/gm) ?? []
const code = (how: Promise<unknown>): Promise<unknown> =>
  how.then(
    (response) => (response as Response).status,
    (error: Error) => (error.cause as { code?: string }).code,
  )

describe('latency', () => {
  test('is not over early in either direction, and a burst of events is late once', async () => {
    const { url } = await faulty(events(100), [{ fault: 'latency', delay: '60ms' }])
    const from = performance.now()
    const text = await (await post(url, call(1))).text()
    const took = performance.now() - from
    expect(took).toBeGreaterThanOrEqual(120)
    expect(took).toBeLessThan(100 * 60)
    expect(ids(text)).toEqual(Array.from({ length: 101 }, (_, at) => `id: ${at + 1}`))
  })

  test('of one tool is overtaken by calls of another', async () => {
    const { url } = await faulty(json, [{ fault: 'latency', delay: '300ms', match: 'tool:slow dir:s2c' }])
    const arrived: string[] = []
    const asking = (name: string) => post(url, call(1, 'tools/call', { name })).then(() => arrived.push(name))
    await Promise.all([asking('slow'), asking('quick')])
    expect(arrived).toEqual(['quick', 'slow'])
  })

  test('that is taken away lets go what it holds, in order', async () => {
    const { url, proxy } = await faulty(events(5, { end: false }), [{ id: 'l', fault: 'latency', delay: '1h' }])
    const client = await raw(url, rawPost(call(1)))
    expect(await client.ending(50)).toBe('timeout')
    await proxy.faults.remove('l')
    await client.until('id: 6')
    expect(ids(client.text())).toHaveLength(6)
  })
})

test('bandwidth lets no byte through before its time, and many pieces instead of one', async () => {
  const body = 'x'.repeat(48 * 1024)
  const { url } = await faulty(
    (_asked, response) => response.end(body),
    [{ fault: 'bandwidth', rate: '256kb/s', match: 'dir:s2c' }],
  )
  const pieces: { at: number; total: number }[] = []
  let total = 0
  const client = await raw(url, '')
  const from = performance.now()
  client.socket.on('data', (part: Buffer) =>
    pieces.push({ at: performance.now() - from, total: (total += part.length) }),
  )
  client.socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  expect(await client.ending(5000)).toBe('end')
  const early = pieces.filter(({ at, total }) => total > (256 * 1024 * at) / 1000 + 1)
  expect(early).toEqual([])
  expect(pieces.at(-1)!.at).toBeGreaterThanOrEqual((1000 * 48) / 256)
  expect(pieces.length).toBeGreaterThan(8)
})

describe('idle-timeout', () => {
  test.each([
    ['fin', 'end'],
    ['rst', 'ECONNRESET'],
    ['hang', 'timeout'],
    ['clean', 'end'],
  ])('with %s ends a silent event stream as %s', async (end, seen) => {
    const { url, proxy } = await faulty(events(1, { end: false }), [{ fault: 'idle-timeout', idle: '60ms', end }])
    const client = await raw(url, rawPost(call(1)))
    await client.until('id: 2')
    expect(await client.ending(200)).toBe(seen)
    expect(client.text().endsWith('0\r\n\r\n')).toBe(end === 'clean')
    expect(proxy.faults.list()[0]?.fired).toBe(1)
  })

  test.each([
    [true, 'timeout'],
    [false, 'end'],
  ])('counts comments as traffic: %s', async (counts, seen) => {
    const { answer, ready } = openStream()
    const { url } = await faulty(answer, [{ fault: 'idle-timeout', idle: '300ms', 'count-comments': counts }])
    const client = await raw(url, rawPost(call(1)))
    const response = await ready
    const beat = setInterval(() => response.write(': still here\n\n'), 20)
    const ending = await client.ending(700)
    clearInterval(beat)
    expect(ending).toBe(seen)
  })

  test('answers a request that waits with the status that is asked for', async () => {
    const { url } = await faulty(() => undefined, [{ fault: 'idle-timeout', idle: '50ms', answer: 504 }])
    const response = await post(url, call(1))
    expect([response.status, response.headers.get('content-type')]).toEqual([504, 'text/html'])
  })
})

describe('freeze', () => {
  test('of an open stream begins and ends by itself, and nothing is lost', async () => {
    const { answer, ready } = openStream()
    const { url, proxy } = await faulty(answer)
    const client = await raw(url, rawPost(call(1)))
    const response = await ready
    response.write(event(1))
    await client.until('e1')
    await proxy.faults.add({ fault: 'freeze', duration: '150ms' })
    const from = performance.now()
    response.write(event(2))
    response.write(event(3))
    await client.until('e3')
    expect(performance.now() - from).toBeGreaterThan(140)
    expect(ids(client.text())).toEqual(['id: 1', 'id: 2', 'id: 3'])
  })

  test('then rst resets', async () => {
    const { url } = await faulty(events(1, { end: false }), [{ fault: 'freeze', duration: '50ms', then: 'rst' }])
    const client = await raw(url, rawPost(call(1)))
    expect(await client.ending(2000)).toBe('ECONNRESET')
    expect(client.text()).toBe('')
  })

  test('that is healed gives back in order', async () => {
    const { url, proxy } = await faulty(events(9, { end: false }), [
      { fault: 'freeze', duration: '1h', match: 'dir:s2c' },
    ])
    const client = await raw(url, rawPost(call(1)))
    expect(await client.ending(50)).toBe('timeout')
    expect(client.text()).toBe('')
    await proxy.faults.heal()
    await client.until('id: 10')
    expect(ids(client.text())).toHaveLength(10)
  })
})

describe('blackhole', () => {
  test('swallows requests while the connection stays, and healing resets what was eaten from', async () => {
    const { url, proxy, asked } = await faulty(json, [{ fault: 'blackhole' }])
    const eaten = await raw(url, rawPost(call(1)))
    expect(await eaten.ending(80)).toBe('timeout')
    expect(asked).toEqual([])
    await proxy.faults.heal()
    expect(await eaten.ending(2000)).toBe('ECONNRESET')
    expect((await post(url, call(2))).status).toBe(200)
  })

  test('of an open stream swallows what comes, and resets when asked to', async () => {
    const { answer, ready } = openStream()
    const { url, proxy } = await faulty(answer)
    const client = await raw(url, rawPost(call(1)))
    const response = await ready
    await client.until('200 OK')
    await proxy.faults.add({ fault: 'blackhole', 'close-after': '60ms' })
    response.write(event(1))
    expect(await client.ending(2000)).toBe('ECONNRESET')
    expect(client.text()).not.toContain('e1')
  })
})

describe('slow-close', () => {
  test('tells the client late that the server has closed', async () => {
    const answer: Answer = (_asked, response) => response.setHeader('connection', 'close').end('all')
    const { url } = await faulty(answer, [{ fault: 'slow-close', delay: '150ms' }])
    const client = await raw(url, rawPost(call(1)))
    await client.until('all')
    const from = performance.now()
    expect(await client.ending(2000)).toBe('end')
    expect(performance.now() - from).toBeGreaterThan(130)
  })

  test('tells the server late that the client has gone', async () => {
    const { url, sockets } = await faulty(events(1, { end: false }), [{ fault: 'slow-close', delay: '120ms' }])
    const client = await raw(url, rawPost(call(1)))
    await client.until('id: 2')
    const [socket] = sockets
    const gone = once(socket!, 'end')
    client.socket.end()
    const from = performance.now()
    await gone
    expect(performance.now() - from).toBeGreaterThan(110)
  })
})

describe('stale-keepalive', () => {
  test('resets at the reuse of a connection: the server never sees the second request', async () => {
    const { url, asked } = await faulty(json, [{ fault: 'stale-keepalive' }])
    const client = await raw(url, rawPost(call(1)))
    await client.until('"ok":true')
    client.socket.write(rawPost(call(2)))
    expect(await client.ending(2000)).toBe('ECONNRESET')
    expect(asked.map(({ body }) => (JSON.parse(body) as { id: number }).id)).toEqual([1])
  })

  test('fails every second request of undici, which keeps its connection', async () => {
    const { url } = await faulty(json, [{ fault: 'stale-keepalive' }])
    const dispatcher = new Agent({ connections: 1 })
    onTestFinished(() => dispatcher.destroy())
    const told: unknown[] = []
    for (let id = 1; id <= 4; id++) {
      const asked = request(url, { method: 'POST', body: call(id), dispatcher })
      told.push(
        await asked.then(
          async ({ body, statusCode }) => (await body.text(), statusCode),
          (error: { code: string }) => error.code,
        ),
      )
    }
    expect(told).toEqual([200, 'ECONNRESET', 200, 'ECONNRESET'])
  })
})

describe('refuse', () => {
  test.each([
    ['keep', 'timeout'],
    ['fin', 'end'],
    ['rst', 'ECONNRESET'],
  ])('refuses new clients; those that are there: %s', async (existing, seen) => {
    const { url, proxy } = await faulty(events(1, { end: false }))
    const before = await raw(url, rawPost(call(1)))
    await before.until('id: 2')
    const { id } = await proxy.faults.add({ fault: 'refuse', existing })
    expect(await code(post(url, call(2)))).toBe('ECONNREFUSED')
    expect(await before.ending(existing === 'keep' ? 50 : 2000)).toBe(seen)
    await proxy.faults.remove(id)
    const after = await raw(url, rawPost(call(3)))
    await after.until('id: 2')
  })
})

describe('accept-hang', () => {
  test('accepts, and the server hears of nobody', async () => {
    const { url, sockets } = await faulty(json, [{ fault: 'accept-hang' }])
    const client = await raw(url, rawPost(call(1)))
    expect(await client.ending(80)).toBe('timeout')
    expect([client.text(), sockets.size]).toEqual(['', 0])
  })

  test('resets after its duration, which fetch tells from a refusal', async () => {
    const { url } = await faulty(json, [{ fault: 'accept-hang', duration: '60ms' }])
    expect(await code(post(url, call(1)))).toBe('ECONNRESET')
  })
})

describe('max-connections', () => {
  test.each([
    ['refuse', 'ECONNRESET', ''],
    ['hang', 'timeout', ''],
    ['503', 'end', '503'],
  ])('%s turns the second client away until the first has gone', async (overflow, seen, says) => {
    const { url, proxy } = await faulty(events(1, { end: false }), [{ fault: 'max-connections', n: 1, overflow }])
    const first = await raw(url, rawPost(call(1)))
    await first.until('id: 2')
    const second = await raw(url, rawPost(call(2)))
    expect(await second.ending(seen === 'timeout' ? 60 : 2000)).toBe(seen)
    expect(second.text()).toContain(says)
    second.socket.destroy()
    first.socket.destroy()
    await expect.poll(() => proxy.stats().open).toBe(0)
    const third = await raw(url, rawPost(call(3)))
    await third.until('id: 2')
  })
})

describe('down', () => {
  test.each([
    ['refuse', 'ECONNREFUSED'],
    ['502', 502],
    ['503', 503],
  ])('as %s gives fetch %s, and the server is back when the rule goes', async (as, seen) => {
    const { url, proxy, asked } = await faulty(json)
    const { id } = await proxy.faults.add({ fault: 'down', as })
    expect(await code(post(url, call(1)))).toBe(seen)
    expect(asked).toEqual([])
    await proxy.faults.remove(id)
    expect(await code(post(url, call(2)))).toBe(200)
  })

  test('as silence lasts as long as it is asked to, and then the request is answered', async () => {
    const { url, proxy } = await faulty(json)
    const from = performance.now()
    await proxy.faults.add({ fault: 'down', as: 'hang', duration: '150ms' })
    expect(await code(post(url, call(1)))).toBe(200)
    expect(performance.now() - from).toBeGreaterThan(145)
  })

  test('resets what is open, refuses, and is back by itself', async () => {
    const { url, proxy } = await faulty(events(1, { end: false }))
    const before = await raw(url, rawPost(call(1)))
    await before.until('id: 2')
    await proxy.faults.add({ fault: 'down', duration: '150ms' })
    expect(await before.ending(2000)).toBe('ECONNRESET')
    expect(await code(post(url, call(2)))).toBe('ECONNREFUSED')
    await expect.poll(() => code(post(url, call(3))), { interval: 20 }).toBe(200)
  })
})
