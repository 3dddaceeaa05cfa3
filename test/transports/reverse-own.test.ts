import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createProxy, type Proxy } from '../../src/proxy.ts'
import { createLine, type Line } from '../support/line.ts'
import { dial, type Peer } from '../support/raw.ts'
import { startReverse } from '../support/start-reverse.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

let proxy: Proxy
let line: Line
beforeEach(async () => {
  line = await createLine(async (target) => (proxy = (await startReverse()(target)) as Proxy))
})
afterEach(() => line.close())

/** Polls: nothing tells a test that a socket of the proxy is gone. */
async function settled(): Promise<number> {
  const until = performance.now() + 3000
  while (proxy.stats().open > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 10))
  return proxy.stats().open
}

type Leave = (peer: Peer) => void
const leaves: Record<string, Leave> = {
  end: (peer) => peer.end(),
  reset: (peer) => peer.reset(),
  'say and end': (peer) => peer.end(OK),
  'say and reset': (peer) => (peer.write(OK), peer.reset()),
  'end and reset': (peer) => (peer.end(), peer.reset()),
  'end, then reset': (peer) => (peer.end(), void setImmediate(() => peer.reset())),
}
const ways = Object.keys(leaves)
const pairs = ways.flatMap((client) => ways.map((server) => [client, server] as const))

describe('the reverse proxy', () => {
  it.each(pairs)('is rid of both sockets when the client does “%s” and the server “%s”', async (one, other) => {
    const runs = Array.from({ length: 8 }, async (_, run) => {
      const { client, server } = await line.open()
      leaves[one]?.(client)
      if (run % 2 === 0) await new Promise((resolve) => setImmediate(resolve))
      if (!server.socket.destroyed) leaves[other]?.(server)
    })
    await Promise.all(runs)
    expect(await settled()).toBe(0)
  })

  it('closes at once with streams open, and the peers are told', async () => {
    const { client, server } = await line.open()
    server.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n')
    await client.until('data: 1\n\n')
    const began = performance.now()
    await proxy.close()
    expect(performance.now() - began).toBeLessThan(1000)
    await client.ended()
    await server.ended()
  })

  it('is called by its public URL by clients outside, and as ever by those inside', async () => {
    const outside = await createLine(startReverse({ publicUrl: 'https://tunnel.test' }))
    const answer = `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nevent: endpoint\ndata: http://127.0.0.1:${outside.serverPort}/m\n\n`
    const seen: string[] = []
    for (const host of ['tunnel.test', `localhost:${outside.port}`]) {
      const client = await outside.dial()
      client.write(`GET /sse HTTP/1.1\r\nHost: ${host}\r\nOrigin: https://tunnel.test\r\n\r\n`)
      const server = await outside.accept()
      await server.until('\r\n\r\n')
      expect(server.text()).toContain(
        `Host: 127.0.0.1:${outside.serverPort}\r\nOrigin: http://127.0.0.1:${outside.serverPort}\r\n`,
      )
      server.end(answer)
      await client.ended()
      seen.push(/data: (.*)\n/.exec(client.text())?.[1] ?? '')
    }
    await outside.close()
    expect(seen).toEqual(['https://tunnel.test/m', `http://localhost:${outside.port}/m`])
  })

  it('refuses a port that is the target’s own', async () => {
    const target = `http://127.0.0.1:${line.serverPort}/mcp`
    const started = createProxy({ target, port: line.serverPort, db: false, ui: false })
    await expect(started).rejects.toMatchObject({ code: 'SELF_TARGET' })
  })

  it('says that a named port is taken', async () => {
    const started = createProxy({ target: 'http://127.0.0.1:1/mcp', port: line.serverPort, db: false, ui: false })
    await expect(started).rejects.toMatchObject({ code: 'LISTEN_FAILED' })
  })

  it.each(['127.0.0.1', 'localhost'])('never proxies to its own control plane, called %s', async (name) => {
    const port = await freePort()
    const folder = mkdtempSync(join(tmpdir(), 'mitmcp-test-'))
    const target = `http://${name}:${port}/api/status`
    const own = await createProxy({ target, port: 0, db: join(folder, 'capture.db'), ui: { port } })
    const client = await dial(own.port)
    client.write('GET /api/status HTTP/1.1\r\nHost: x\r\n\r\n')
    await client.ended()
    expect(client.text()).toMatch(/^HTTP\/1\.1 502 /)
    expect(client.text()).toMatch(/^x-mitmcp-error: SELF_TARGET$/m)
    client.socket.destroy()
    await own.close()
    rmSync(folder, { recursive: true, force: true })
  })
})

/** A port that is free, or was a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
