import { createServer, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { runDemoClient } from '../../src/demo/client.ts'
import { demoServer } from '../support/demo-server.ts'

/** What a client sends to a server that only passes on, by method; `initialize` and `server/discover` open sessions. */
const watched = async (target: string): Promise<{ url: string; methods: string[]; verbs: string[] }> => {
  const methods: string[] = []
  const verbs: string[] = []
  const server = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request)
      verbs.push(request.method ?? '')
      methods.push(...Array.from(body.matchAll(/"method":"([^"]+)"/g), (match) => match[1] ?? ''))
      const gone = new AbortController()
      response.on('close', () => gone.abort())
      const answer = await fetch(target, {
        method: request.method ?? 'GET',
        headers: Object.entries(request.headers).filter(
          (field): field is [string, string] =>
            typeof field[1] === 'string' && !/^(host|connection|content-length|transfer-encoding)$/.test(field[0]),
        ),
        ...(body === '' ? {} : { body }),
        signal: gone.signal,
      })
      response.writeHead(answer.status, Object.fromEntries(answer.headers))
      for await (const chunk of answer.body ?? []) response.write(chunk)
      response.end()
    })().catch(() => response.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, methods, verbs }
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += chunk as string
  return body
}

test('opens sessions one after the other, every third without one, listens, calls, and says goodbye', async () => {
  const { url, methods, verbs } = await watched((await demoServer()).url)
  const client = runDemoClient({ url, seed: 1, pauseMs: [1, 2], piecesPerSession: 1 })
  await expect.poll(() => methods, { timeout: 15_000 }).toContain('server/discover')
  await client.close()
  expect(methods.filter((method) => method === 'initialize')).toHaveLength(2)
  expect(verbs).toContain('GET')
  expect(verbs.filter((verb) => verb === 'DELETE').length).toBeGreaterThanOrEqual(2)
})

test('a server that is away is tried again, and closing does not wait for it', async () => {
  const client = runDemoClient({ url: 'http://127.0.0.1:1/mcp', seed: 1, pauseMs: [60_000, 60_000] })
  await expect(client.close()).resolves.toBeUndefined()
})
