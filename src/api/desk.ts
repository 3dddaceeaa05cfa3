/** The desk: a reader of the capture, the control API and the page on a port of their own. */
import { createAdaptorServer } from '@hono/node-server'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { ProxyError } from '../errors.ts'
import { openReader } from '../store/reader.ts'
import { portHolder } from '../transports/port-holder.ts'
import { createApi } from './app.ts'
import { createControls } from './controls.ts'
import type { LiveClock } from './live.ts'
import { personaCards } from './persona-cards.ts'
import type { Setting } from './status.ts'

export interface DeskOptions extends Setting {
  /** Path of the capture; it has to be there. */
  readonly db: string
  /** Address to listen on. */
  readonly host: string
  /** A port of that number or none; 0 any; absent: 6273 or the next free one. */
  readonly port?: number
  readonly token: string
  /** Folder of the built page. */
  readonly uiFolder: string
}

export interface Desk {
  readonly port: number
  /** Ends open streams and connections; resolves when the port is free. */
  close(): Promise<void>
}

/** 6274 to 6277 are the MCP Inspector's, 6278 is the proxy's. */
const PORTS = [6273, ...Array.from({ length: 100 }, (_, i) => 6279 + i)]

/** Further ones are closed at once: the descriptors of this process belong to the traffic. A browser opens six. */
const MAX_CONNECTIONS = 256

/** How long streams have for their last chunk when the desk closes. */
const GRACE_MS = 50

/** `wrote`: told when rules or answers have been written. Throws `LISTEN_FAILED` and what `openReader` throws. */
export async function startDesk(
  { db, host, port, token, uiFolder, ...setting }: DeskOptions,
  wrote: () => void = () => undefined,
): Promise<Desk> {
  const reader = openReader(db)
  const controls = createControls(db, wrote)
  const stopping = new AbortController()
  let bound = 0
  const app = createApi({
    reader,
    controls,
    personas: personaCards,
    guard: { host, port: () => bound, token },
    setting,
    uiFolder,
    now: () => Math.round((performance.timeOrigin + performance.now()) * 1000),
    clock,
    stopping: stopping.signal,
  })
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server
  server.maxConnections = MAX_CONNECTIONS
  try {
    bound = await listenOnOneOf(server, host, port === undefined ? PORTS : [port])
  } catch (error) {
    reader.close()
    throw error
  }
  const close = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve))
    stopping.abort()
    await Promise.race([closed, delay(GRACE_MS)])
    server.closeAllConnections()
    await closed
    controls.close()
    reader.close()
  }
  return { port: bound, close }
}

const clock: LiveClock = {
  now: () => performance.now(),
  sleep: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
}

async function listenOnOneOf(server: Server, host: string, ports: readonly number[]): Promise<number> {
  for (const [i, port] of ports.entries()) {
    const failure = await listen(server, host, port)
    if (failure === undefined) return (server.address() as AddressInfo).port
    if (failure.code === 'EADDRINUSE' && i < ports.length - 1) continue
    throw await listenFailed(failure, host, port)
  }
  throw new ProxyError('LISTEN_FAILED', 'There is no port to try.')
}

function listen(server: Server, host: string, port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const settle = (error?: NodeJS.ErrnoException): void => {
      server.off('error', settle)
      server.off('listening', settle)
      resolve(error)
    }
    server.once('error', settle)
    server.once('listening', settle)
    server.listen(port, host)
  })
}

async function listenFailed(cause: NodeJS.ErrnoException, host: string, port: number): Promise<ProxyError> {
  if (cause.code === 'EADDRINUSE') {
    const holder = await portHolder(port)
    return new ProxyError(
      'LISTEN_FAILED',
      `Port ${port} of ${host} is taken${holder === undefined ? '' : ` by ${holder}`}.`,
      {
        hint: 'Name another one, or 0 for any free one (--ui-port 0).',
        cause,
      },
    )
  }
  return new ProxyError('LISTEN_FAILED', `The page cannot be served on ${host}:${port}: ${cause.message}`, {
    hint:
      cause.code === 'EACCES'
        ? 'Ports below 1024 need more rights: take a higher one.'
        : 'Name an address of this machine.',
    cause,
  })
}
