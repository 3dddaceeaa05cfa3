import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bothWays } from '../support/both-ways.ts'
import { refusal } from '../support/sdk-v1-client.ts'
import { stateless, v2Story, type V2Scene } from '../support/sdk-v2-client.ts'
import { type RunningServer, startStateful, startStateless } from '../support/sdk-v2-server.ts'

const eras = [
  ['stateful', 'legacy', '2025-11-25'],
  ['stateless', stateless, '2026-07-28'],
] as const

const servers: Partial<Record<'stateful' | 'stateless', RunningServer>> = {}

beforeAll(async () => {
  servers.stateful = await startStateful()
  servers.stateless = await startStateless()
})
afterAll(() => Promise.all([servers.stateful?.stop(), servers.stateless?.stop()]))

const collecting = async ({ client }: V2Scene, name: string, args: Record<string, unknown> = {}): Promise<unknown> => {
  const steps: unknown[] = []
  const result = await client.callTool({ name, arguments: args }, { onprogress: (step) => steps.push(step) })
  return [steps, result]
}

describe.each(eras)('law 34: the v2 client and server, %s', (era, mode, revision) => {
  const url = (): string => servers[era]!.url

  test('tools: list, call, an error, structured content', async () => {
    const { sessions, callLines, calls } = await bothWays(
      url(),
      v2Story(
        async ({ client }) => [
          client.getProtocolEra(),
          client.getNegotiatedProtocolVersion(),
          client.getServerVersion(),
          client.getServerCapabilities(),
          await client.listTools(),
          await client.callTool({ name: 'echo', arguments: { message: 'Grüße 🜁' } }),
          await client.callTool({ name: 'add', arguments: { a: 40, b: 2 } }),
          await client.callTool({ name: 'fail' }),
          await refusal(client.callTool({ name: 'no-such-tool' })),
          await refusal(client.callTool({ name: 'echo', arguments: { message: 1 } })),
        ],
        { mode },
      ),
    )
    expect(sessions).toHaveLength(1)
    expect(sessions[0]).toMatchObject({ era, revision, client: { name: 'v2-client', version: '2.0.0' } })
    expect(calls.find(({ tool }) => tool === 'fail')?.outcome).toBe('tool-error')
    expect(callLines.filter((line) => line.includes(' echo '))).toHaveLength(2)
  })

  test('resources, templates, prompts, completion', async () => {
    const { callLines } = await bothWays(
      url(),
      v2Story(
        async ({ client }) => [
          await client.listResources(),
          await client.listResourceTemplates(),
          await client.readResource({ uri: 'note://one' }),
          await client.readResource({ uri: 'note://number/12' }),
          await refusal(client.readResource({ uri: 'note://nowhere/at/all' })),
          await client.listPrompts(),
          await client.getPrompt({ name: 'greet', arguments: { name: 'Ada' } }),
          await client.complete({
            ref: { type: 'ref/prompt', name: 'greet' },
            argument: { name: 'name', value: 'A' },
          }),
          await client.complete({
            ref: { type: 'ref/resource', uri: 'note://number/{n}' },
            argument: { name: 'n', value: '1' },
          }),
        ],
        { mode },
      ),
    )
    expect(callLines.filter((line) => line.includes('resources/read'))).toHaveLength(3)
  })

  test('progress on the stream of the call', async () => {
    const { messages } = await bothWays(
      url(),
      v2Story((scene) => collecting(scene, 'steps', { steps: 5 }), { mode }),
    )
    expect(messages.filter(({ message }) => message['method'] === 'notifications/progress')).toHaveLength(5)
  })

  test('elicitation, sampling and roots, asked during a call', async () => {
    const { calls, messages } = await bothWays(
      url(),
      v2Story(
        async ({ client }) => [
          await client.callTool({ name: 'ask-user' }),
          await client.callTool({ name: 'ask-model' }),
          await client.callTool({ name: 'ask-roots' }),
        ],
        { mode },
      ),
    )
    const asked = calls.filter(({ direction }) => direction === 's2c').map(({ method }) => method)
    const rounds = messages.filter(
      ({ message }) => (message['result'] as { resultType?: string } | undefined)?.resultType === 'input_required',
    )
    const stateful = era === 'stateful'
    expect(asked.sort()).toEqual(stateful ? ['elicitation/create', 'roots/list', 'sampling/createMessage'] : [])
    expect(rounds).toHaveLength(stateful ? 0 : 3)
    expect(calls.filter(({ method }) => method === 'tools/call')).toHaveLength(stateful ? 3 : 6)
  })

  test('cancellation', async () => {
    const { calls, messages } = await bothWays(
      url(),
      v2Story(
        async ({ client }) => {
          const stop = new AbortController()
          const call = client.callTool(
            { name: 'wait' },
            { signal: stop.signal, onprogress: () => stop.abort('enough') },
          )
          return [await refusal(call), await client.callTool({ name: 'echo', arguments: { message: 'after' } })]
        },
        { mode },
      ),
      { lossy: true },
    )
    // in the stateless era there is no message for it: closing the answer's stream is the cancellation
    expect(calls.find(({ tool }) => tool === 'wait')?.outcome).toBe('cancelled')
    const notices = messages.filter(({ message }) => message['method'] === 'notifications/cancelled')
    expect(notices).toHaveLength(era === 'stateful' ? 1 : 0)
  })
})

