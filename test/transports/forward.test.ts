import { createServer } from 'node:net'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClock, nullTap } from '../../src/pipe/index.ts'
import type { Forward } from '../../src/proxy.ts'
import { openReader } from '../../src/store/reader.ts'
import type { ConnectionRow } from '../../src/store/rows.ts'
import { listenForward } from '../../src/transports/forward.ts'
import { forwardScene, type Scene } from '../support/forward-fixture.ts'
import { makeIdentity, makeIssuer } from '../support/certificates.ts'
import { dial, type Peer } from '../support/raw.ts'
import { dialThrough, tunnelThrough } from '../support/start-forward.ts'

let scene: Scene
let folder: string
beforeEach(() => {
  scene = forwardScene()
  folder = mkdtempSync(join(tmpdir(), 'mitmcp-test-'))
})
afterEach(async () => {
  await scene.close()
  rmSync(folder, { recursive: true, force: true })
})

const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const trusted = (proxy: Forward): string => readFileSync(proxy.authority.file, 'utf8')
const asks = async (proxy: Forward, text: string): Promise<Peer> => {
  const client = await dial(proxy.port)
  scene.keep(() => client.socket.destroy())
  client.write(text)
  return client
}

describe('absolute-form requests', () => {
  it('reach their server in origin form, without what was for the proxy', async () => {
    const port = await scene.plain('a')
    const proxy = await scene.proxy()
    const client = await asks(
      proxy,
      `GET http://127.0.0.1:${port}/x?y HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nProxy-Connection: keep-alive\r\nProxy-Authorization: Basic eDp5\r\nX: 1\r\n\r\n`,
    )
    await client.until('.')
    expect(client.text()).toContain(`a was asked\nGET /x?y HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX: 1\n.`)
  })

  it('may follow each other to the same server on one upstream connection', async () => {
    let connections = 0
    const port = await scene.raw((socket) => {
      connections++
      socket.on('error', () => undefined)
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'))
    })
    const proxy = await scene.proxy()
    const client = await asks(proxy, '')
    for (let turn = 1; turn <= 3; turn++) {
      client.write(`GET http://127.0.0.1:${port}/${turn} HTTP/1.1\r\nHost: x\r\n\r\n`)
      await client.until(turn * 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'.length)
    }
    expect(connections).toBe(1)
  })

  it('may go to several servers, each answer in its turn, also when pipelined', async () => {
    const ports = [await scene.plain('a'), await scene.plain('b')]
    const proxy = await scene.proxy()
    const to = (index: number, path: string): string =>
      `GET http://127.0.0.1:${ports[index]}/${path} HTTP/1.1\r\nHost: 127.0.0.1:${ports[index]}\r\n\r\n`
    const client = await asks(proxy, to(0, '1') + to(1, '2') + to(1, '3') + to(0, '4'))
    await client.until('GET /4 HTTP/1.1')
    expect([...client.text().matchAll(/(\w) was asked\nGET \/(\d)/g)].map(([, who, what]) => `${who}${what}`)).toEqual([
      'a1',
      'b2',
      'b3',
      'a4',
    ])
  })

  it('to another server wait until the running answer has ended', async () => {
    let answer: ((text: string) => void) | undefined
    const slow = await scene.raw((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', () => (answer = (text) => socket.write(text)))
    })
    let reached = false
    const other = await scene.raw((socket) => {
      reached = true
      socket.on('error', () => undefined)
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother'))
    })
    const proxy = await scene.proxy()
    const client = await asks(
      proxy,
      `GET http://127.0.0.1:${slow}/ HTTP/1.1\r\nHost: x\r\n\r\nGET http://127.0.0.1:${other}/ HTTP/1.1\r\nHost: x\r\n\r\n`,
    )
    await expect.poll(() => answer).toBeDefined()
    answer?.('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n')
    await client.until('abc')
    expect(reached).toBe(false)
    answer?.('0\r\n\r\n')
    await client.until('other')
    expect(client.text()).toMatch(/abc\r\n0\r\n\r\nHTTP\/1\.1 200 OK\r\nContent-Length: 5\r\n\r\nother$/)
  })

  it('come in pieces of any size', async () => {
    const port = await scene.plain('a')
    const proxy = await scene.proxy()
    const client = await asks(proxy, '')
    for (const char of `\r\nGET http://127.0.0.1:${port}/1 HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`.repeat(2)) {
      client.socket.write(char)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await expect.poll(() => client.text().split('GET /1 HTTP/1.1').length).toBe(3)
  })

  it('get a 502 of ours where nobody listens', async () => {
    const port = await closedPort()
    const proxy = await scene.proxy()
    const client = await asks(proxy, `GET http://127.0.0.1:${port}/ HTTP/1.1\r\nHost: x\r\n\r\n`)
    expect(await client.ended()).toBe('fin')
    expect(client.text()).toMatch(/^HTTP\/1\.1 502 [\s\S]*x-mitmcp-error: UPSTREAM_UNREACHABLE[\s\S]*ECONNREFUSED/)
  })

  it('that name no server are told what this is', async () => {
    const proxy = await scene.proxy()
    for (const text of ['GET / HTTP/1.1\r\nHost: x\r\n\r\n', 'CONNECT x HTTP/1.1\r\n\r\n', '\x16\x03\x01\x02']) {
      const client = await asks(proxy, text)
      expect(await client.ended()).toBe('fin')
      expect(client.text()).toMatch(/^HTTP\/1\.1 502 [\s\S]*x-mitmcp-error: TARGET_INVALID[\s\S]*forward proxy/)
    }
  })
})

describe('CONNECT', () => {
  it('to a closed port is refused with a 502 of ours, that says why', async () => {
    const proxy = await scene.proxy()
    await expect(tunnelThrough(proxy.port, `127.0.0.1:${await closedPort()}`)).rejects.toThrow(
      /^HTTP\/1\.1 502 [\s\S]*x-mitmcp-error: UPSTREAM_UNREACHABLE[\s\S]*ECONNREFUSED/,
    )
  })

  it('to a closed port is reset when told to', async () => {
    const proxy = await scene.proxy({ onUnreachable: 'reset' })
    await expect(tunnelThrough(proxy.port, `127.0.0.1:${await closedPort()}`)).rejects.toThrow(/ECONNRESET/)
  })

  it('opens TLS with a certificate for the host, http/1.1 only', async () => {
    const port = await scene.secure('a', await makeIdentity())
    const proxy = await scene.proxy({ insecure: true })
    const client = await scene.tls(proxy, `localhost:${port}`, { ca: trusted(proxy), alpn: ['h2', 'http/1.1'] })
    expect(client.socket).toMatchObject({ authorized: true, alpnProtocol: 'http/1.1' })
    client.write(`GET /x HTTP/1.1\r\nHost: localhost:${port}\r\nOrigin: https://localhost:${port}\r\n\r\n`)
    await client.until(
      `a was asked\nGET /x HTTP/1.1\r\nHost: localhost:${port}\r\nOrigin: https://localhost:${port}\n.`,
    )
  })

  it('asks the server for the name that the client asked for', async () => {
    const names: unknown[] = []
    const port = await scene.secure('a', {
      ...(await makeIdentity()),
      SNICallback: (name, found) => (names.push(name), found(null)),
    })
    const proxy = await scene.proxy({ insecure: true })
    const client = await scene.tls(proxy, `127.0.0.1:${port}`, { servername: 'other.test', ca: trusted(proxy) })
    client.write('GET / HTTP/1.1\r\n\r\n')
    await client.until('a was asked')
    expect(names).toEqual(['other.test'])
  })

  it('leaves the TLS of hosts closed that it is told to leave', async () => {
    const own = await makeIdentity()
    const port = await scene.secure('a', own)
    const proxy = await scene.proxy({ tunnel: ['localhost'] })
    const client = await scene.tls(proxy, `localhost:${port}`, { ca: own.cert })
    client.write('GET / HTTP/1.1\r\n\r\n')
    await client.until('a was asked')
    await expect(scene.tls(proxy, `127.0.0.1:${port}`, { ca: own.cert })).rejects.toThrow(/certificate/)
  })

  it('says when a client does not trust the authority', async () => {
    const port = await scene.secure('a', await makeIdentity())
    const told: string[] = []
    const proxy = await scene.proxy({ insecure: true, onDistrust: (host, reason) => told.push(`${host} ${reason}`) })
    await expect(scene.tls(proxy, `localhost:${port}`)).rejects.toThrow()
    await expect.poll(() => told.join()).toMatch(/^localhost the client left/)
  })

  it('passes what is no HTTP and no TLS, HTTP/2 with prior knowledge too', async () => {
    const port = await scene.raw((socket) => {
      socket.on('error', () => undefined)
      socket.pipe(socket)
    })
    const proxy = await scene.proxy()
    for (const text of [
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0',
      '\0\xff\x01 anything',
      'SSH-2.0-x\r\n',
    ]) {
      const client = await dialThrough(proxy.port, `127.0.0.1:${port}`)
      scene.keep(() => client.socket.destroy())
      client.write(text)
      await client.until(text)
      expect(client.text()).toBe(text)
    }
  })

  it('passes a server that speaks first', async () => {
    const port = await scene.raw((socket) => socket.on('error', () => undefined).write('220 hello\r\n'))
    const proxy = await scene.proxy()
    const client = await dialThrough(proxy.port, `127.0.0.1:${port}`)
    scene.keep(() => client.socket.destroy())
    await client.until('220 hello\r\n')
    expect(client.text()).toBe('220 hello\r\n')
  })

  it('takes what the client sends right behind its CONNECT', async () => {
    const port = await scene.plain('a')
    const proxy = await scene.proxy()
    const client = await asks(proxy, `CONNECT 127.0.0.1:${port} HTTP/1.1\r\n\r\nGET /early HTTP/1.1\r\n\r\n`)
    await client.until('a was asked\nGET /early')
    expect(client.text()).toMatch(/^HTTP\/1\.1 200 Connection Established\r\n\r\nHTTP\/1\.1 200 OK/)
  })
})

describe('certificates of servers', () => {
  const inside = async (settings: object, identity: { key: string; cert: string }): Promise<string> => {
    const port = await scene.secure('a', identity)
    const proxy = await scene.proxy(settings)
    const client = await scene.tls(proxy, `localhost:${port}`, { ca: trusted(proxy) })
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await Promise.race([client.ended(), client.until('was asked')])
    return client.text()
  }

  it.each([
    ['expired', { from: -3, to: -2 }, /has expired \(CERT_HAS_EXPIRED\)/],
    ['not valid yet', { from: 2, to: 3 }, /not valid yet \(CERT_NOT_YET_VALID\)/],
    ['self-signed', {}, /self-signed \(DEPTH_ZERO_SELF_SIGNED_CERT\)/],
  ])('that are %s are named so inside the opened TLS', async (_what, wanted, told) => {
    const text = await inside({}, await makeIdentity(wanted))
    expect(text).toMatch(/^HTTP\/1\.1 502 [\s\S]*x-mitmcp-error: UPSTREAM_UNREACHABLE/)
    expect(text).toMatch(told)
  })

  it('for another host are named so, with the names they are for', async () => {
    const issuer = await makeIssuer()
    const text = await inside(
      { ca: file('ca.pem', issuer.cert) },
      await makeIdentity({ names: ['other.test'], issuer }),
    )
    expect(text).toMatch(/another host \(ERR_TLS_CERT_ALTNAME_INVALID\): it is for DNS:other\.test/)
  })

  it('of an unknown authority are named so, and accepted with --ca', async () => {
    const issuer = await makeIssuer()
    const identity = await makeIdentity({ issuer })
    expect(await inside({}, identity)).toMatch(/authority this machine does not know .*--ca/)
    expect(await inside({ ca: file('ca.pem', issuer.cert) }, identity)).toMatch(/a was asked/)
  })

  it('are not looked at when told not to', async () => {
    expect(await inside({ insecure: true }, await makeIdentity({ from: -3, to: -2 }))).toMatch(/a was asked/)
  })

  it('a server without TLS is named so', async () => {
    const port = await scene.raw((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    })
    const proxy = await scene.proxy()
    const client = await scene.tls(proxy, `localhost:${port}`, { ca: trusted(proxy) })
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await client.ended()
    expect(client.text()).toMatch(/^HTTP\/1\.1 502 [\s\S]*does not answer in TLS/)
  })

  it('a client certificate is shown to a server that asks for one', async () => {
    const issuer = await makeIssuer()
    const server = { ...(await makeIdentity({ issuer })), requestCert: true, rejectUnauthorized: true, ca: issuer.cert }
    const own = await makeIdentity({ names: ['me'], issuer, clientAuth: true })
    const ca = file('ca.pem', issuer.cert)
    const text = await inside({ ca, clientCert: file('me.pem', own.cert), clientKey: file('me.key', own.key) }, server)
    expect(text).toMatch(/a was asked/)
  })
})

describe('TLS that cannot be had from the server', () => {
  const failures: readonly (readonly [what: string, code: RegExp, start: () => Promise<number>])[] = [
    [
      'a certificate nobody knows',
      /^DEPTH_ZERO_SELF_SIGNED_CERT$/,
      async () => scene.secure('a', await makeIdentity()),
    ],
    [
      'no TLS at all',
      /^(EPROTO|ERR_SSL_\w+)$/,
      () => scene.raw((socket) => void socket.once('data', () => socket.end('HTTP/1.1 400 No\r\n\r\n'))),
    ],
    ['a reset', /^ECONNRESET$/, () => scene.raw((socket) => void socket.once('data', () => socket.resetAndDestroy()))],
    ['an end', /^ECONNRESET$/, () => scene.raw((socket) => void socket.once('data', () => socket.end()))],
  ]

  it.each(failures)('resets the client when told to: %s', async (_what, code, start) => {
    const port = await start()
    const db = join(folder, 'capture.db')
    const proxy = await scene.proxy({ onUnreachable: 'reset', db })
    const client = await scene.tls(proxy, `localhost:${port}`, { ca: trusted(proxy) })
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(await client.ended()).toBe('rst')
    expect(client.text()).toBe('')
    const reader = openReader(db)
    scene.keep(() => reader.close())
    const tls = (): ConnectionRow | null | undefined => reader.connection(2)
    await expect.poll(async () => (await proxy.flush(), tls()?.closedAt)).toEqual(expect.any(Number))
    expect(tls()?.upstreamError).toMatch(code)
    expect(tls()).toMatchObject({ s2cEnding: { how: 'rst', by: 'proxy' } })
  })

  it.each(failures)('is told in a 502 of ours otherwise: %s', async (_what, _code, start) => {
    const port = await start()
    const proxy = await scene.proxy()
    const client = await scene.tls(proxy, `localhost:${port}`, { ca: trusted(proxy) })
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(await client.ended()).toBe('fin')
    expect(client.text()).toMatch(/^HTTP\/1\.1 502 [\s\S]*x-mitmcp-error: UPSTREAM_UNREACHABLE/)
  })
})

describe('who may use it', () => {
  it('is asked of every client, and who may not is told how to change that', async () => {
    const seen: string[] = []
    const listener = await listenForward({
      host: '127.0.0.1',
      port: 0,
      authority: undefined,
      tunnel: [],
      upstream: { insecure: false },
      headers: [],
      onUnreachable: '502',
      tap: nullTap,
      clock: createClock(),
      nextConnection: () => 1,
      isControlPlane: () => false,
      serves: (address) => (seen.push(address), false),
    })
    scene.keep(() => listener.close(0))
    const client = await dial(listener.port)
    scene.keep(() => client.socket.destroy())
    client.write('GET http://127.0.0.1:1/ HTTP/1.1\r\n\r\n')
    await client.ended()
    expect(seen).toEqual(['127.0.0.1'])
    expect(client.text()).toMatch(/^HTTP\/1\.1 403 [\s\S]*x-mitmcp-error: CLIENT_REFUSED[\s\S]*--allow-remote/)
  })
})

/** A port that is free, or was a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
