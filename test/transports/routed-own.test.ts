import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createProxies, type Proxies } from '../../src/proxy.ts'
import { createLine, type Line } from '../support/line.ts'
import { dial, type Peer } from '../support/raw.ts'

const OK = (body: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`
const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`

let a: Line
let b: Line
let proxy: Proxies
let clients: Peer[]
beforeEach(async () => {
  a = await createLine()
  b = await createLine(undefined, { patienceMs: 800 })
  clients = []
  proxy = await createProxies({
    servers: [
      { name: 'a', target: `http://127.0.0.1:${a.serverPort}/mcp` },
      { name: 'b', target: `http://127.0.0.1:${b.serverPort}/mcp?key=1` },
    ],
    oneListener: { port: 0 },
    db: false,
    ui: false,
  })
})
afterEach(async () => {
  for (const { socket } of clients) socket.destroy()
  await proxy.close()
  await a.close()
  await b.close()
})
const connect = async (): Promise<Peer> => {
  const client = await dial(proxy.servers[0]!.port)
  clients.push(client)
  return client
}

describe('many servers behind one listener', () => {
  it('tells clients the address of each', () => {
    const { port } = proxy.servers[0]!
    expect(proxy.servers.map(({ url }) => url)).toEqual([
      `http://127.0.0.1:${port}/s/a/mcp`,
      `http://127.0.0.1:${port}/s/b/mcp?key=1`,
    ])
  })

  it('passes each request on one connection to the server it names, and their answers in order', async () => {
    const client = await connect()
    client.write(get('/s/a/1') + get('/s/b/2') + get('/s/a/3'))
    const one = await a.accept()
    await one.until(get('/1'))
    expect(one.text()).toBe(get('/1'))
    one.write(OK('one'))
    const two = await b.accept()
    await two.until(get('/2'))
    two.write(OK('two'))
    await one.until(get('/1') + get('/3'))
    one.write(OK('three'))
    await client.until(OK('one') + OK('two') + OK('three'))
    expect(client.text()).toBe(OK('one') + OK('two') + OK('three'))
  })

  it('lets a request to another server wait until the running answer has ended', async () => {
    const client = await connect()
    client.write(get('/s/a/1'))
    const one = await a.accept()
    await one.until(get('/1'))
    one.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n')
    await client.until('ab\r\n')
    client.write(get('/s/b/2'))
    await expect(b.accept()).rejects.toThrow('not reached')
    one.write('0\r\n\r\n')
    const two = await b.accept()
    await two.until(get('/2'))
    two.end(OK('two'))
    await client.ended()
    expect(client.text()).toMatch(/0\r\n\r\nHTTP\/1\.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo$/)
  })

  it('passes the end of the server it talks to, and not that of another', async () => {
    const client = await connect()
    client.write(get('/s/a/1'))
    const one = await a.accept()
    await one.until(get('/1'))
    one.write(OK('one'))
    await client.until(OK('one'))
    client.write(get('/s/b/2'))
    const two = await b.accept()
    await two.until(get('/2'))
    one.end()
    two.write(OK('two'))
    await client.until(OK('one') + OK('two'))
    expect(client.how).toBe('open')
    two.reset()
    await client.ended()
    expect(client.how).toMatch(/rst|reset/)
  })

  it.each([get('/mcp'), get('/s/c/mcp'), get('/.well-known/oauth-authorization-server'), 'OPTIONS * HTTP/1.1\r\n\r\n'])(
    'answers %j with a 502 that names the servers there are, never with a 404',
    async (request) => {
      const client = await connect()
      client.write(request)
      await client.ended()
      expect(client.text()).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/)
      expect(client.text()).toContain('x-mitmcp-error: SERVER_UNKNOWN\r\n')
      expect(client.text()).toContain('Known are /s/a/, /s/b/')
    },
  )

  it('answers so later on a connection too, behind the answers that are due', async () => {
    const client = await connect()
    client.write(get('/s/a/1') + get('/s/c/2'))
    const one = await a.accept()
    await one.until(get('/1'))
    one.write(OK('one'))
    await client.ended()
    expect(client.text()).toMatch(/\r\n\r\noneHTTP\/1\.1 502 /)
  })

  it('is rid of every connection when the client leaves', async () => {
    const client = await connect()
    client.write(get('/s/a/1'))
    const one = await a.accept()
    one.write(OK('one'))
    await client.until(OK('one'))
    client.write(get('/s/b/2'))
    const two = await b.accept()
    client.reset()
    await one.ended()
    await two.ended()
    const until = performance.now() + 3000
    while (proxy.stats().open > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 10))
    expect(proxy.stats().open).toBe(0)
  })
})
