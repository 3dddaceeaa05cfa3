import { Client, type ClientOptions, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client'
import type { Told } from './both-ways.ts'
import { transcriptOf } from './sdk-transcript.ts'

/** What a story is given: a connected client, what it hears unasked, and its transport. */
export interface V2Scene {
  readonly client: Client
  readonly transport: StreamableHTTPClientTransport
  /** Next notification of that method; already heard ones count. */
  heard(method: string): Promise<unknown>
}

export interface V2Options {
  /** `legacy`: stateful. `{ pin }`: that revision or nothing. `auto`: asks the server first. */
  readonly mode: 'legacy' | 'auto' | { readonly pin: string }
  readonly reconnectMs?: number
  /** How it is carried. Default: Streamable HTTP. */
  readonly open?: (url: URL) => Transport
}

/** The revision of the stateless era. */
export const stateless = { pin: '2026-07-28' } as const

const capabilities: ClientOptions['capabilities'] = { sampling: {}, elicitation: { form: {} }, roots: {} }

/** Tells a story with the official v2 client: connects, answers what it is asked with fixed answers, closes. */
export const v2Story =
  (story: (scene: V2Scene) => Promise<unknown>, { mode, reconnectMs = 20, open }: V2Options) =>
  async (url: string): Promise<Told> => {
    const opened = open?.(new URL(url)) as StreamableHTTPClientTransport | undefined
    const streamable = {
      reconnectionOptions: {
        initialReconnectionDelay: reconnectMs,
        maxReconnectionDelay: reconnectMs * 4,
        reconnectionDelayGrowFactor: 1.5,
        maxRetries: 5,
      },
    }
    const transport = opened ?? new StreamableHTTPClientTransport(new URL(url), streamable)
    const said = transcriptOf(transport)
    const client = new Client({ name: 'v2-client', version: '2.0.0' }, { capabilities, versionNegotiation: { mode } })
    const had = new Map<string, unknown[]>()
    const waiting = new Map<string, ((params: unknown) => void)[]>()
    for (const method of [
      'notifications/message',
      'notifications/resources/updated',
      'notifications/resources/list_changed',
      'notifications/tools/list_changed',
    ] as const) {
      client.setNotificationHandler(method, ({ params }: { params?: unknown }) => {
        const next = waiting.get(method)?.shift()
        if (next === undefined) had.set(method, [...(had.get(method) ?? []), params])
        else next(params)
      })
    }
    client.setRequestHandler('sampling/createMessage', () => ({
      model: 'a-model',
      role: 'assistant' as const,
      content: { type: 'text' as const, text: 'because' },
    }))
    client.setRequestHandler('elicitation/create', () => ({ action: 'accept' as const, content: { name: 'Ada' } }))
    client.setRequestHandler('roots/list', () => ({ roots: [{ uri: 'file:///srv/data', name: 'data' }] }))
    try {
      await client.connect(transport)
      const seen = await story({
        client,
        transport,
        heard: (method) => {
          const first = had.get(method)?.shift()
          return first !== undefined
            ? Promise.resolve(first)
            : new Promise((resolve) => waiting.set(method, [...(waiting.get(method) ?? []), resolve]))
        },
      })
      return { seen, said }
    } finally {
      await client.close()
    }
  }
