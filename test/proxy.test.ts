import { createServer, type Server } from 'node:http'
import { createServer as createTcpServer, type AddressInfo } from 'node:net'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createProxies, createProxy, type ProxiesOptions, type Proxy, type ProxyOptions } from '../src/proxy.ts'
import { openReader } from '../src/store/reader.ts'
import { temporaryFolder } from './support/temporary.ts'

const folder = temporaryFolder(afterAll)
const toClose: (() => Promise<unknown> | void)[] = []
let captures = 0

afterEach(async () => {
  for (const close of toClose.splice(0).toReversed()) await close()
})

const upstream = async (answer = '{"jsonrpc":"2.0","id":1,"result":{}}'): Promise<number> => {
  const server: Server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  toClose.push(() => server.close().closeAllConnections())
  return (server.address() as AddressInfo).port
}

const start = async (options: Partial<ProxyOptions> & { target: string }): Promise<Proxy> => {
  const proxy = await createProxy({
    port: 0,
    db: join(folder, `${++captures}.db`),
    ui: { port: 0, token: 'secret' },
    ...options,
  })
  toClose.push(() => proxy.close())
  return proxy
}

const call = (url: string): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}',
  })

describe('createProxy', () => {
  it('passes a call on, records it, and shows it on the page’s port', async () => {
    const proxy = await start({ target: `http://127.0.0.1:${await upstream()}/mcp?a=b` })
    expect(proxy.url).toBe(`http://127.0.0.1:${proxy.port}/mcp?a=b`)
    expect(await (await call(proxy.url)).json()).toEqual({ jsonrpc: '2.0', id: 1, result: {} })
    await proxy.flush()

    const reader = openReader(proxy.db ?? '')
    expect(reader.calls()).toMatchObject([{ method: 'tools/call', tool: 'echo', outcome: 'ok' }])
    expect(reader.instances()).toMatchObject([{ url: proxy.url, role: 'proxy', endedAt: null }])
    reader.close()

    const status = await fetch(new URL('/api/status', proxy.ui ?? ''), { headers: { authorization: 'Bearer secret' } })
    expect(await status.json()).toMatchObject({ proxyUrl: proxy.url, totals: { calls: 1 } })
  })

  it('passes everything and records nothing without a capture', async () => {
    const proxy = await start({ target: `http://127.0.0.1:${await upstream()}/mcp`, db: false })
    expect((await call(proxy.url)).status).toBe(200)
    expect(proxy).toMatchObject({ db: null, ui: null, token: null })
    expect(proxy.stats()).toMatchObject({ connections: 1, recordedBytes: 0 })
  })

  it('keeps the capture for its owner alone', async () => {
    const proxy = await start({ target: 'http://127.0.0.1:1/', ui: false })
    expect(statSync(proxy.db ?? '').mode & 0o777).toBe(0o600)
  })

  it('answers 502 in its own name when the server is not there', async () => {
    const proxy = await start({ target: 'http://127.0.0.1:1/mcp', ui: false })
    const answer = await call(proxy.url)
    expect(answer.status).toBe(502)
    expect(answer.headers.get('x-mitmcp-error')).toBe('UPSTREAM_UNREACHABLE')
    expect(await answer.text()).toContain('from the proxy, not from the server')
    await proxy.flush()
    const reader = openReader(proxy.db ?? '')
    expect(reader.flows()).toMatchObject([{ verb: 'POST', status: 502, s2cEnding: { how: 'clean', by: 'proxy' } }])
    expect(reader.frames({ direction: 'c2s' }).rows.map((frame) => frame.sentAt)).toEqual([null, null])
    expect(reader.connection(reader.flows()[0]?.connection ?? 0)).toMatchObject({ upstreamError: 'ECONNREFUSED' })
    reader.close()
  })

  it('does not proxy to its own control plane', async () => {
    const port = await freePort()
    const proxy = await start({ target: `http://localhost:${port}/api/status`, ui: { port, token: 'secret' } })
    const answer = await fetch(proxy.url, { headers: { authorization: 'Bearer secret', connection: 'close' } })
    expect(answer.status).toBe(502)
    expect(answer.headers.get('x-mitmcp-error')).toBe('SELF_TARGET')
  })

  it('closes within two seconds, streams open or not, and leaves nothing out of the capture', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    toClose.push(() => server.close().closeAllConnections())
    const proxy = await start({ target: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp` })
    const stream = await fetch(proxy.url)
    await stream.body?.getReader().read()
    const before = performance.now()
    await proxy.close()
    expect(performance.now() - before).toBeLessThan(2000)
    const reader = openReader(proxy.db ?? '')
    expect(reader.frames().rows.map((frame) => frame.kind)).toContain('event')
    expect(reader.flows()[0]).toMatchObject({ s2cEnding: { by: 'proxy' } })
    expect(reader.instances()[0]?.endedAt).not.toBeNull()
    reader.close()
  })
})

describe('createProxies', () => {
  const startAll = async (servers: ProxiesOptions['servers'], more: Partial<ProxiesOptions> = {}) => {
    const db = join(folder, `${++captures}.db`)
    const proxies = await createProxies({ db, ui: { port: 0, token: 'secret' }, servers, ...more })
    toClose.push(() => proxies.close())
    return proxies
  }

  it('stands in front of several servers with one capture and one page, each session under its server’s name', async () => {
    const [a, b] = [await upstream('{"jsonrpc":"2.0","id":1,"result":"a"}'), await upstream()]
    const proxies = await startAll([
      { name: 'shop', target: `http://127.0.0.1:${a}/mcp`, port: 0 },
      { name: 'files', target: `http://127.0.0.1:${b}/other`, port: 0 },
    ])
    const [shop, files] = proxies.servers
    expect(await (await call(shop?.url ?? '')).json()).toMatchObject({ result: 'a' })
    expect(await (await call(files?.url ?? '')).json()).toMatchObject({ result: {} })
    expect(proxies.stats()).toMatchObject({ connections: 2 })
    await proxies.flush()

    const reader = openReader(proxies.db ?? '')
    expect(reader.sessions().map(({ server }) => server)).toEqual(['files', 'shop'])
    expect(reader.flows().map(({ connection }) => connection)).toEqual([1, 2])
    expect(reader.instances()).toHaveLength(1)
    reader.close()

    const status = await fetch(new URL('/api/status', proxies.ui ?? ''), {
      headers: { authorization: 'Bearer secret' },
    })
    expect(await status.json()).toMatchObject({
      proxyUrl: shop?.url,
      servers: [
        { name: 'shop', url: shop?.url },
        { name: 'files', url: files?.url },
      ],
    })
  })

  it('starts none when one cannot start, and tells of every one that cannot', async () => {
    const holder = createTcpServer()
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
    toClose.push(() => void holder.close())
    const taken = (holder.address() as AddressInfo).port
    const free = await freePort()
    const target = 'http://127.0.0.1:1/'
    const servers = [
      { name: 'a', target, port: free },
      { name: 'b', target, port: taken },
      { name: 'c', target, port: free },
    ]
    const error = await startAll(servers).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'LISTEN_FAILED' })
    expect((error as Error).message).toMatch(new RegExp(`^Port ${taken} .*\\n +Port ${free} is taken`))
    expect((await startAll([{ name: 'a', target, port: free }])).servers[0]?.port).toBe(free)
  })
})

