/** An SDK client, an SDK server, a proxy with faults between them; every request the client makes is written down. */
import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { onTestFinished } from 'vitest'
import type { RuleSource } from '../../src/faults/rules/rule.ts'
import { createProxy, type Proxy } from '../../src/proxy.ts'
import { startStateful } from './sdk-v2-server.ts'

/** A request of the client, and what came of it. */
interface Requested {
  readonly at: number
  readonly verb: string
  /** JSON-RPC method of its body; empty without one. */
  readonly method: string
  readonly session: string | null
  readonly lastEventId: string | null
  /** Status, or what `fetch` failed with; `open` as long as there is nothing. */
  outcome: number | string
}

export interface SdkScene {
  readonly proxy: Proxy
  readonly server: Awaited<ReturnType<typeof startStateful>>
  readonly requests: Requested[]
  /** What the client was told by `onerror`. */
  readonly errors: string[]
  /** Progress the client was told of. */
  readonly progress: number[]
  /** Calls a tool; resolves with its text, or `error: name code message`. */
  call(name: string, timeoutMs?: number): Promise<string>
  /** Its GETs. */
  gets(): Requested[]
  readonly session: string
  /** Lets the server tell of something on its GET stream. */
  notify(): Promise<void>
  /** Methods of notifications the client got. */
  readonly heard: string[]
  /** `onclose` was called. */
  closed: boolean
}

/** Generations of the SDK. */
export const SDKS = ['v1', 'v2'] as const
type Sdk = (typeof SDKS)[number]

interface SdkOptions {
  /** First wait before a stream is opened again; `own`: what the SDK waits. Default 20. */
  readonly reconnectMs?: number | 'own'
  readonly rules?: readonly RuleSource[]
}

/** The SDK's own, but for the first wait. */
const OWN = { maxReconnectionDelay: 30_000, reconnectionDelayGrowFactor: 1.5, maxRetries: 2 }

/** Connected, with its GET stream open. */
export async function sdkThrough(sdk: Sdk, { reconnectMs = 20, rules = [] }: SdkOptions = {}): Promise<SdkScene> {
  const server = await startStateful()
  onTestFinished(() => server.stop())
  const proxy = await createProxy({ target: server.url, port: 0, ui: false, db: false, seed: 1 })
  onTestFinished(() => proxy.close())
  for (const rule of rules) await proxy.faults.add(rule)
  const requests: Requested[] = []
  const errors: string[] = []
  const heard: string[] = []
  const progress: number[] = []
  const options = {
    fetch: watchedFetch(requests),
    ...(reconnectMs === 'own' ? {} : { reconnectionOptions: { ...OWN, initialReconnectionDelay: reconnectMs } }),
  }
  const url = new URL(proxy.url)
  const scene = { closed: false }
  const client = sdk === 'v1' ? new ClientV1({ name: 'v1', version: '1' }) : new ClientV2({ name: 'v2', version: '2' })
  const transport = sdk === 'v1' ? new TransportV1(url, options) : new TransportV2(url, options)
  client.onerror = (error) => void errors.push(error.message)
  client.onclose = () => (scene.closed = true)
  client.fallbackNotificationHandler = ({ method }) => {
    heard.push(method)
    return Promise.resolve()
  }
  onTestFinished(() => client.close())
  await client.connect(transport as Transport & TransportV2)
  await until(() => requests.some(({ verb, outcome }) => verb === 'GET' && outcome === 200))
  const call = (name: string, timeout: number): Promise<unknown> => {
    const more = { timeout, onprogress: (step: { progress: number }) => void progress.push(step.progress) }
    const params = { name, arguments: name === 'echo' ? { message: 'hello' } : {} }
    return client instanceof ClientV1 ? client.callTool(params, undefined, more) : client.callTool(params, more)
  }
  return Object.assign(scene, {
    proxy,
    server,
    requests,
    errors,
    progress,
    heard,
    session: transport.sessionId ?? '',
    gets: () => requests.filter(({ verb }) => verb === 'GET'),
    notify: async () => server.sessions.get(transport.sessionId ?? '')?.server.sendResourceListChanged(),
    call: (name: string, timeoutMs = 5000) =>
      call(name, timeoutMs).then(
        (result) => (result as { content: { text: string }[] }).content[0]?.text ?? '',
        (error: Error & { code?: unknown }) => `error: ${error.name} ${String(error.code)} ${error.message}`,
      ),
  })
}

/** Resolves when that is so. */
export async function until(condition: () => boolean, patienceMs = 8000): Promise<void> {
  const end = performance.now() + patienceMs
  while (!condition()) {
    if (performance.now() > end) throw new Error(`never: ${String(condition)}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

function watchedFetch(requests: Requested[]): typeof fetch {
  return async (input, init) => {
    const headers = new Headers(init?.headers)
    const body = typeof init?.body === 'string' ? (JSON.parse(init.body) as { method?: string }) : {}
    const request: Requested = {
      at: performance.now(),
      verb: init?.method ?? 'GET',
      method: body.method ?? '',
      session: headers.get('mcp-session-id'),
      lastEventId: headers.get('last-event-id'),
      outcome: 'open',
    }
    requests.push(request)
    try {
      const response = await fetch(input, init)
      request.outcome = response.status
      return response
    } catch (error) {
      request.outcome = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).name
      throw error
    }
  }
}
