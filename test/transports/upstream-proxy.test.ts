import { createServer as createTlsServer } from 'node:tls'
import { connect, type AddressInfo } from 'node:net'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createProxy, type ProxyOptions } from '../../src/proxy.ts'
import { openCapture } from '../../src/store/open.ts'
import { exemptions, parseUpstreamProxy } from '../../src/transports/upstream-proxy.ts'
import { makeIdentity } from '../support/certificates.ts'
import { forwardScene, type Scene } from '../support/forward-fixture.ts'
import { dial, type Peer } from '../support/raw.ts'

describe('the URL of a proxy', () => {
  it.each([
    ['http://proxy.test:3128', 'proxy.test', 3128, false, undefined],
    ['proxy.test:3128', 'proxy.test', 3128, false, undefined],
    ['http://proxy.test', 'proxy.test', 80, false, undefined],
    ['https://proxy.test', 'proxy.test', 443, true, undefined],
    ['http://me:p%40ss@[::1]:1', '::1', 1, false, `Basic ${btoa('me:p@ss')}`],
  ])('%s', (text, host, port, tls, authorization) => {
    expect(parseUpstreamProxy(text)).toEqual({ host, port, tls, authorization, insecure: false })
  })

  it.each(['socks5://a:1', 'http://', 'a b'])('%s is none', (text) => {
    expect(() => parseUpstreamProxy(text)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }))
  })

  it('does not show its password when it is none', () => {
    expect(() => parseUpstreamProxy('ftp://me:secret@a')).toThrow(/\*\*\*/)
    expect(() => parseUpstreamProxy('ftp://me:secret@a')).not.toThrow(/secret/)
  })
})

describe('NO_PROXY', () => {
  it.each([
    ['a.test', 'a.test', 80, true],
    ['a.test', 'x.a.test', 80, true],
    ['a.test', 'xa.test', 80, false],
    ['.a.test', 'x.a.test', 80, true],
    ['.a.test', 'a.test', 80, true],
    ['*.a.test', 'x.a.test', 80, true],
    ['A.Test', 'a.TEST.', 80, true],
    ['a.test:81', 'a.test', 80, false],
    ['a.test:81', 'a.test', 81, true],
    ['b.test, a.test', 'a.test', 80, true],
    ['b.test a.test', 'a.test', 80, true],
    ['*', 'a.test', 80, true],
    ['127.0.0.1', '127.0.0.1', 80, true],
    ['0.0.1', '127.0.0.1', 80, false],
    ['10.0.0.0/8', '10.1.2.3', 80, true],
    ['10.0.0.0/8', '11.1.2.3', 80, false],
    ['10.0.0.0/99', '10.1.2.3', 80, false],
    ['::1', '::1', 80, true],
    ['[::1]:81', '::1', 81, true],
    ['[::1]:81', '::1', 80, false],
    ['fd00::/8', 'fd12::1', 80, true],
    ['', 'a.test', 80, false],
  ])('%s and %s:%i: %s', (list, host, port, wanted) => {
    expect(exemptions(list)(host, port)).toBe(wanted)
  })
})

