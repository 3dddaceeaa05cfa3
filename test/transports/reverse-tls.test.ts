import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createProxy, type Proxy } from '../../src/proxy.ts'
import { batches } from '../laws/law.ts'
import { createPeer, dial, type Peer } from '../support/raw.ts'

const pem = (name: string): string => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8')
const identity = { key: pem('localhost.key'), cert: pem('localhost.pem') }
const REQUEST = 'POST /mcp HTTP/1.1\r\nX-A: 1\r\nContent-Length: 2\r\n\r\n{}'
const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n'

let server: Server
let proxy: Proxy
let port = 0
let arrived: { raw: Socket; peer: Peer }[] = []
let look: () => void = () => {}
let runs = 0
const peers: Socket[] = []

beforeEach(async () => {
  arrived = []
  look = () => {}
  server = createServer({ allowHalfOpen: true }, (raw) => {
    raw.on('error', () => {})
    const secure = new TLSSocket(raw, { isServer: true, ...identity })
    const peer = createPeer(secure, { raw })
    peers.push(secure, raw)
    arrived.push({ raw, peer })
    peer.onChange(() => look())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
  proxy = await createProxy({ target: `https://localhost:${port}/mcp`, port: 0, db: false, ui: false, insecure: true })
})
afterEach(async () => {
  for (const socket of peers.splice(0)) socket.destroy()
  await proxy.close()
  await new Promise((resolve) => server.close(resolve))
})

/** The connection whose request has this token. */
async function accept(token: string): Promise<{ raw: Socket; peer: Peer }> {
  return await new Promise((resolve) => {
    const before = look
    look = () => {
      before()
      const found = arrived.find(({ peer }) => peer.text().includes(token) && peer.text().endsWith('{}'))
      if (found !== undefined) resolve(found)
    }
  })
}

async function open(request = REQUEST): Promise<{ client: Peer; raw: Socket; peer: Peer }> {
  const token = `/mcp?${++runs}.`
  const accepted = accept(token)
  const client = await dial(proxy.port)
  peers.push(client.socket)
  client.write(request.replace('/mcp', token))
  return { client, ...(await accepted) }
}

describe('the reverse proxy, in front of TLS', () => {
  it('passes bytes both ways as they come', async () => {
    const { client, peer } = await open()
    expect(peer.text()).toBe(REQUEST.replace('/mcp', `/mcp?${runs}.`))
    for (const text of [STREAM, 'data: 1\n', '\n', ': \xff\x00\n\n']) {
      const before = client.text().length
      peer.write(text)
      await client.until(before + text.length)
    }
    peer.end('data: last\n\n')
    expect(await client.ended()).toBe('fin')
    expect(client.text()).toBe(`${STREAM}data: 1\n\n: \xff\x00\n\ndata: last\n\n`)
  })

  it('rewrites Host, Origin and redirects between the two schemes', async () => {
    const own = `127.0.0.1:${proxy.port}`
    const { client, peer } = await open(
      `POST /mcp HTTP/1.1\r\nHost: ${own}\r\nOrigin: http://${own}\r\nContent-Length: 2\r\n\r\n{}`,
    )
    expect(peer.text()).toBe(
      `POST /mcp?${runs}. HTTP/1.1\r\nHost: localhost:${port}\r\nOrigin: https://localhost:${port}\r\nContent-Length: 2\r\n\r\n{}`,
    )
    peer.write(`HTTP/1.1 308 Permanent Redirect\r\nLocation: https://localhost:${port}/x\r\nContent-Length: 0\r\n\r\n`)
    await client.until('\r\n\r\n')
    expect(client.text()).toContain(`\r\nLocation: http://${own}/x\r\n`)
  })

  it('passes a half-close of the client: the answer still comes', async () => {
    const { client, peer } = await open()
    client.end()
    await peer.ended()
    peer.write(STREAM)
    await client.until(STREAM)
    peer.end('data: 1\n\n')
    expect(await client.ended()).toBe('fin')
    expect(client.text()).toBe(`${STREAM}data: 1\n\n`)
  })

  it('passes RST of the server as RST, 50 runs', async () => {
    const seen = await batches(50, 5, async () => {
      const { client, raw, peer } = await open()
      peer.write(STREAM)
      await client.until(STREAM)
      raw.resetAndDestroy()
      return await client.ended()
    })
    expect(new Set(seen)).toEqual(new Set(['rst']))
  })

  it('passes RST of the server as RST behind data, 50 runs', async () => {
    const seen = await batches(50, 5, async () => {
      const { client, raw, peer } = await open()
      const data = `${STREAM}${'data: x\n\n'.repeat(200)}`
      peer.socket.write(data, () => raw.resetAndDestroy())
      const how = await client.ended()
      return `${how} ${client.text() === data ? 'complete' : client.text().length}`
    })
    expect(new Set(seen)).toEqual(new Set(['rst complete']))
  })

  it('passes RST of the client as RST, 50 runs', async () => {
    const seen = await batches(50, 5, async () => {
      const { client, peer } = await open()
      client.reset()
      return await peer.ended()
    })
    expect(new Set(seen)).toEqual(new Set(['rst']))
  })

  it('answers 502 when the certificate is not accepted', async () => {
    const strict = await createProxy({ target: `https://localhost:${port}/mcp`, port: 0, db: false, ui: false })
    const client = await dial(strict.port)
    client.write(REQUEST)
    await client.ended()
    expect(client.text()).toMatch(/^HTTP\/1\.1 502 /)
    expect(client.text()).toMatch(/--insecure/)
    client.socket.destroy()
    await strict.close()
  })
})
