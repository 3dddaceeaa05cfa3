import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bothWays } from '../support/both-ways.ts'
import { type ServerProcess, startEverything } from '../support/everything-server.ts'
import { refusal, v1Story } from '../support/sdk-v1-client.ts'

let server: ServerProcess

beforeAll(async () => {
  server = await startEverything()
})
afterAll(() => server.stop())

describe('law 34: the v1 client and the everything server, through the proxy as without it', () => {
  test('initialize, list tools, call them, ping', async () => {
    const { callLines, sessions, flows } = await bothWays(
      server.url,
      v1Story(async ({ client }) => [
        client.getServerVersion(),
        client.getServerCapabilities(),
        client.getInstructions(),
        await client.listTools(),
        await client.callTool({ name: 'echo', arguments: { message: 'Grüße, 世界 🜁' } }),
        await client.callTool({ name: 'get-sum', arguments: { a: 2, b: 40 } }),
        await client.callTool({ name: 'get-structured-content', arguments: { location: 'New York' } }),
        await client.callTool({ name: 'get-tiny-image' }),
        await client.callTool({ name: 'get-resource-links', arguments: { count: 3 } }),
        await client.ping(),
      ]),
    )
    expect(callLines).toContain('c2s tools/call echo 2 ok')
    expect(callLines).toHaveLength(8)
    expect(sessions).toHaveLength(1)
    expect(sessions[0]).toMatchObject({
      era: 'stateful',
      revision: '2025-11-25',
      client: { name: 'v1-client', version: '1.0.0' },
      serverInfo: { name: 'mcp-servers/everything' },
      calls: 8,
      errors: 0,
    })
    expect(sessions[0]!.sessionId).toMatch(/^[0-9a-f-]{36}$/)
    expect(flows.filter(({ verb }) => verb === 'GET').map(({ status, stream }) => [status, stream])).toEqual([
      [200, 'get'],
    ])
  })

  test('arguments that are wrong, and a tool that is not there', async () => {
    const { calls } = await bothWays(
      server.url,
      v1Story(async ({ client }) => [
        await refusal(client.callTool({ name: 'echo', arguments: { message: 7 } })),
        await refusal(client.callTool({ name: 'no-such-tool' })),
        await refusal(client.request({ method: 'no/such/method' } as never, {} as never)),
        await refusal(client.readResource({ uri: 'demo://nowhere' })),
      ]),
    )
    expect(calls.filter(({ outcome }) => outcome === 'error' || outcome === 'tool-error')).toHaveLength(4)
    expect(calls.find(({ method }) => method === 'no/such/method')).toMatchObject({ outcome: 'error', code: -32601 })
  })

  test('resources: list, templates, read, subscribe, hear of an update, unsubscribe', async () => {
    const uri = 'demo://resource/dynamic/text/1'
    const { callLines, messages } = await bothWays(
      server.url,
      v1Story(async ({ client, heard }) => {
        const { resources } = await client.listResources()
        const seen = [
          resources,
          await client.listResourceTemplates(),
          await client.readResource({ uri: resources[0]!.uri }),
          await client.readResource({ uri: 'demo://resource/dynamic/blob/2' }),
          await client.subscribeResource({ uri }),
          await client.callTool({ name: 'toggle-subscriber-updates' }),
          await heard('notifications/resources/updated'),
          await client.unsubscribeResource({ uri }),
        ]
        await client.callTool({ name: 'toggle-subscriber-updates' })
        return seen
      }),
    )
    expect(callLines.filter((line) => line.startsWith('c2s resources/'))).toHaveLength(6)
    expect(messages.map(({ message }) => message['method'])).toContain('notifications/resources/updated')
  })

  test('prompts and completion', async () => {
    const { callLines } = await bothWays(
      server.url,
      v1Story(async ({ client }) => [
        await client.listPrompts(),
        await client.getPrompt({ name: 'simple-prompt' }),
        await client.getPrompt({ name: 'args-prompt', arguments: { city: 'Bern', state: 'BE' } }),
        await refusal(client.getPrompt({ name: 'args-prompt' })),
        await client.complete({
          ref: { type: 'ref/prompt', name: 'completable-prompt' },
          argument: { name: 'department', value: 'E' },
        }),
        await client.complete({
          ref: { type: 'ref/resource', uri: 'demo://resource/dynamic/text/{resourceId}' },
          argument: { name: 'resourceId', value: '1' },
        }),
      ]),
    )
    expect(
      callLines.filter((line) => line.endsWith(' ok')).filter((line) => /completion\/complete/.test(line)),
    ).toHaveLength(2)
  })

  test('logging: set a level, hear a line on the GET stream', async () => {
    const { messages } = await bothWays(
      server.url,
      v1Story(async ({ client, heard }) => {
        const set = await client.setLoggingLevel('debug')
        await client.callTool({ name: 'toggle-simulated-logging' })
        const line = await heard('notifications/message')
        await client.callTool({ name: 'toggle-simulated-logging' })
        return [set, typeof line]
      }),
    )
    expect(messages.filter(({ message }) => message['method'] === 'notifications/message').length).toBeGreaterThan(0)
  })

  test('sampling: the server asks during a call, and the call waits for it', async () => {
    const { callLines } = await bothWays(
      server.url,
      v1Story(({ client }) => client.callTool({ name: 'trigger-sampling-request', arguments: { prompt: 'why?' } }), {
        capabilities: { sampling: {} },
      }),
    )
    expect(callLines.filter((line) => line.startsWith('s2c '))).toEqual(['s2c sampling/createMessage 0 ok'])
    expect(callLines).toContain('c2s tools/call trigger-sampling-request 1 ok')
  })

  test('elicitation', async () => {
    const { callLines } = await bothWays(
      server.url,
      v1Story(({ client }) => client.callTool({ name: 'trigger-elicitation-request' }), {
        capabilities: { elicitation: {} },
      }),
    )
    expect(callLines.filter((line) => line.startsWith('s2c '))).toEqual(['s2c elicitation/create 0 ok'])
  })

  test('roots', async () => {
    const { callLines } = await bothWays(
      server.url,
      v1Story(
        async ({ client, heard }) => {
          const list = await client.callTool({ name: 'get-roots-list' })
          await heard('notifications/message')
          return list
        },
        { capabilities: { roots: { listChanged: true } } },
      ),
    )
    expect(callLines.filter((line) => line.startsWith('s2c '))).toContain('s2c roots/list 0 ok')
  })

  test('progress', async () => {
    const { messages, calls } = await bothWays(
      server.url,
      v1Story(async ({ client }) => {
        const steps: unknown[] = []
        const result = await client.callTool(
          { name: 'trigger-long-running-operation', arguments: { duration: 0.2, steps: 4 } },
          undefined,
          { onprogress: (progress) => steps.push(progress) },
        )
        return [steps, result]
      }),
    )
    expect(messages.filter(({ message }) => message['method'] === 'notifications/progress')).toHaveLength(4)
    const call = calls.find(({ method }) => method === 'tools/call')!
    expect(call.answeredAt! - call.requestedAt).toBeGreaterThan(190_000)
  })

  test('cancellation', async () => {
    const { callLines } = await bothWays(
      server.url,
      v1Story(async ({ client }) => {
        const stop = new AbortController()
        const call = client.callTool(
          { name: 'trigger-long-running-operation', arguments: { duration: 5, steps: 50 } },
          undefined,
          { signal: stop.signal, onprogress: () => stop.abort('enough') },
        )
        return [await refusal(call), await client.ping()]
      }),
      { lossy: true },
    )
    expect(callLines).toContain('c2s tools/call trigger-long-running-operation 1 cancelled')
  })

  test('a session ended by DELETE is gone', async () => {
    const { flows, sessions } = await bothWays(
      server.url,
      v1Story(async ({ client, transport }) => {
        const before = transport.sessionId !== undefined
        await transport.terminateSession()
        return [before, transport.sessionId, await refusal(client.ping())]
      }),
      { lossy: true },
    )
    expect(flows.filter(({ verb }) => verb === 'DELETE').map(({ status }) => status)).toEqual([200])
    expect(sessions.filter(({ sessionId }) => sessionId !== null)).toHaveLength(1)
  })

  test('two clients at once keep their sessions apart', async () => {
    const { sessions, calls } = await bothWays(server.url, async (url) => {
      const one = v1Story(async ({ client }) =>
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
