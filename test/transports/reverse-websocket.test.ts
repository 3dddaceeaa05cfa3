import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { createProxy } from '../../src/proxy.ts'
import { transportLaws } from '../laws/transport.ts'
import { startRecorded } from '../support/start-recorded.ts'

transportLaws('reverse, recording', startRecorded(), { topics: ['websocket'] })

describe('a target that is a WebSocket', () => {
  const pem = (name: string): string => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8')

  /** What a server of this scheme sees of a client that talks to the proxy, and what the client gets back. */
  async function talk(
    scheme: 'ws' | 'wss',
  ): Promise<{ url: string; seen: IncomingMessage; port: number; answer: string }> {
    const server =
      scheme === 'ws' ? createServer() : createSecureServer({ key: pem('localhost.key'), cert: pem('localhost.pem') })
    const sockets = new WebSocketServer({ server })
    sockets.on('connection', (socket) =>
      socket.on('message', (data) => socket.send(`${(data as Buffer).toString()} too`)),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const target = `${scheme}://localhost:${port}/mcp?a=b`
    const proxy = await createProxy({ target, port: 0, db: false, ui: false, insecure: true })
    onTestFinished(async () => {
      server.closeAllConnections()
      server.close()
      await proxy.close()
    })
    const arrived = new Promise<IncomingMessage>((resolve) =>
      sockets.once('connection', (_, request) => resolve(request)),
    )
    const client = new WebSocket(proxy.url, { origin: `http://127.0.0.1:${proxy.port}` })
    client.on('open', () => client.send('hello'))
    const answer = await new Promise<string>((resolve, reject) => {
      client.on('message', (data) => resolve((data as Buffer).toString()))
      client.on('error', reject)
    })
    client.terminate()
    return { url: proxy.url, seen: await arrived, port, answer }
  }

  it.each(['ws', 'wss'] as const)(
    'is reached by %s, and clients are told a ws:// URL of the same path',
    async (scheme) => {
      const { url, seen, port, answer } = await talk(scheme)
      expect(url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/mcp\?a=b$/)
      expect(answer).toBe('hello too')
      expect(seen.url).toBe('/mcp?a=b')
      expect(seen.headers.host).toBe(`localhost:${port}`)
      expect(seen.headers.origin).toBe(`${scheme === 'ws' ? 'http' : 'https'}://localhost:${port}`)
    },
  )
})
