import { SSEClientTransport as V2Transport, type Transport as V2Carrier } from '@modelcontextprotocol/client'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import Database from 'better-sqlite3'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createProxies, createProxy } from '../../src/proxy.ts'
import { openReader } from '../../src/store/reader.ts'
import { bothWays, type Told } from '../support/both-ways.ts'
import { recorded } from '../support/capture-check.ts'
import { findChromium, launchChromium } from '../support/chromium.ts'
import { type ServerProcess, startEverything } from '../support/everything-server.ts'
import { refusal, v1Story, type V1Options, type V1Scene } from '../support/sdk-v1-client.ts'
import { v2Story } from '../support/sdk-v2-client.ts'
import { startSsePair, type SsePairServer } from '../support/sse-pair-server.ts'
import { temporaryFolder } from '../support/temporary.ts'

const carried = (url: URL): Transport => new SSEClientTransport(url) as Transport
const v1 = (story: (scene: V1Scene) => Promise<unknown>, options: V1Options = {}): ((url: string) => Promise<Told>) =>
  v1Story(story, { ...options, open: carried })
/** The scene of the v2 client has the same methods, as far as these stories go. */
const v2 = (story: (scene: V1Scene) => Promise<unknown>): ((url: string) => Promise<Told>) =>
  v2Story((scene) => story(scene as unknown as V1Scene), {
    mode: 'legacy',
    open: (url) => new V2Transport(url) as V2Carrier,
  })

const capabilities = { sampling: {}, elicitation: {}, roots: { listChanged: true } }

describe.each([
  ['v1', (story: (scene: V1Scene) => Promise<unknown>) => v1(story, { capabilities })],
  ['v2', v2],
])(
  'the %s client and the everything server over HTTP+SSE, through the proxy as without it (law 34)',
  (generation, tell) => {
    let server: ServerProcess
    beforeAll(async () => void (server = await startEverything('sse')))
    afterAll(() => server.stop())

    test('initialize, list tools, call them, wrong ones too, ping', async () => {
      const { callLines, sessions, flows } = await bothWays(
        server.url,
        tell(async ({ client }) => [
          client.getServerVersion(),
          client.getServerCapabilities(),
          await client.listTools(),
          await client.callTool({ name: 'echo', arguments: { message: 'Grüße, 世界 🜁' } }),
          await client.callTool({ name: 'get-structured-content', arguments: { location: 'New York' } }),
          await client.callTool({ name: 'get-tiny-image' }),
          await refusal(client.callTool({ name: 'no-such-tool' })),
          await client.ping(),
        ]),
      )
      expect(callLines.filter((line) => line.includes(' echo '))).toHaveLength(1)
      expect(sessions).toMatchObject([
        {
          transport: 'sse',
          era: 'stateful',
          certain: true,
          client: { name: `${generation}-client` },
          serverInfo: { name: 'mcp-servers/everything' },
          pending: 0,
        },
      ])
      expect(sessions[0]!.sessionId).toMatch(/^[0-9a-f-]{36}$/)
      expect(flows.filter(({ verb }) => verb === 'GET').map(({ status, stream }) => [status, stream])).toEqual([
        [200, 'get'],
      ])
      expect(
        new Set(flows.filter(({ verb }) => verb === 'POST').map(({ session, status }) => `${session} ${status}`)),
      ).toEqual(new Set([`${sessions[0]!.uid} 202`]))
    })

    test('resources, templates, a subscription, prompts, completion', async () => {
      const uri = 'demo://resource/dynamic/text/1'
      const { callLines } = await bothWays(
        server.url,
        tell(async ({ client, heard }) => {
          const seen = [
            await client.listResources(),
            await client.listResourceTemplates(),
            await client.readResource({ uri }),
            await client.subscribeResource({ uri }),
            await client.callTool({ name: 'toggle-subscriber-updates' }),
            await heard('notifications/resources/updated'),
            await client.unsubscribeResource({ uri }),
            await client.listPrompts(),
            await client.getPrompt({ name: 'args-prompt', arguments: { city: 'Bern', state: 'BE' } }),
            await client.complete({
              ref: { type: 'ref/prompt', name: 'completable-prompt' },
              argument: { name: 'department', value: 'E' },
            }),
          ]
          await client.callTool({ name: 'toggle-subscriber-updates' })
          return seen
        }),
      )
      expect(callLines.filter((line) => line.startsWith('c2s resources/'))).toHaveLength(5)
    })

    test('what the server asks meanwhile: sampling, elicitation, roots', async () => {
      const { callLines } = await bothWays(
        server.url,
        tell(async ({ client }) => [
          await client.callTool({ name: 'trigger-sampling-request', arguments: { prompt: 'why?' } }),
          await client.callTool({ name: 'trigger-elicitation-request' }),
          await client.callTool({ name: 'get-roots-list' }),
        ]),
        { lossy: true },
      )
      const asked = callLines.filter((line) => line.startsWith('s2c '))
      expect(asked.filter((line) => line.endsWith(' ok')).map((line) => line.split(' ')[1])).toEqual(
        expect.arrayContaining(['elicitation/create', 'roots/list', 'sampling/createMessage']),
      )
    })

    test('progress, cancellation and logging', async () => {
      const { messages, callLines } = await bothWays(
        server.url,
        tell(async ({ client, heard }) => {
          const steps: unknown[] = []
          const long = { name: 'trigger-long-running-operation', arguments: { duration: 0.2, steps: 4 } }
          const done = await (client.callTool as (...args: unknown[]) => Promise<unknown>)(
            long,
            ...(generation === 'v1' ? [undefined] : []),
            { onprogress: (step: unknown) => steps.push(step) },
          )
          const set = await client.setLoggingLevel('debug')
          await client.callTool({ name: 'toggle-simulated-logging' })
          const line = await heard('notifications/message')
          await client.callTool({ name: 'toggle-simulated-logging' })
          return [steps, done, set, typeof line]
        }),
        { lossy: true },
      )
      expect(messages.filter(({ message }) => message['method'] === 'notifications/progress')).toHaveLength(4)
      expect(callLines).toContainEqual(expect.stringMatching(/^c2s tools\/call trigger-long-running-operation \d+ ok$/))
    })
  },
)

