import { createOutput, type Output } from '../../src/cli/output.ts'
import type { Context } from '../../src/cli/context.ts'
import type { ForwardSettings, ProxiesOptions, Proxy, ProxyOptions } from '../../src/proxy.ts'

/** An output that keeps what it is told, as a file would: no colours, no width. */
export interface CapturedOutput extends Output {
  stdout(): string
  stderr(): string
}

/** With `columns` stdout and stderr are terminals of that width. */
export const capturedOutput = (columns?: number, env: Record<string, string> = {}): CapturedOutput => {
  const written = { stdout: '', stderr: '' }
  const stream = (name: 'stdout' | 'stderr') => ({
    ...(columns === undefined ? {} : { isTTY: true, columns }),
    write: (text: string) => {
      written[name] += text
    },
  })
  const output = createOutput({ stdout: stream('stdout'), stderr: stream('stderr'), env })
  return { ...output, width: output.width, stdout: () => written.stdout, stderr: () => written.stderr }
}

export interface FakeContext extends Context {
  readonly output: CapturedOutput
  /** As a signal would. */
  stop(): void
  /** What `createProxy` was asked for. */
  readonly asked: ProxyOptions[]
  /** What `createForward` was asked for. */
  readonly askedForForward: ForwardSettings[]
  /** What `createProxies` was asked for. */
  readonly askedForAll: ProxiesOptions[]
  /** How often proxies were closed. */
  closed(): number
}

/** A context without a process: a fixed clock, a proxy that only answers. */
export const fakeContext = ({
  env = {},
  columns,
  proxy = {},
}: { env?: Record<string, string>; columns?: number; proxy?: Partial<Proxy> } = {}): FakeContext => {
  const stopping = new AbortController()
  const asked: ProxyOptions[] = []
  const askedForForward: ForwardSettings[] = []
  const askedForAll: ProxiesOptions[] = []
  let closed = 0
  const running = {
    db: '/data/capture.db',
    ui: 'http://127.0.0.1:6273/',
    token: 'secret',
    stats: () => ({
      connections: 2,
      open: 0,
      recordedBytes: 2048,
      queueBytes: 0,
      queueHighWater: 0,
      lostChunks: 0,
      lostBytes: 0,
    }),
    faults: {
      add: () => Promise.reject(new Error('no rules here')),
      remove: () => Promise.resolve(),
      heal: () => Promise.resolve(),
      list: () => [],
    },
    onRecording: () => undefined,
    onNotice: () => undefined,
    flush: async () => undefined,
    close: async () => {
      closed++
    },
  }
  return {
    env,
    output: capturedOutput(columns, env),
    command: 'npx mitmcp',
    version: '1.2.3',
    stopping: () => stopping.signal,
    raise: () => undefined,
    now: () => NOW,
    createProxy: async (options) => {
      asked.push(options)
      const url = 'http://127.0.0.1:6278/mcp'
      return { url, host: '127.0.0.1', port: 6278, target: options.target, ...running, ...proxy }
    },
    createForward: async (settings) => {
      askedForForward.push(settings)
      const url = `http://127.0.0.1:${settings.port || 6278}`
      const authority = { file: '/data/authority/ca.pem', bundle: '/data/authority/bundle.pem' }
      return { url, host: settings.host ?? '127.0.0.1', port: 6278, authority, ...running }
    },
    createProxies: async (options) => {
      askedForAll.push(options)
      const servers = options.servers.map(({ name, target, host = '127.0.0.1', port = 0 }, index) => {
        const bound = port === 0 ? 6278 + index : port
        return { name, target, host, port: bound, url: `http://${host}:${bound}/mcp` }
      })
      return { servers, ...running }
    },
    stop: () => stopping.abort('SIGINT'),
    asked,
    askedForForward,
    askedForAll,
    closed: () => closed,
  }
}

/** 2026-11-22 12:00:00 UTC. */
export const NOW = Date.UTC(2026, 10, 22, 12) * 1000
