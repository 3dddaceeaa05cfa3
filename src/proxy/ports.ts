/** Which port a listener gets. */
import { ProxyError } from '../errors.ts'
import { portHolder, type Listener } from '../transports/index.ts'

/** First port tried for a proxy. */
export const PROXY_PORT = 6278
/** Ports never taken by default: ours for the UI, and those of MCP Inspector. */
const LEFT_ALONE = [6273, 6274, 6275, 6276, 6277]
const PORTS_TRIED = 100

/** A listener to be opened: on this port, 0 for any, or undefined for the next free one. */
export interface Opening {
  readonly port: number | undefined
  listen(port: number): Promise<Listener>
}

/**
 * Opens all or none, named ports first. `taboo`: ports not to be taken by default, because a server is expected there.
 * Throws `LISTEN_FAILED` telling of every port that could not be had, by whom it is held.
 */
export async function openListeners(openings: readonly Opening[], taboo: Iterable<number> = []): Promise<Listener[]> {
  const avoided = new Set([...LEFT_ALONE, ...taboo, ...openings.flatMap(({ port }) => port ?? [])])
  const opened: (Listener | undefined)[] = []
  const failures: unknown[] = []
  for (const named of [true, false]) {
    for (const [index, { port, listen }] of openings.entries()) {
      if ((port !== undefined) !== named) continue
      try {
        opened[index] = await (port === undefined ? nextFree(listen, avoided) : onPort(listen, port))
      } catch (error) {
        failures.push(error)
      }
    }
  }
  if (failures.length === 0) return opened as Listener[]
  await Promise.all(opened.filter((listener) => listener !== undefined).map((listener) => listener.close(0)))
  throw openings.length === 1 ? failures[0] : together(failures)
}

async function nextFree(listen: (port: number) => Promise<Listener>, avoided: Set<number>): Promise<Listener> {
  for (let port = PROXY_PORT; port < PROXY_PORT + PORTS_TRIED; port++) {
    if (avoided.has(port)) continue
    avoided.add(port)
    const listener = await listen(port).catch((error: unknown) => {
      if (!isTaken(error)) throw error
    })
    if (listener !== undefined) return listener
  }
  return listen(0)
}

async function onPort(listen: (port: number) => Promise<Listener>, port: number): Promise<Listener> {
  try {
    return await listen(port)
  } catch (error) {
    const holder = isTaken(error) ? await portHolder(port) : undefined
    if (holder === undefined) throw error
    throw new ProxyError('LISTEN_FAILED', `Port ${port} is taken by ${holder}.`, {
      hint: 'Use --port 0 for any free port.',
      cause: error,
    })
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof ProxyError && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'EADDRINUSE'
}

/** One error for all; a mistake of ours goes before them. */
function together(failures: readonly unknown[]): unknown {
  const ours = failures.filter((failure) => failure instanceof ProxyError)
  const [first] = ours
  if (first === undefined || ours.length < failures.length) {
    return failures.find((failure) => !(failure instanceof ProxyError))
  }
  return new ProxyError(first.code, ours.map(({ message }) => message).join('\n      '), {
    hint: 'Nothing was started. Give each server another port, or leave it out for the next free one.',
    cause: first,
  })
}
