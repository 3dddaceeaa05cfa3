/** No mode is a way to the control plane of any mitmcp on the capture: neither our own page nor another process's. */
import { mkdtempSync, rmSync } from 'node:fs'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createForward, createProxies, createProxy, type Forward, type Proxy } from '../../src/proxy.ts'
import { dial } from '../support/raw.ts'
import { authorityFolder, tunnelThrough } from '../support/start-forward.ts'

let folder: string
let db: string
/** Another mitmcp with a page; not the one that is asked. */
let other: Proxy
let forward: Forward
let page = 0

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mitmcp-test-'))
  db = join(folder, 'capture.db')
  other = await createProxy({ target: 'http://127.0.0.1:1/mcp', port: 0, db, ui: {} })
  forward = await createForward({ port: 0, db, ui: {}, authority: authorityFolder })
  page = Number(new URL(other.ui ?? '').port)
  // what the others listen on is heard within a second
  const until = performance.now() + 5000
  while (performance.now() < until && !/SELF_TARGET/.test(await absolute('127.0.0.1', page))) {
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
})
afterAll(async () => {
  await forward.close()
  await other.close()
  rmSync(folder, { recursive: true, force: true })
})

const absolute = async (host: string, port: number): Promise<string> => {
  const client = await dial(forward.port)
  client.write(`GET http://${host}:${port}/api/status HTTP/1.1\r\nHost: ${host}:${port}\r\nConnection: close\r\n\r\n`)
  await client.ended()
  client.socket.destroy()
  return client.text()
}

/** Every way to spell this machine. IPv6 where there is one. */
const spellings = [
  '127.0.0.1',
  'localhost',
  '127.1',
  '127.0.0.2',
  '0.0.0.0',
  '2130706433',
  '0x7f000001',
  '[::ffff:127.0.0.1]',
]
const addresses = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address))

describe('own control plane (deliver 8)', () => {
  it.each(spellings)('forward mode does not reach another process’s page as %s', async (host) => {
    const answer = await absolute(host, page)
    // nobody may listen on 127.0.0.2 and the like, though they are this machine too
    const reached = /^(127\.0\.0\.1|localhost|127\.1|0\.0\.0\.0|2130706433|0x7f000001)$/.test(host)
    expect(answer).toMatch(/^HTTP\/1\.1 502 [\s\S]*x-mitmcp-error: (SELF_TARGET|UPSTREAM_UNREACHABLE)/)
    expect(answer.includes('SELF_TARGET') || !reached).toBe(true)
  })

  it('no tunnel is opened to it, nor to our own page, nor to the proxy itself', async () => {
    const own = Number(new URL(forward.ui ?? '').port)
    for (const port of [page, own, forward.port]) {
      for (const host of ['127.0.0.1', 'localhost']) {
        await expect(tunnelThrough(forward.port, `${host}:${port}`)).rejects.toThrow(/502 [\s\S]*SELF_TARGET/)
      }
    }
  })

  it('a page that listens on all addresses is not reached by any of them', async () => {
    const wide = await createProxy({
      target: 'http://127.0.0.1:1/mcp',
      port: 0,
      db: join(folder, 'wide.db'),
      ui: { host: '0.0.0.0' },
    })
    try {
      for (const address of addresses.filter((one) => !one.includes(':'))) {
        const target = `http://${address}:${new URL(wide.ui ?? '').port}/api/status`
        const proxy = await createProxy({ target, port: 0, db: join(folder, 'wide.db'), ui: false })
        expect(await eventually(proxy.port, '/api/status')).toMatch(/SELF_TARGET/)
        await proxy.close()
      }
    } finally {
      await wide.close()
    }
  })

  it.each(['127.0.0.1', 'localhost', '127.1'])(
    'the reverse proxy does not reach another process’s page as %s',
    async (host) => {
      const proxy = await createProxy({ target: `http://${host}:${page}/api/status`, port: 0, db, ui: false })
      expect(await eventually(proxy.port, '/api/status')).toMatch(/^HTTP\/1\.1 502 [\s\S]*x-mitmcp-error: SELF_TARGET/)
      await proxy.close()
    },
  )

  it('a listener with several servers does not reach it either', async () => {
    const servers = [{ name: 'page', target: `http://localhost:${page}/` }]
    const proxies = await createProxies({ servers, oneListener: { port: 0 }, db, ui: false })
    const port = Number(new URL(proxies.servers[0]?.url ?? '').port)
    expect(await eventually(port, '/s/page/api/status')).toMatch(/x-mitmcp-error: SELF_TARGET/)
    await proxies.close()
  })
})

/** Asks until the list of live processes has been heard, which takes at most a second. */
async function eventually(port: number, path: string): Promise<string> {
  const until = performance.now() + 3000
  for (;;) {
    const client = await dial(port)
    client.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    await client.ended()
    client.socket.destroy()
    if (/SELF_TARGET/.test(client.text()) || performance.now() > until) return client.text()
  }
}
