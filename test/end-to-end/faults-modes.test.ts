// The same faults where one listener leads to many servers, and through a forward proxy with TLS opened in it.
import { readFileSync } from 'node:fs'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo } from 'node:net'
import { fetch as fetchBy, ProxyAgent } from 'undici'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createForward, createProxies, type FaultRules } from '../../src/proxy.ts'
import { call, events, faulty } from '../support/faulty.ts'
import { authorityFolder } from '../support/start-forward.ts'

interface Way {
  readonly faults: FaultRules
  /** Requests the server has seen. */
  count(): number
  post(body: string): Promise<Pick<Response, 'status' | 'text'>>
}

const POST = { method: 'POST', headers: { 'content-type': 'application/json' } } as const
const pem = (name: string): string => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8')

const ways: Record<string, () => Promise<Way>> = {
  'one listener for many servers': async () => {
    const { server, asked } = await faulty(events(5, { end: false }))
    const { port } = server.address() as AddressInfo
    const proxies = await createProxies({
      servers: [
        { name: 'other', target: 'http://127.0.0.1:1/mcp' },
        { name: 'own', target: `http://127.0.0.1:${port}/mcp` },
      ],
      oneListener: { port: 0 },
      db: false,
      ui: false,
    })
    onTestFinished(() => proxies.close())
    const url = proxies.servers[1]!.url
    return { faults: proxies.faults, count: () => asked.length, post: (body) => fetch(url, { ...POST, body }) }
  },
  'a forward proxy that opens TLS': async () => {
    let count = 0
    const answer = events(5, { end: false })
    const server = createHttps({ key: pem('localhost.key'), cert: pem('localhost.pem') }, (request, response) => {
      count++
      response.on('error', () => undefined)
      request.resume().on('end', () => answer({ method: '', path: '', headers: {}, body: '' }, response, request))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const forward = await createForward({ port: 0, db: false, ui: false, insecure: true, authority: authorityFolder })
    onTestFinished(() => forward.close())
    const ca = readFileSync(forward.authority.file, 'utf8')
    const dispatcher = new ProxyAgent({ uri: forward.url, requestTls: { ca } })
    onTestFinished(() => dispatcher.destroy())
    const url = `https://localhost:${(server.address() as AddressInfo).port}/mcp`
    return {
      faults: forward.faults,
      count: () => count,
      post: (body) => fetchBy(url, { ...POST, body, dispatcher }) as unknown as Promise<Response>,
    }
  },
}

describe.each(Object.entries(ways))('%s', (_name, open) => {
  test.each([
    ['fin', 'UND_ERR_SOCKET'],
    ['rst', expect.stringMatching(/^(ECONNRESET|UND_ERR_SOCKET)$/) as string],
  ])('cut by %s after two events', async (end, code) => {
    const { faults, post } = await open()
    await faults.add({ fault: 'cut', end, after: '2 events', match: 'status:200' })
    const response = await post(call(1))
    await expect(response.text()).rejects.toMatchObject({ cause: { code } })
    expect(faults.list()).toMatchObject([{ matched: 1, fired: 1 }])
  })

  test('cut properly after two events reads as an ordinary end', async () => {
    const { faults, post } = await open()
    await faults.add({ fault: 'cut', end: 'clean', after: '2 events', match: 'status:200' })
    expect((await (await post(call(1))).text()).match(/^id: \d/gm)).toEqual(['id: 1', 'id: 2'])
  })

  test('status in place of the server, until it is healed', async () => {
    const { faults, post, count } = await open()
    await faults.add({ fault: 'status', code: 503 })
    const refused = await post(call(1))
    expect([refused.status, await refused.text(), count()]).toEqual([503, 'mitmcp: status 503, by a fault rule\n', 0])
    await faults.heal()
    expect([(await post(call(2))).status, count()]).toEqual([200, 1])
  })

  test('latency, never early', async () => {
    const { faults, post } = await open()
    await post(call(1))
    await faults.add({ fault: 'latency', delay: '80ms', match: 'dir:s2c' })
    const from = performance.now()
    await post(call(2))
    expect(performance.now() - from).toBeGreaterThanOrEqual(80)
  })

  test('refuse closes the port, and healing opens it', async () => {
    const { faults, post } = await open()
    await faults.add({ fault: 'refuse' })
    await expect(post(call(1))).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
    await faults.heal()
    expect((await post(call(2))).status).toBe(200)
  })

  test('accept-hang, until it resets', async () => {
    const { faults, post } = await open()
    await faults.add({ fault: 'accept-hang', duration: '40ms' })
    await expect(post(call(1))).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } })
    expect(faults.list()).toMatchObject([{ matched: 1, fired: 1 }])
  })
})
