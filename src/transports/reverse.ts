/** The reverse proxy: a listener whose every connection gets an upstream connection of its own, opened when the client connects. */
import { createServerMemory } from './answer-watch.ts'
import { Connection, type ConnectionOptions } from './connection.ts'
import { editsMaker } from './edits.ts'
import { openListener, type Listener } from './listener.ts'
import { ownNames } from './own-names.ts'

export interface ReverseOptions extends ConnectionOptions {
  /** Edit heads where they name the proxy or the upstream. */
  readonly rewrite: boolean
  /** Fields set on every request; never recorded. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** How clients outside reach the proxy: scheme and authority. */
  readonly publicUrl?: URL | undefined
  readonly host: string
  /** 0 for any. */
  readonly port: number
  /** As in `ListenOptions`. */
  nextConnection?: () => number
}

/** Listens; throws `LISTEN_FAILED`. */
export function listenReverse(options: ReverseOptions): Promise<Listener> {
  const { host, publicUrl, target, server, rewrite, headers } = options
  const memory = createServerMemory()
  return openListener(options, { servers: [server], target }, (bound) => {
    const own = ownNames(host, bound.address, bound.port, publicUrl)
    const makerFor = (upstream: URL) => editsMaker({ names: { ...own, upstream }, rewrite, headers })
    const usual = makerFor(target)
    const edits = (upstream: URL) => (upstream === target ? usual : makerFor(upstream))()
    return ({ socket, number, waits }, gone) => {
      const parts = {
        waits,
        id: options.nextConnection?.() ?? number,
        client: { socket, raw: socket },
        tcp: socket,
        edits,
        memory,
      }
      return new Connection(parts, options, gone)
    }
  })
}