type Form = readonly [name: string, spell: (origin: string, path: string) => string]
const FORMS: readonly Form[] = [
  ['absolute', (origin, path) => origin + path],
  ['relative to the root', (_, path) => path],
  ['relative', (_, path) => path.slice('/app/'.length)],
  ['scheme-relative', (origin, path) => origin.slice('http:'.length) + path],
  ['a query alone', (_, path) => path.slice(path.indexOf('?'))],
]

describe.each(FORMS)('an endpoint that is %s (law 18)', (name, spell) => {
  let server: SsePairServer
  beforeAll(async () => void (server = await startSsePair(spell)))
  afterAll(() => server.stop())

  test.each([
    ['v1', v1],
    ['v2', v2],
  ])('leads the %s client through the proxy', async (_, tell) => {
    const { sessions, calls, flows } = await bothWays(
      server.url,
      tell(async ({ client }) => [await client.callTool({ name: 'echo', arguments: { n: 1 } }), await client.ping()]),
    )
    expect(sessions).toMatchObject([{ transport: 'sse', calls: 3, pending: 0, errors: 0, revision: '2024-11-05' }])
    expect(calls.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok'])
    expect(flows.filter(({ verb }) => verb === 'POST')).toHaveLength(4)
    const posted = new Set(server.posted.map((path) => path.replace(/=.*/, '')))
    expect([...posted]).toEqual([name === 'a query alone' ? '/app/sse?sessionId' : '/app/messages?sessionId'])
  })
})

/** A proxy of its own for a story that breaks off. */
async function proxied(server: SsePairServer) {
  onTestFinished(() => server.stop())
  const db = join(temporaryFolder(), 'capture.db')
  const proxy = await createProxy({ target: server.url, port: 0, ui: false, db })
  onTestFinished(() => proxy.close())
  return { proxy, db }
}

describe('the HTTP+SSE pair', () => {
  test('records the endpoint as ours, with what was there before', async () => {
    const server = await startSsePair((origin, path) => origin + path)
    const { proxy, db } = await proxied(server)
    await v1(({ client }) => client.ping())(proxy.url)
    await proxy.flush()
    const { frames } = recorded(db)
    const event = frames.find(({ edits }) => edits.includes('endpoint'))!
    expect(event.kind).toBe('event')
    const reader = openReader(db)
    onTestFinished(() => reader.close())
    // the chunk's size is edited only where the two origins differ in length
    const edits = reader.frame(event.id)!.editList.filter(({ rule }) => rule !== 'length')
    expect(edits).toMatchObject([{ rule: 'endpoint', removed: server.origin, inserted: new URL(proxy.url).origin }])
    expect(reader.frame(event.id)!.text).toContain(`data: ${server.origin}/app/messages`)
  })

  test('leaves an endpoint of another origin as it is, and says so', async () => {
    const server = await startSsePair((_, path) => `http://elsewhere.test${path}`)
    const { proxy, db } = await proxied(server)
    const told: string[] = []
    proxy.onNotice((message) => told.push(message))
    const direct = await refusal(v1(({ client }) => client.ping())(server.url))
    const through = await refusal(v1(({ client }) => client.ping())(proxy.url))
    expect(through).toEqual(direct)
    expect(told).toEqual([expect.stringMatching(/^The endpoint event was left as it is: http:\/\/elsewhere\.test/)])
    await proxy.flush()
    const capture = new Database(db, { readonly: true })
    onTestFinished(() => void capture.close())
    const notes = capture.prepare("SELECT connection, detail FROM log WHERE kind = 'unedited'").all()
    expect(notes).toEqual([
      { connection: expect.any(Number), detail: expect.stringContaining('http://elsewhere.test') },
    ])
  })

  test('of one of many servers behind one listener is recorded under its name', async () => {
    const [one, two] = [await startSsePair((origin, path) => origin + path), await startSsePair()]
    onTestFinished(() => Promise.all([one.stop(), two.stop()]).then(() => undefined))
    const db = join(temporaryFolder(), 'capture.db')
    const servers = [
      { name: 'one', target: one.url },
      { name: 'two', target: two.url },
    ]
    const proxies = await createProxies({ servers, oneListener: { port: 0 }, ui: false, db })
    onTestFinished(() => proxies.close())
    for (const { url } of proxies.servers) await v1(({ client }) => client.ping())(url)
    await proxies.flush()
    const { sessions, flows, callLines } = recorded(db)
    expect(callLines).toEqual(['c2s initialize 0 ok', 'c2s initialize 0 ok', 'c2s ping 1 ok', 'c2s ping 1 ok'])
    expect(sessions.map(({ server, transport, calls }) => `${server} ${transport} ${calls}`).sort()).toEqual([
      'one sse 2',
      'two sse 2',
    ])
    expect(new Set(flows.map(({ session }) => session)).size).toBe(2)
    expect(flows.map(({ target }) => target)).toContain('/s/one/app/sse')
  })

  test('begins a new session when a client comes back', async () => {
    const server = await startSsePair((origin, path) => origin + path)
    const { proxy, db } = await proxied(server)
    await v1(async ({ client }) => {
      await client.ping()
      const before = server.posted.length
      server.drop()
      for (;;) {
        const { answered } = (await refusal(client.ping())) as { answered?: unknown }
        if (answered !== undefined && server.posted.length > before) break
      }
    })(proxy.url)
    await proxy.flush()
    const { sessions } = recorded(db)
    expect(sessions.filter(({ transport }) => transport === 'sse')).toHaveLength(2)
    expect(new Set(sessions.map(({ sessionId }) => sessionId)).size).toBe(sessions.length)
  })
})

const chromium = findChromium()
const inCi = process.env['CI'] === 'true'
if (chromium === undefined && !inCi)
  process.stderr.write('test/end-to-end/sse-pair: skipped, no Chromium found (on Debian: apt install chromium)\n')

describe.skipIf(chromium === undefined && !inCi)("a browser's EventSource", () => {
  let browser: Browser
  beforeAll(async () => {
    if (chromium === undefined) throw new Error('Chromium has to be installed where CI=true')
    browser = await launchChromium(chromium)
  })
  afterAll(() => browser?.close())

  test('works through the proxy as without it, to the answer on the stream', { timeout: 60_000 }, async () => {
    const server = await startSsePair((origin, path) => origin + path)
    const { proxy, db } = await proxied(server)
    const direct = await listened(browser, server.url)
    expect(await listened(browser, proxy.url)).toEqual(direct)
    expect(direct).toEqual({ sameOrigin: true, answer: '{"jsonrpc":"2.0","id":7,"result":{}}' })
    await proxy.flush()
    const { callLines, sessions } = recorded(db)
    expect(callLines).toEqual(['c2s ping 7 ok'])
    expect(sessions).toMatchObject([{ transport: 'sse' }])
  })
})

/** What a page of another origin sees of a stream: where its endpoint is, and the answer to a ping posted there. */
async function listened(browser: Browser, url: string): Promise<unknown> {
  const page = await browser.newPage()
  try {
    return await page.evaluate(
      (to) =>
        new Promise((resolve) => {
          const source = new EventSource(to)
          let sameOrigin = false
          source.addEventListener('endpoint', (event) => {
            const endpoint = new URL((event as unknown as { data: string }).data, to)
            sameOrigin = endpoint.origin === new URL(to).origin
            void fetch(endpoint, {
              method: 'POST',
              headers: { 'content-type': 'application/json' },
              body: '{"jsonrpc":"2.0","id":7,"method":"ping"}',
            })
          })
          source.addEventListener('message', (event) => {
            source.close()
            resolve({ sameOrigin, answer: (event as unknown as { data: string }).data })
          })
        }),
      url,
    )
  } finally {
    await page.close()
  }
}
