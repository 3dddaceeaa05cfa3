import { WebSocketClientTransport } from '@modelcontextprotocol/sdk/client/websocket.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { bothWays } from '../support/both-ways.ts'
import type { ServerProcess } from '../support/everything-server.ts'
import { startEverythingSocket } from '../support/everything-socket-server.ts'
import { refusal, v1Story, type V1Options, type V1Scene } from '../support/sdk-v1-client.ts'

// the SDK's transport takes the global one, which Node 20 has not
beforeAll(() => void vi.stubGlobal('WebSocket', WebSocket))
afterAll(() => vi.unstubAllGlobals())

/** The SDK's transport, but that `close` waits until the socket is closed. */
function open(url: URL): Transport {
  const transport = new WebSocketClientTransport(url)
  const close = transport.close.bind(transport)
  transport.close = async () => {
    const told = transport.onclose
    const gone = new Promise<void>((resolve) => {
      transport.onclose = () => {
        told?.()
        resolve()
      }
    })
    await close()
    await gone
  }
  return transport as Transport
}

const story = (tell: (scene: V1Scene) => Promise<unknown>, options: V1Options = {}) =>
  v1Story(tell, { ...options, open })

describe.each([
  ['as it is', false],
  ['compressed', true],
])('the v1 client over WebSocket, %s, through the proxy as without it (law 34)', (_name, compressed) => {
  let server: ServerProcess
  beforeAll(async () => void (server = await startEverythingSocket(compressed)))
  afterAll(() => server.stop())

  test('initialize, list tools, call them, ping', async () => {
    const { callLines, sessions, flows, frames } = await bothWays(
      server.url,
      story(async ({ client }) => [
        client.getServerVersion(),
        client.getServerCapabilities(),
        await client.listTools(),
        await client.callTool({ name: 'echo', arguments: { message: 'Grüße, 世界 🜁' } }),
        await client.callTool({ name: 'get-sum', arguments: { a: 2, b: 40 } }),
        await client.callTool({ name: 'get-structured-content', arguments: { location: 'New York' } }),
        await client.callTool({ name: 'get-tiny-image' }),
        await client.ping(),
      ]),
    )
    expect(callLines).toContain('c2s tools/call echo 2 ok')
    expect(sessions).toMatchObject([
      {
        transport: 'websocket',
        era: 'stateful',
        revision: '2025-11-25',
        certain: true,
        client: { name: 'v1-client', version: '1.0.0' },
        serverInfo: { name: 'mcp-servers/everything' },
        calls: 7,
        pending: 0,
        errors: 0,
      },
    ])
    expect(flows).toMatchObject([
      {
        kind: 'websocket',
        verb: 'GET',
        status: 101,
        c2sEnding: { how: 'ws:1005', by: 'client' },
        s2cEnding: { how: 'ws:1005' },
      },
    ])
    expect(frames.filter(({ kind }) => kind === 'close')).toHaveLength(2)
    expect(frames.some(({ kind }) => kind === 'opaque')).toBe(false)
  })

  test('arguments that are wrong, and a tool that is not there', async () => {
    const { calls } = await bothWays(
      server.url,
      story(async ({ client }) => [
        await refusal(client.callTool({ name: 'echo', arguments: { message: 7 } })),
        await refusal(client.callTool({ name: 'no-such-tool' })),
        await refusal(client.request({ method: 'no/such/method' } as never, {} as never)),
        await refusal(client.readResource({ uri: 'demo://nowhere' })),
      ]),
    )
    expect(calls.filter(({ outcome }) => outcome === 'error' || outcome === 'tool-error')).toHaveLength(4)
  })

  test('resources: list, templates, read, subscribe, hear of an update, unsubscribe', async () => {
    const uri = 'demo://resource/dynamic/text/1'
    const { messages } = await bothWays(
      server.url,
      story(async ({ client, heard }) => {
        const { resources } = await client.listResources()
        const seen = [
          resources,
          await client.listResourceTemplates(),
          await client.readResource({ uri: resources[0]!.uri }),
          await client.subscribeResource({ uri }),
          await client.callTool({ name: 'toggle-subscriber-updates' }),
          await heard('notifications/resources/updated'),
          await client.unsubscribeResource({ uri }),
        ]
        await client.callTool({ name: 'toggle-subscriber-updates' })
        return seen
      }),
    )
    expect(messages.map(({ message }) => message['method'])).toContain('notifications/resources/updated')
  })

  test('prompts and completion', async () => {
    const { callLines } = await bothWays(
      server.url,
      story(async ({ client }) => [
        await client.listPrompts(),
        await client.getPrompt({ name: 'args-prompt', arguments: { city: 'Bern', state: 'BE' } }),
        await refusal(client.getPrompt({ name: 'args-prompt' })),
        await client.complete({
          ref: { type: 'ref/prompt', name: 'completable-prompt' },
          argument: { name: 'department', value: 'E' },
        }),
      ]),
    )
    expect(callLines.some((line) => /completion\/complete .* ok$/.test(line))).toBe(true)
  })

  test('the server asks: sampling, elicitation, roots', async () => {
    const { callLines } = await bothWays(
      server.url,
      story(
        async ({ client }) => [
          await client.callTool({ name: 'trigger-sampling-request', arguments: { prompt: 'why?' } }),
          await client.callTool({ name: 'trigger-elicitation-request' }),
          await client.callTool({ name: 'get-roots-list' }),
        ],
        { capabilities: { sampling: {}, elicitation: {}, roots: { listChanged: true } } },
      ),
    )
    const asked = callLines.filter((line) => line.startsWith('s2c ')).map((line) => line.split(' ')[1])
    expect(asked).toEqual(expect.arrayContaining(['sampling/createMessage', 'elicitation/create', 'roots/list']))
  })

  test('progress and logging', async () => {
    const { messages } = await bothWays(
      server.url,
      story(async ({ client, heard }) => {
        const steps: unknown[] = []
        const result = await client.callTool(
          { name: 'trigger-long-running-operation', arguments: { duration: 0.2, steps: 4 } },
          undefined,
          { onprogress: (progress) => steps.push(progress) },
        )
        await client.setLoggingLevel('debug')
        await client.callTool({ name: 'toggle-simulated-logging' })
        const line = typeof (await heard('notifications/message'))
        await client.callTool({ name: 'toggle-simulated-logging' })
        // the SDK drops a progress that comes in one chunk with the answer behind it
        return [steps.slice(0, 3), result, line]
      }),
    )
    expect(messages.filter(({ message }) => message['method'] === 'notifications/progress')).toHaveLength(4)
  })

  test('cancellation, and a client that leaves with a call open', async () => {
    const { callLines } = await bothWays(
      server.url,
      story(async ({ client }) => {
        const stop = new AbortController()
        const params = { name: 'trigger-long-running-operation', arguments: { duration: 5, steps: 50 } }
        const call = client.callTool(params, undefined, { signal: stop.signal, onprogress: () => stop.abort('enough') })
        const seen = [await refusal(call), await client.ping()]
        client.callTool(params).catch(() => undefined)
        await client.ping()
        return seen
      }),
      { lossy: true },
    )
    expect(callLines).toContain('c2s tools/call trigger-long-running-operation 1 cancelled')
    expect(callLines).toContain('c2s tools/call trigger-long-running-operation 3 client-left')
  })

  test('two clients at once keep their sessions apart', async () => {
    const { sessions, calls } = await bothWays(server.url, async (url) => {
      const one = story(async ({ client }) =>
        Promise.all(
          Array.from({ length: 20 }, (_, n) => client.callTool({ name: 'get-sum', arguments: { a: n, b: 100 } })),
        ),
      )
      const told = await Promise.all([one(url), one(url)])
      return { seen: told.map(({ seen }) => seen), said: told.flatMap(({ said }) => said) }
    })
    expect(sessions.map((session) => session.calls)).toEqual([21, 21])
    expect(new Set(calls.map(({ session }) => session)).size).toBe(2)
  })
})
