import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { call } from '../support/faulty.ts'
import { faultySocket } from '../support/faulty-socket.ts'

const echo = (message: string, socket: WebSocket): void => socket.send(message)

describe('on a WebSocket', () => {
  test('latency is not over early, in either direction, and keeps the order', async () => {
    const { open } = await faultySocket(echo, [{ fault: 'latency', delay: '60ms', match: 'transport:websocket' }])
    const client = await open()
    const from = performance.now()
    for (let id = 1; id <= 20; id++) client.socket.send(call(id))
    await client.until(20)
    expect(performance.now() - from).toBeGreaterThanOrEqual(120)
    expect(client.messages).toEqual(Array.from({ length: 20 }, (_, at) => call(at + 1)))
  })

  test('bandwidth paces', async () => {
    const { open, proxy } = await faultySocket(echo)
    const client = await open()
    await proxy.faults.add({ fault: 'bandwidth', rate: '128kb/s', match: 'dir:s2c' })
    const from = performance.now()
    client.socket.send('x'.repeat(24 * 1024))
    await client.until(1)
    expect(performance.now() - from).toBeGreaterThanOrEqual((1000 * 24) / 128)
  })

  test.each([
    ['fin', 1006],
    ['rst', 1006],
    ['clean', 1000],
    ['ws:1001', 1001],
    ['hang', 'open'],
  ])('idle-timeout by %s is %s', async (end, seen) => {
    const { open } = await faultySocket(echo, [{ fault: 'idle-timeout', idle: '70ms', end }])
    const client = await open()
    client.socket.send(call(1))
    await client.until(1)
    expect(await client.closed(seen === 'open' ? 200 : 3000)).toBe(seen)
  })

  test.each([
    [true, 'open'],
    [false, 1006],
  ])('idle-timeout counts pings as traffic: %s', async (counts, seen) => {
    const { open } = await faultySocket(echo, [
      { fault: 'idle-timeout', idle: '300ms', 'count-comments': counts, match: 'transport:websocket' },
    ])
    const client = await open()
    client.socket.send(call(1))
    await client.until(1)
    const beat = setInterval(() => client.socket.ping(), 20)
    const how = await client.closed(seen === 'open' ? 600 : 3000)
    clearInterval(beat)
    expect(how).toBe(seen)
  })

  test('freeze that is healed gives back in order, both ways', async () => {
    const { open, proxy, server, heard } = await faultySocket(() => undefined)
    const client = await open()
    const { id } = await proxy.faults.add({ fault: 'freeze', duration: '1h' })
    for (let at = 1; at <= 3; at++) {
      server[0]!.send(`down ${at}`)
      client.socket.send(`up ${at}`)
    }
    expect(await client.closed(50)).toBe('open')
    expect([client.messages, heard]).toEqual([[], []])
    await proxy.faults.remove(id)
    await client.until(3)
    await expect.poll(() => heard).toEqual(['up 1', 'up 2', 'up 3'])
    expect(client.messages).toEqual(['down 1', 'down 2', 'down 3'])
  })

  test('freeze ends by a reset where it is to', async () => {
    const { open, proxy } = await faultySocket(echo)
    const client = await open()
    await proxy.faults.add({ fault: 'freeze', duration: '50ms', then: 'rst' })
    expect(await client.closed()).toBe(1006)
  })

  test('blackhole swallows both ways and stays open; healing resets', async () => {
    const { open, proxy, server, heard } = await faultySocket(() => undefined)
    const client = await open()
    await proxy.faults.add({ fault: 'blackhole' })
    server[0]!.send('down')
    client.socket.send('up')
    expect(await client.closed(60)).toBe('open')
    expect([client.messages, heard]).toEqual([[], []])
    await proxy.faults.heal()
    expect(await client.closed()).toBe(1006)
  })

  test('slow-close tells the client late that the server has gone', async () => {
    const { open, server } = await faultySocket(echo, [{ fault: 'slow-close', delay: '120ms' }])
    const client = await open()
    const from = performance.now()
    server[0]!.terminate()
    expect(await client.closed()).toBe(1006)
    expect(performance.now() - from).toBeGreaterThan(110)
  })

  test.each([
    [{ fault: 'status', code: 503 }, 'Unexpected server response: 503'],
    [{ fault: 'auth-expire' }, 'Unexpected server response: 401'],
    [{ fault: 'rate-limit', requests: 0, 'per-time': '1m' }, 'Unexpected server response: 429'],
    [{ fault: 'redirect', location: '/other' }, 'Unexpected server response: 307'],
    [{ fault: 'down', as: '502' }, 'Unexpected server response: 502'],
    [{ fault: 'malform', kind: 'garbage' }, 'Parse Error: Expected HTTP/'],
    [{ fault: 'headers', remove: ['sec-websocket-accept'] }, 'Invalid Sec-WebSocket-Accept header'],
    [{ fault: 'accept-hang', duration: '40ms' }, 'ECONNRESET'],
    [{ fault: 'refuse' }, 'connect ECONNREFUSED'],
  ])('%o refuses the handshake', async (rule, says) => {
    const { url } = await faultySocket(echo, [rule])
    const socket = new WebSocket(url.replace('http', 'ws'))
    const error = await new Promise<Error>((resolve) => socket.once('error', resolve))
    expect(error.message).toContain(says)
  })

  test('delay-headers holds the 101 back', async () => {
    const { open } = await faultySocket(echo, [{ fault: 'delay-headers', delay: '100ms' }])
    const from = performance.now()
    const client = await open()
    expect(performance.now() - from).toBeGreaterThan(95)
    client.socket.send('through')
    await client.until(1)
    expect(client.messages).toEqual(['through'])
  })
})