describe('law 34: the stateful era alone', () => {
  test('logging by level', async () => {
    const { messages } = await bothWays(
      servers.stateful!.url,
      v2Story(
        async ({ client, heard }) => [
          await client.setLoggingLevel('info'),
          await client.callTool({ name: 'talk' }),
          await heard('notifications/message'),
        ],
        { mode: 'legacy' },
      ),
    )
    expect(messages.filter(({ message }) => message['method'] === 'notifications/message')).toHaveLength(1)
  })

  test('a client that asks first falls back to initialize', async () => {
    const { sessions, calls } = await bothWays(
      servers.stateful!.url,
      v2Story(
        async ({ client }) => [
          client.getProtocolEra(),
          await client.callTool({ name: 'echo', arguments: { message: 'x' } }),
        ],
        { mode: 'auto' },
      ),
      { lossy: true },
    )
    expect(calls.map(({ method }) => method)).toEqual(
      expect.arrayContaining(['server/discover', 'initialize', 'tools/call']),
    )
    expect(sessions.find(({ sessionId }) => sessionId !== null)).toMatchObject({ era: 'stateful' })
  })
})

describe('law 34: the stateless era alone', () => {
  test('server/discover', async () => {
    const { callLines } = await bothWays(
      servers.stateless!.url,
      v2Story(async ({ client }) => [client.getDiscoverResult(), await client.discover()], { mode: 'auto' }),
    )
    expect(callLines.filter((line) => line.startsWith('c2s server/discover'))).toHaveLength(2)
  })

  test('subscriptions/listen: a stream that stays open and tells of changes', async () => {
    const server = await startStateless()
    try {
      const { messages, flows } = await bothWays(
        server.url,
        v2Story(
          async ({ client, heard }) => {
            const listening = await client.listen({ toolsListChanged: true, resourceSubscriptions: ['note://one'] })
            server.notify.resourceUpdated('note://one')
            server.notify.toolsChanged()
            const seen = [
              listening.honoredFilter,
              await heard('notifications/resources/updated'),
              await heard('notifications/tools/list_changed'),
            ]
            await listening.close()
            return seen
          },
          { mode: stateless },
        ),
        { lossy: true },
      )
      const heard = messages.map(({ message }) => message['method'])
      expect(heard).toEqual(expect.arrayContaining(['subscriptions/listen', 'notifications/resources/updated']))
      expect(flows.some(({ stream }) => stream === 'post')).toBe(true)
    } finally {
      await server.stop()
    }
  })

  test('one endpoint serves both eras', async () => {
    const both = await startStateless('stateless')
    try {
      const story = async (url: string) => {
        const say = async ({ client }: V2Scene) => [
          client.getProtocolEra(),
          await client.callTool({ name: 'echo', arguments: { message: 'hi' } }),
        ]
        const told = [await v2Story(say, { mode: 'legacy' })(url), await v2Story(say, { mode: stateless })(url)]
        return { seen: told.map(({ seen }) => seen), said: told.flatMap(({ said }) => said) }
      }
      const { flows } = await bothWays(both.url, story, { lossy: true })
      expect(new Set(flows.map(({ era }) => era).filter((era) => era !== null))).toEqual(
        new Set(['stateful', 'stateless']),
      )
    } finally {
      await both.stop()
    }
  })
})