describe('a public URL', () => {
  it('is what clients are told, with the paths of the servers', async () => {
    const target = 'http://127.0.0.1:1/mcp?a=b'
    const common = { port: 0, db: false, ui: false, publicUrl: 'https://tunnel.test' } as const
    const one = await createProxy({ ...common, target })
    const socket = await createProxy({ ...common, target: 'ws://127.0.0.1:1/ws' })
    const servers = [{ name: 'a', target, publicUrl: 'https://not.this' }]
    const many = await createProxies({ servers, oneListener: common, db: false, ui: false })
    const urls = [one.url, socket.url, many.servers[0]?.url]
    await Promise.all([one.close(), socket.close(), many.close()])
    expect(urls).toEqual(['https://tunnel.test/mcp?a=b', 'wss://tunnel.test/ws', 'https://tunnel.test/s/a/mcp?a=b'])
  })

  it('with a path is refused', async () => {
    const target = 'http://127.0.0.1:1/mcp'
    const starting = createProxy({ target, port: 0, db: false, ui: false, publicUrl: 'https://tunnel.test/x' })
    await expect(starting).rejects.toMatchObject({ code: 'OPTION_INVALID' })
  })
})

describe('bad input', () => {
  const refused = (options: Partial<ProxyOptions> & { target: string }): Promise<unknown> =>
    start(options).then(
      () => 'started',
      (error: unknown) => error,
    )

  it.each([
    ['localhost:3000/mcp', /http:\/\/localhost:3000\/mcp/],
    ['ftp://a.test', /http:\/\/localhost:3000/],
    ['', /http:\/\/localhost:3000/],
  ])('says what %j should have been', async (target, hint) => {
    expect(await refused({ target })).toMatchObject({
      code: 'TARGET_INVALID',
      hint: expect.stringMatching(hint) as string,
    })
  })

  it('names who holds the port it was to take', async () => {
    const holder = createTcpServer()
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
    toClose.push(() => void holder.close())
    const { port } = holder.address() as AddressInfo
    expect(await refused({ target: 'http://127.0.0.1:1/', port, ui: false })).toMatchObject({
      code: 'LISTEN_FAILED',
      message: expect.stringContaining(String(process.pid)) as string,
      hint: expect.stringContaining('--port 0') as string,
    })
  })

  it('refuses the target’s own port', async () => {
    expect(await refused({ target: 'http://localhost:4567/mcp', port: 4567 })).toMatchObject({ code: 'SELF_TARGET' })
  })

  it('leaves a file that is no capture as it is', async () => {
    const db = join(folder, 'notes.txt')
    writeFileSync(db, 'not a database, but long enough to be taken for one')
    expect(await refused({ target: 'http://127.0.0.1:1/', db })).toMatchObject({ code: 'STORE_NOT_A_CAPTURE' })
    expect(statSync(db).size).toBe(51)
  })

  it('takes nothing with it when the page’s port is taken', async () => {
    const holder = createTcpServer()
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
    toClose.push(() => void holder.close())
    const ui = { port: (holder.address() as AddressInfo).port }
    const port = await freePort()
    expect(await refused({ target: 'http://127.0.0.1:1/', port, ui })).toMatchObject({ code: 'LISTEN_FAILED' })
    expect(await start({ target: 'http://127.0.0.1:1/', port, ui: false })).toMatchObject({ port })
  })
})

async function freePort(): Promise<number> {
  const probe = createTcpServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}
