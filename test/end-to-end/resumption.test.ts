import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bothWays, type Told } from '../support/both-ways.ts'
import { type CutRelay, startCutRelay } from '../support/cut-relay.ts'
import { refusal, v1Story } from '../support/sdk-v1-client.ts'
import { stateless, v2Story } from '../support/sdk-v2-client.ts'
import { type OpenSession, type RunningServer, startStateful, startStateless } from '../support/sdk-v2-server.ts'

/** What the stories need of either generation's client. */
interface Either {
  readonly client: { callTool(params: { name: string }, ...more: never[]): Promise<unknown> }
  readonly transport: { readonly sessionId?: string | undefined }
  heard(method: string): Promise<unknown>
}
type Teller = (url: string) => Promise<Told>

const calling = ({ client }: Either, version: 'v1' | 'v2', options: object): Promise<unknown> =>
  version === 'v1'
    ? client.callTool({ name: 'until-told' }, undefined as never, options as never)
    : client.callTool({ name: 'until-told' }, options as never)

let server: RunningServer & { readonly sessions: ReadonlyMap<string, OpenSession> }
let relay: CutRelay

beforeEach(async () => {
  server = await startStateful()
  relay = await startCutRelay(server.url)
})
afterEach(async () => {
  await relay.close()
  await server.stop()
})

const clients: [version: 'v1' | 'v2', told: (story: (scene: Either) => Promise<unknown>) => Teller][] = [
  ['v1', (story) => v1Story(story as never)],
  ['v2', (story) => v2Story(story as never, { mode: 'legacy' })],
]

describe.each(clients)('law 34: the %s client', (version, told) => {
  test.each(['fin', 'rst'] as const)('gets the answer of a call whose stream was cut by %s', async (how) => {
    const { flows, callLines } = await bothWays(
      relay.url,
      told(async (scene) => {
        let started: (value: unknown) => void = () => {}
        const begun = new Promise((resolve) => (started = resolve))
        const call = calling(scene, version, { onprogress: started })
        await begun
        const cut = relay.cut(/^POST/, how)
        server.told.emit('go')
        return [cut, await call]
      }),
    )
    expect(callLines).toContain('c2s tools/call until-told 1 ok')
    expect(relay.heads.filter((head) => head.startsWith('GET') && /\nlast-event-id: e/i.test(head))).toHaveLength(2)
    const called = flows.filter(({ verb, s2cEnding }) => verb === 'POST' && s2cEnding?.how !== 'clean')
    expect(called.map(({ s2cEnding }) => s2cEnding)).toMatchObject([{ how, by: 'server' }])
  })

  test('hears on a new GET stream what was said while the old one was cut', async () => {
    const { flows, sessions, messages } = await bothWays(
      relay.url,
      told(async ({ transport, heard }) => {
        await relay.answered(/^GET /)
        const session = server.sessions.get(transport.sessionId!)!
        const say = () => session.server.server.sendResourceListChanged()
        await say()
        await heard('notifications/resources/list_changed')
        const cut = relay.cut(/^GET/, 'fin')
        await say()
        await heard('notifications/resources/list_changed')
        return cut
      }),
    )
    expect(sessions).toHaveLength(1)
    expect(messages.filter(({ message }) => message['method'] === 'notifications/resources/list_changed')).toHaveLength(
      2,
    )
    expect(flows.filter(({ stream }) => stream === 'get')).toHaveLength(2)
  })
})

test('law 34: in the stateless era a cut stream is not resumed: the call is lost, and the record says who closed', async () => {
  const modern = await startStateless()
  const between = await startCutRelay(modern.url)
  try {
    const { calls } = await bothWays(
      between.url,
      v2Story(
        async ({ client }) => {
          let started: (value: unknown) => void = () => {}
          const begun = new Promise((resolve) => (started = resolve))
          const call = client.callTool({ name: 'until-told' }, { onprogress: started, timeout: 400 })
          await begun
          between.cut(/^POST/, 'rst')
          const lost = await refusal(call)
          modern.told.emit('go')
          return lost
        },
        { mode: stateless },
      ),
      { lossy: true },
    )
    expect(calls.find(({ tool }) => tool === 'until-told')?.outcome).toBe('server-closed')
  } finally {
    await between.close()
    await modern.stop()
  }
})
