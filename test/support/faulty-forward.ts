/** A real server behind a forward proxy whose rules are the test's: asked in absolute form, or through a tunnel with TLS opened in it. */
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo } from 'node:net'
import { ProxyAgent, request, type Dispatcher } from 'undici'
import { onTestFinished } from 'vitest'
import type { RuleSource } from '../../src/faults/rules/rule.ts'
import type { FaultRules, ForwardSettings } from '../../src/proxy.ts'
import type { Answer, Asked } from './faulty.ts'
import { startForward } from './start-forward.ts'

export type ForwardWay = 'absolute form' | 'a tunnel with TLS opened in it'

export interface FaultyForward {
  readonly faults: FaultRules
  readonly asked: Asked[]
  /** Of the server. */
  readonly origin: string
  readonly proxyUrl: string
  ask(options?: AskOptions): Promise<Dispatcher.ResponseData>
  /** The same with the whole body; `error`: the code where it has no proper end. */
  tell(options?: AskOptions): Promise<Told>
}

export interface AskOptions {
  readonly path?: string
  readonly method?: Dispatcher.HttpMethod
  readonly headers?: Record<string, string>
  readonly body?: string
}

export interface Told {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  readonly error: string
}

const pem = (name: string): string => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8')
const TYPES = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }

/** A server that answers so; its origin and what it is asked. */
export async function faultyOrigin(way: ForwardWay, answer: Answer): Promise<{ origin: string; asked: Asked[] }> {
  const asked: Asked[] = []
  const serve: RequestListener = (asking, response) => {
    const parts: Buffer[] = []
    asking.on('data', (part: Buffer) => parts.push(part)).on('error', () => undefined)
    response.on('error', () => undefined)
    asking.on('end', () => {
      const { method = '', url: path = '', headers } = asking
      asked.push({ method, path, headers, body: Buffer.concat(parts).toString() })
      answer(asked.at(-1)!, response, asking)
    })
  }
  const isTls = way !== 'absolute form'
  const server = isTls
    ? createHttps({ key: pem('localhost.key'), cert: pem('localhost.pem') }, serve)
    : createServer(serve)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { origin: isTls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`, asked }
}

export async function faultyForward(
  way: ForwardWay,
  answer: Answer,
  rules: readonly RuleSource[] = [],
  settings: Partial<ForwardSettings> = {},
): Promise<FaultyForward> {
  const { origin, asked } = await faultyOrigin(way, answer)
  const forward = await startForward({ insecure: true, ...settings })
  onTestFinished(() => forward.close())
  for (const rule of rules) await forward.faults.add(rule)
  const ca = readFileSync(forward.authority.file, 'utf8')
  const dispatcher = new ProxyAgent({ uri: forward.url, requestTls: { ca }, proxyTunnel: way !== 'absolute form' })
  onTestFinished(() => dispatcher.destroy())
  const ask = ({ path = '/mcp', method = 'POST', headers = {}, body }: AskOptions = {}) =>
    request(origin + path, { method, dispatcher, headers: { ...TYPES, ...headers }, body: body ?? null })
  const tell = async (options?: AskOptions): Promise<Told> => {
    let [status, headers, text]: [number, Told['headers'], string] = [0, {}, '']
    try {
      const { statusCode, headers: fields, body } = await ask(options)
      status = statusCode
      headers = fields
      for await (const part of body) text += String(part)
      return { status, headers, body: text, error: '' }
    } catch (problem) {
      return { status, headers, body: text, error: (problem as NodeJS.ErrnoException).code ?? String(problem) }
    }
  }
  return { faults: forward.faults, asked, origin, proxyUrl: forward.url, ask, tell }
}
