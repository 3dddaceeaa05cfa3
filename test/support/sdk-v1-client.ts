import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { Told } from './both-ways.ts'
import { transcriptOf } from './sdk-transcript.ts'

/** What a story is given: a connected client, what it hears unasked, and its transport. */
export interface V1Scene {
  readonly client: Client
  readonly transport: StreamableHTTPClientTransport
  /** Next notification of that method; already heard ones count. */
  heard(method: string): Promise<unknown>
}

export interface V1Options {
  readonly capabilities?: Record<string, object>
  /** First wait before an event stream is opened again. */
  readonly reconnectMs?: number
  /** How it is carried. Default: Streamable HTTP. */
  readonly open?: (url: URL) => Transport
}

/** Tells a story with the official v1 client: connects, answers the server's own requests with fixed answers, closes. */
export const v1Story =
  (story: (scene: V1Scene) => Promise<unknown>, { capabilities = {}, reconnectMs = 20, open }: V1Options = {}) =>
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
    const client = new Client({ name: 'v1-client', version: '1.0.0' }, { capabilities })
    const notices = new Map<string, { had: unknown[]; waiting: ((params: unknown) => void)[] }>()
    const noticesOf = (method: string) => {
      const entry = notices.get(method) ?? { had: [], waiting: [] }
      notices.set(method, entry)
      return entry
    }
    for (const schema of [
      LoggingMessageNotificationSchema,
      ResourceUpdatedNotificationSchema,
      ResourceListChangedNotificationSchema,
    ]) {
      client.setNotificationHandler(schema, ({ method, params }) => {
        const { had, waiting } = noticesOf(method)
        const next = waiting.shift()
        if (next === undefined) had.push(params)
        else next(params)
      })
    }
    if (capabilities['sampling'] !== undefined)
      client.setRequestHandler(CreateMessageRequestSchema, ({ params }) => ({
        model: 'a-model',
        role: 'assistant' as const,
        stopReason: 'endTurn',
        content: { type: 'text' as const, text: `answer to ${params.messages.length} message` },
      }))
    if (capabilities['elicitation'] !== undefined)
      client.setRequestHandler(ElicitRequestSchema, ({ params }) =>
        /decline/.test(params.message)
          ? { action: 'decline' as const }
          : { action: 'accept' as const, content: { name: 'Ada', integer: 7, check: true } },
      )
    if (capabilities['roots'] !== undefined)
      client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///srv/data', name: 'data' }] }))
    try {
      // the transport's own types are not written for exactOptionalPropertyTypes
      await client.connect(transport as Transport)
      const seen = await story({
        client,
        transport,
        heard: (method) => {
          const { had, waiting } = noticesOf(method)
          return had.length > 0 ? Promise.resolve(had.shift()) : new Promise((resolve) => waiting.push(resolve))
        },
      })
      return { seen, said }
    } finally {
      await client.close()
    }
  }

/** An awaited rejection as plain values, for comparing. */
export const refusal = (promise: Promise<unknown>): Promise<object> =>
  promise.then(
    (value) => ({ answered: value }),
    (error: Error & { code?: unknown }) => ({ name: error.name, code: error.code, message: error.message }),
  )
