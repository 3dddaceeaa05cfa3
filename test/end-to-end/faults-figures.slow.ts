// How exact latency and bandwidth are, on sockets and with the real clock.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { RuleSource } from '../../src/faults/rules/rule.ts'
import { createProxy } from '../../src/proxy.ts'

/** A client of a raw server, through a proxy with this rule. */
async function through(rule: RuleSource, served: (socket: Socket) => void): Promise<Socket> {
  const server = createServer((socket) => served(socket.setNoDelay(true)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const proxy = await createProxy({ target: `http://127.0.0.1:${port}`, port: 0, ui: false, db: false, seed: 1 })
  onTestFinished(() => proxy.close())
  await proxy.faults.add(rule)
  const socket = connect({ port: proxy.port, host: '127.0.0.1', noDelay: true })
  onTestFinished(() => void socket.destroy())
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
  return socket
}

test('a delay of 50 ms is never shorter, and mostly less than 3 ms longer', async () => {
  const client = await through({ fault: 'latency', delay: '50ms', match: 'dir:c2s' }, (socket) => socket.pipe(socket))
  const late: number[] = []
  for (let at = 0; at < 200; at++) {
    const from = performance.now()
    const back = new Promise<void>((resolve) => client.once('data', () => resolve()))
    client.write('x')
    await back
    late.push(performance.now() - from - 50)
  }
  late.sort((a, b) => a - b)
  expect(late[0]).toBeGreaterThanOrEqual(0)
  // the 95th of 100 is the bench's to say, on a machine that has nothing else to do
  expect(late[Math.floor(late.length / 2)]).toBeLessThan(3)
})

test('a rate of 256 kB/s is kept within 5 % over 10 s', async () => {
  const client = await through({ fault: 'bandwidth', rate: '256kb/s', match: 'dir:s2c' }, (socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.write(Buffer.alloc(8 * 1024 * 1024)))
  })
  let bytes = 0
  client.on('data', (part: Buffer) => (bytes += part.length))
  client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await new Promise<void>((resolve) => client.once('data', () => resolve()))
  const [from, before] = [performance.now(), bytes]
  await new Promise((resolve) => setTimeout(resolve, 10_000))
  const rate = (bytes - before) / ((performance.now() - from) / 1000)
  expect(rate / (256 * 1024)).toBeGreaterThan(0.95)
  expect(rate / (256 * 1024)).toBeLessThan(1.05)
})
