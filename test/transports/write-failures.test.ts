import { once } from 'node:events'
import { Duplex } from 'node:stream'
import { expect, it } from 'vitest'
import { createClock, nullTap } from '../../src/pipe/index.ts'
import { listenForward } from '../../src/transports/forward.ts'
import type { Listener } from '../../src/transports/listener.ts'
import { listenReverse } from '../../src/transports/reverse.ts'
import { holdWriteFailures, type WriteFailures } from '../../src/transports/write-failures.ts'
import { createLine } from '../support/line.ts'
import { dial } from '../support/raw.ts'

/** Every write to it fails. */
const broken = (): Duplex =>
  new Duplex({
    read: () => undefined,
    write: (_chunk, _encoding, done) => done(new Error('EPIPE')),
    writev: (_chunks, done) => done(new Error('EPIPE')),
  })

const hold = (socket: Duplex, wanted: boolean): WriteFailures => {
  const writes = holdWriteFailures(socket, () => wanted)
  socket.once('end', () => writes.ended())
  return writes
}

it('a socket learns of a failed write when what the peer had sent is read', async () => {
  const socket = broken()
  const writes = hold(socket, true)
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
  const writes = hold(socket, false)
  const failed = once(socket, 'error')
  socket.write('x')
  expect(await failed).toEqual([new Error('EPIPE')])
  expect(writes.held).toBe(false)
})

it('a socket learns of it at once when reading is over', async () => {
  const socket = broken()
  const writes = hold(socket, true)
  socket.resume().push(null)
  await once(socket, 'end')
  const failed = once(socket, 'error')
  socket.write('x')
  expect(await failed).toEqual([new Error('EPIPE')])
  expect(writes.held).toBe(false)
})

it('a socket whose failures two hold back learns of them when neither wants more', async () => {
  const socket = broken()
  const outer = holdWriteFailures(socket, () => true)
  const inner = hold(socket, true)
  const failed = once(socket, 'error')
  socket.write('x')
  expect([outer.held, inner.held]).toEqual([false, true])
  socket.resume().push(null)
  expect(await failed).toEqual([new Error('EPIPE')])
})

const common = {
  host: '127.0.0.1',
  port: 0,
  upstream: { insecure: false },
  headers: [],
  onUnreachable: '502',
  tap: nullTap,
  clock: createClock(),
  isControlPlane: () => false,
} as const

const ways: readonly [name: string, path: (port: number) => string, listen: (port: number) => Promise<Listener>][] = [
  [
    'of the reverse proxy',
    () => '/mcp',
    (port) =>
      listenReverse({ ...common, target: new URL(`http://127.0.0.1:${port}/mcp`), server: 'stalled', rewrite: true }),
  ],
  [
    'that takes turns with several servers',
    (port) => `http://127.0.0.1:${port}/mcp`,
    () => listenForward({ ...common, authority: undefined, tunnel: [], nextConnection: () => 1, serves: () => true }),
  ],
]

it.each(ways)(
  'law 8: what a client %s says before it resets arrives, while it reads nothing and the recorder lets nothing be read',
  async (_name, path, listen) => {
    const proxies = new Set<Listener>()
    const line = await createLine(async ({ port }) => {
      const proxy = await listen(port)
      proxies.add(proxy)
      return { port: proxy.port, close: () => proxy.close(0) }
    })
    const recorderFull = (full: boolean): void => proxies.forEach((proxy) => proxy.recorderFull(full))
    const client = await dial(line.port, { idle: true })
    const requests = (target: string, host: string): string => `GET ${target} HTTP/1.1\r\nX: ${host}\r\n\r\n`
    client.write(requests(path(line.serverPort), 'first'))
    const server = await line.accept()
    await server.until('\r\n\r\n')
    server.write('HTTP/1.1 200 OK\r\nContent-Length: 33554432\r\n\r\n')
    server.write(Buffer.alloc(32 * 1024 * 1024))
    // the kernel's buffers are full when nothing leaves any more
    let waiting = -1
    await expect
      .poll(() => [waiting, (waiting = server.socket.writableLength)], { interval: 100 })
      .toSatisfy(([last, now]: number[]) => last === now)
    recorderFull(true)
    // one that is read ahead, perhaps, and one that is not
    client.write(requests(path(line.serverPort), 'middle'))
    await new Promise((resolve) => setTimeout(resolve, 50))
    client.write(requests(path(line.serverPort), 'last'))
    client.reset()
    await client.gone()
    await new Promise((resolve) => setTimeout(resolve, 50))
    recorderFull(false)
    await server.gone()
    expect(server.how).toBe('rst')
    expect(server.text()).toBe(['first', 'middle', 'last'].map((name) => requests('/mcp', name)).join(''))
    client.socket.destroy()
    await line.close()
  },
)
