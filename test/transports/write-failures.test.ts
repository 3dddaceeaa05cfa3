import { once } from 'node:events'
import { Duplex } from 'node:stream'
import { expect, it } from 'vitest'
import { createClock, nullTap } from '../../src/pipe/index.ts'
import { listenReverse } from '../../src/transports/reverse.ts'
import { holdWriteFailures } from '../../src/transports/write-failures.ts'
import { createLine } from '../support/line.ts'
import { dial } from '../support/raw.ts'

/** Every write to it fails. */
const broken = (): Duplex =>
  new Duplex({
    read: () => undefined,
    write: (_chunk, _encoding, done) => done(new Error('EPIPE')),
    writev: (_chunks, done) => done(new Error('EPIPE')),
  })

it('a socket learns of a failed write when what the peer had sent is read', async () => {
  const socket = broken()
  const writes = holdWriteFailures(socket, () => true)
  const got: string[] = []
  socket.on('data', (bytes: Buffer) => got.push(bytes.toString()))
  const failed = once(socket, 'error')
  socket.write('x')
  expect([writes.held, socket.destroyed]).toEqual([true, false])
  socket.push('last words')
  socket.push(null)
  expect(await failed).toEqual([new Error('EPIPE')])
  expect(got).toEqual(['last words'])
})

it('a socket learns of it at once when nobody wants what is read', async () => {
  const socket = broken()
  const writes = holdWriteFailures(socket, () => false)
  const failed = once(socket, 'error')
  socket.write('x')
  expect(await failed).toEqual([new Error('EPIPE')])
  expect(writes.held).toBe(false)
})

it('a socket learns of it at once when reading is over', async () => {
  const socket = broken()
  const writes = holdWriteFailures(socket, () => true)
  socket.resume().push(null)
  await once(socket, 'end')
  const failed = once(socket, 'error')
  socket.write('x')
  expect(await failed).toEqual([new Error('EPIPE')])
  expect(writes.held).toBe(false)
})

it('law 8: what a client says before it resets arrives, while the recorder lets nothing be read and the client reads nothing', async () => {
  const proxies = new Set<Awaited<ReturnType<typeof listenReverse>>>()
  const line = await createLine(async ({ port }) => {
    const proxy = await listenReverse({
      target: new URL(`http://127.0.0.1:${port}/mcp`),
      server: 'stalled',
      host: '127.0.0.1',
      port: 0,
      upstream: { insecure: false },
      headers: [],
      rewrite: true,
      onUnreachable: '502',
      tap: nullTap,
      clock: createClock(),
      isControlPlane: () => false,
    })
    proxies.add(proxy)
    return { port: proxy.port, close: () => proxy.close(0) }
  })
  const recorderFull = (full: boolean): void => proxies.forEach((proxy) => proxy.recorderFull(full))
  const client = await dial(line.port, { idle: true })
  client.write('GET /mcp HTTP/1.1\r\n\r\n')
  const server = await line.accept()
  await server.until('\r\n\r\n')
  const before = server.text()
  server.write('HTTP/1.1 200 OK\r\nContent-Length: 33554432\r\n\r\n')
  server.write(Buffer.alloc(32 * 1024 * 1024))
  // the kernel's buffers are full when nothing leaves any more
  let waiting = -1
  await expect
    .poll(() => [waiting, (waiting = server.socket.writableLength)], { interval: 100 })
    .toSatisfy(([last, now]: number[]) => last === now)
  recorderFull(true)
  client.write('GET /last HTTP/1.1\r\n\r\n')
  client.reset()
  await client.gone()
  await new Promise((resolve) => setTimeout(resolve, 50))
  recorderFull(false)
  expect(await server.ended()).toBe('rst')
  expect(server.text()).toBe(`${before}GET /last HTTP/1.1\r\n\r\n`)
  client.socket.destroy()
  await line.close()
})
