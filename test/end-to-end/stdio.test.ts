import { StdioClientTransport as V1Transport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StdioClientTransport as V2Transport } from '@modelcontextprotocol/client/stdio'
import type { Transport } from '@modelcontextprotocol/client'
import { describe, expect, test } from 'vitest'
import { refusal, v1Story, type V1Scene } from '../support/sdk-v1-client.ts'
import { stateless, v2Story, type V2Options, type V2Scene } from '../support/sdk-v2-client.ts'
import { everythingCommand, type Started, v2Command, wrappedStory } from '../support/stdio-story.ts'

/** The stories' clients want an address; here it means nothing. */
const NOWHERE = 'http://localhost/'

const v1 =
  (story: (scene: V1Scene) => Promise<unknown>, capabilities: Record<string, object> = {}) =>
  (server: Started) =>
    v1Story(story, { capabilities, open: () => new V1Transport(server) as never })(NOWHERE)
const v2 = (story: (scene: V2Scene) => Promise<unknown>, mode: V2Options['mode']) => (server: Started) =>
  v2Story(story, { mode, open: () => new V2Transport(server) as Transport })(NOWHERE)

describe('law 34: the v1 client and the everything server over stdio, wrapped as direct', () => {
  test('tools, errors, resources, prompts, completion', async () => {
    const { sessions, calls } = await wrappedStory(
      everythingCommand(),
      v1(async ({ client }) => [
        client.getServerVersion(),
        client.getServerCapabilities(),
        await client.listTools(),
        await client.callTool({ name: 'echo', arguments: { message: 'Grüße, 世界 🜁' } }),
        await client.callTool({ name: 'get-sum', arguments: { a: 2, b: 40 } }),
        await client.callTool({ name: 'get-structured-content', arguments: { location: 'New York' } }),
        await client.callTool({ name: 'get-tiny-image' }),
        await refusal(client.callTool({ name: 'no-such-tool' })),
        await client.listResources(),
        await client.listResourceTemplates(),
        await client.listPrompts(),
        await client.ping(),
      ]),
    )
    expect(sessions).toMatchObject([
      { transport: 'stdio', server: 'server', era: 'stateful', revision: '2025-11-25', probe: false, pending: 0 },
    ])
    expect(calls.filter(({ outcome }) => outcome !== 'ok')).toHaveLength(1)
  })

  test('progress, sampling and roots asked for by the server', async () => {
    const { calls } = await wrappedStory(
      everythingCommand(),
      v1(
        async ({ client }) => {
          const steps: unknown[] = []
          const long = await client.callTool(
            { name: 'trigger-long-running-operation', arguments: { duration: 0.2, steps: 2 } },
            undefined,
            // what comes in one read with the answer the client drops: the last step does, now and then
            { onprogress: (step) => void (step.progress < step.total! && steps.push(step)) },
          )
          const sampled = await client.callTool({
            name: 'trigger-sampling-request',
            arguments: { prompt: 'why?', maxTokens: 5 },
          })
          return [steps, long, sampled]
        },
        { sampling: {} },
      ),
    )
    expect(calls.find(({ direction }) => direction === 's2c')).toMatchObject({
      method: 'sampling/createMessage',
      outcome: 'ok',
    })
  })
})

const eras = [
  ['stateful', 'legacy', '2025-11-25', 0],
  ['stateless', stateless, '2026-07-28', 1],
  ['stateless, asked first', 'auto', '2026-07-28', 1],
] as const

describe.each(eras)(
  'law 34: the v2 client and server over stdio, %s, wrapped as direct',
  (_, mode, revision, probes) => {
    test('tools, resources, prompts, and the probe is known as one', async () => {
      const { sessions } = await wrappedStory(
        v2Command(),
        v2(
          async ({ client }) => [
            client.getNegotiatedProtocolVersion(),
            client.getServerVersion(),
            await client.listTools(),
            await client.callTool({ name: 'echo', arguments: { message: 'Grüße 🜁' } }),
            await refusal(client.callTool({ name: 'no-such-tool' })),
            await client.listResources(),
            await client.readResource({ uri: 'note://one' }),
            await client.listPrompts(),
          ],
          mode,
        ),
      )
      expect(sessions.filter(({ probe }) => probe)).toHaveLength(probes)
      expect(sessions.filter(({ probe }) => !probe)).toMatchObject([
        { transport: 'stdio', revision, client: { name: 'v2-client' }, errors: 1 },
      ])
    })
  },
)