describe('through another proxy', () => {
  let scene: Scene
  beforeEach(() => void (scene = forwardScene()))
  afterEach(() => scene.close())

  const start = async (target: string, more: Partial<ProxyOptions>): Promise<Peer> => {
    const proxy = await createProxy({ target, port: 0, db: false, ui: false, noProxy: '', ...more })
    scene.keep(() => proxy.close())
    const client = await dial(proxy.port)
    scene.keep(() => client.socket.destroy())
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    return client
  }
  /** A proxy that opens every tunnel, and tells the heads it got. */
  const relay = async (heads: string[], answer = 'HTTP/1.1 200 fine\r\nX: 1\r\n\r\n'): Promise<number> =>
    await scene.raw((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', (bytes) => {
        heads.push(bytes.toString())
        socket.write(answer)
        if (!answer.includes(' 200 ')) return void socket.end()
        const [, host, port] = /CONNECT (.*):(\d+) /.exec(bytes.toString()) ?? []
        const far = connect({ host: host ?? '', port: Number(port) })
        scene.keep(() => far.destroy())
        far.on('error', () => socket.destroy())
        socket.pipe(far).pipe(socket)
      })
    })

  it('a server in the clear is reached by CONNECT, with credentials', async () => {
    const heads: string[] = []
    const port = await scene.plain('a')
    const via = await relay(heads)
    const client = await start(`http://127.0.0.1:${port}`, { upstreamProxy: `http://me:secret@127.0.0.1:${via}` })
    await client.until('a was asked')
    expect(heads).toEqual([
      `CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nProxy-Authorization: Basic ${btoa('me:secret')}\r\n\r\n`,
    ])
  })

  it('a server over TLS is verified through it', async () => {
    const port = await scene.secure('a', await makeIdentity())
    const via = await relay([])
    const refused = await start(`https://localhost:${port}`, { upstreamProxy: `http://127.0.0.1:${via}` })
    await refused.ended()
    expect(refused.text()).toMatch(/self-signed/)
    const client = await start(`https://localhost:${port}`, {
      upstreamProxy: `http://127.0.0.1:${via}`,
      insecure: true,
    })
    await client.until('a was asked')
  })

  it('TLS to the proxy, and in it TLS to the server', async () => {
    const port = await scene.secure('a', await makeIdentity())
    const inner = await relay([])
    const outer = createTlsServer(await makeIdentity(), (socket) => {
      socket.on('error', () => undefined)
      const far = connect(inner, '127.0.0.1')
      far.on('error', () => undefined)
      scene.keep(() => (socket.destroy(), far.destroy()))
      socket.pipe(far).pipe(socket)
    })
    await new Promise<void>((resolve) => outer.listen(0, '127.0.0.1', resolve))
    scene.keep(() => outer.close())
    const via = (outer.address() as AddressInfo).port
    const client = await start(`https://localhost:${port}`, {
      upstreamProxy: `https://localhost:${via}`,
      insecure: true,
    })
    await client.until('a was asked')
    expect(client.text()).toMatch(/^HTTP\/1\.1 200 OK/)
  })

  it('hosts of NO_PROXY are reached straight', async () => {
    const heads: string[] = []
    const port = await scene.plain('a')
    const via = await relay(heads)
    const client = await start(`http://127.0.0.1:${port}`, {
      upstreamProxy: `http://127.0.0.1:${via}`,
      noProxy: '127.0.0.0/8',
    })
    await client.until('a was asked')
    expect(heads).toEqual([])
  })

  it.each([
    ['HTTP/1.1 407 Proxy Authentication Required\r\n\r\n', /answered 407 .*user and password/],
    ['HTTP/1.1 403 Forbidden\r\n\r\n', /answered 403 Forbidden/],
    ['SSH-2.0-x\r\n\r\n', /no HTTP proxy/],
    ['', /closed the connection/],
  ])('a proxy that says “%s” is named as the reason', async (answer, told) => {
    const via = await relay([], answer)
    const client = await start('http://127.0.0.1:1', { upstreamProxy: `http://127.0.0.1:${via}` })
    await client.ended()
    expect(client.text()).toMatch(/^HTTP\/1\.1 502 /)
    expect(client.text()).toMatch(told)
  })

  it('works for forward mode too, and two of ours in a row', async () => {
    const port = await scene.secure('a', await makeIdentity())
    const far = await scene.proxy({ tunnel: ['localhost'] })
    const near = await scene.proxy({ upstreamProxy: far.url, noProxy: '', insecure: true })
    const client = await scene.tls(near, `localhost:${port}`, { ca: readFileSync(near.authority.file, 'utf8') })
    client.write('GET / HTTP/1.1\r\n\r\n')
    await client.until('a was asked')
    expect(far.stats().connections).toBe(1)
  })

  it('its credentials are in no capture', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mitmcp-test-'))
    scene.keep(() => rmSync(folder, { recursive: true, force: true }))
    const db = join(folder, 'capture.db')
    const port = await scene.plain('a')
    const via = await relay([])
    const proxy = await createProxy({
      target: `http://127.0.0.1:${port}`,
      port: 0,
      db,
      ui: false,
      upstreamProxy: `http://me:verysecret@127.0.0.1:${via}`,
      noProxy: '',
    })
    const client = await dial(proxy.port)
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await client.until('a was asked')
    client.socket.destroy()
    await proxy.close()
    const capture = openCapture(db, { readonly: true })
    const all = capture.serialize().toString('latin1')
    capture.close()
    expect(all).toContain('a was asked')
    expect(all).not.toMatch(/verysecret|CONNECT/)
    expect(all).not.toContain(btoa('me:verysecret'))
  })
})
