/** Law 7: a server that is not there, or resets, hurts nobody but those who asked it. */
import { createServer, type AddressInfo } from 'node:net'
import { expect } from 'vitest'
import { same, saw, type Bench, type Law } from './law.ts'
import { dial, type Peer } from '../support/raw.ts'
import type { StartOptions } from '../support/line.ts'

const REQUEST = 'POST /mcp HTTP/1.1\r\nHost: server.test:456\r\nContent-Length: 2\r\n\r\n{}'
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

/** A loopback port where nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function refused(
  claim: string,
  options: StartOptions,
  scenario: (client: Peer, again: () => Promise<Peer>) => Promise<void>,
): Law {
  const check = async ({ startProxy, patienceMs }: Bench): Promise<void> => {
    const proxy = await startProxy({ port: await closedPort() }, options)
    const peers: Peer[] = []
    const open = async (): Promise<Peer> => {
      const peer = await (proxy.dial?.({ patienceMs }) ?? dial(proxy.port, { patienceMs }))
      peers.push(peer)
      return peer
    }
    try {
      await scenario(await open(), open)
    } finally {
      for (const { socket } of peers) socket.destroy()
      await proxy.close()
    }
  }
  return { number: 7, claim, check }
}

/** The 502 and nothing else: head, marks, a body of the promised length. */
function expectOurs(text: string): void {
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const body = rest.join('\r\n\r\n')
  expect(head).toMatch(/^HTTP\/1\.1 502 /)
  expect(head).toMatch(/^connection: close$/im)
  expect(head).toMatch(/^x-mitmcp-error: UPSTREAM_UNREACHABLE$/im)
  expect(head).toMatch(/^content-type: text\/plain/im)
  expect(head).toMatch(new RegExp(`^content-length: ${Buffer.from(body, 'latin1').length}$`, 'im'))
  expect(body).toMatch(/mitmcp/)
  expect(body).not.toMatch(/jsonrpc/)
}

const marked = refused('answers 502 marked as ours when the server refuses, and closes', {}, async (client, again) => {
  client.write(REQUEST)
  expect(await client.ended()).toBe('fin')
  expectOurs(client.text())
  const next = await again()
  next.write(REQUEST)
  await next.ended()
  expectOurs(next.text())
})

const pipelined = refused('answers pipelined requests with one 502, as it says it closes', {}, async (client) => {
  client.write(REQUEST + REQUEST + REQUEST)
  expect(await client.ended()).toBe('fin')
  expectOurs(client.text())
})

const uploaded = refused(
  'delivers the 502 whole also to a client that is still sending its body',
  {},
  async (client) => {
    client.write('POST /mcp HTTP/1.1\r\nHost: server.test:456\r\nContent-Length: 4000000\r\n\r\n')
    client.write(Buffer.alloc(2_000_000))
    await client.until('502')
    client.write(Buffer.alloc(2_000_000))
    await client.ended()
    expectOurs(client.text())
  },
)

const waits = refused('says nothing to a client that has not asked', {}, async (client) => {
  client.write('POST /mcp HTTP/1.1\r\nHost: server')
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(client.text()).toBe('')
  client.write('.test:456\r\nContent-Length: 0\r\n\r\n')
  await client.ended()
  expectOurs(client.text())
})

const reset = refused('resets the client instead when told to', { onUnreachable: 'reset' }, async (client) => {
  client.write(REQUEST)
  expect(await client.ended()).toBe('rst')
  expect(client.text()).toBe('')
})

const survives = same(7, 'goes on serving after resets at every place', async (line) => {
  const places = [
    '',
    'HTTP/1.1 200',
    'HTTP/1.1 200 OK\r\nContent-Le',
    OK.slice(0, -1),
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab',
  ]
  const seen: unknown[] = []
  for (const place of places) {
    const { client, server } = await line.open()
    if (place !== '') server.write(place)
    server.reset()
    seen.push([await client.ended(), saw(client).text === place])
    client.socket.destroy()
  }
  for (let run = 0; run < 5; run++) {
    const { client, server } = await line.open()
    client.reset()
    await server.ended()
    server.write(OK)
    server.socket.destroy()
  }
  const { client, server } = await line.open()
  server.write(OK)
  await client.until(OK)
  return [seen, saw(client), saw(server)]
})

export const failures: readonly Law[] = [marked, pipelined, uploaded, waits, reset, survives]
