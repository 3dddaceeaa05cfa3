import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** Joins sockets to a server and can cut those that carry a given request: an unreliable network. */
export interface CutRelay {
  readonly url: string
  /** Resolves when the first bytes of an answer to a request have come whose start line matches. */
  answered(line: RegExp): Promise<void>
  /** Ends the server's side of every connection whose latest request matches; how many there were. */
  cut(line: RegExp, how: 'fin' | 'rst'): number
  /** Heads of the requests so far, in order. */
  readonly heads: readonly string[]
  close(): Promise<void>
}

interface Joined {
  readonly client: Socket
  readonly server: Socket
  line: string
  answered: boolean
}

/** Starts a relay to `target`; its URL has the target's path. */
export async function startCutRelay(target: string): Promise<CutRelay> {
  const { hostname, port, pathname } = new URL(target)
  const joined = new Set<Joined>()
  const heads: string[] = []
  const waiting = new Set<{ line: RegExp; resolve: () => void }>()
  const listener = createServer({ noDelay: true }, (client) => {
    const server = connect({ host: hostname, port: Number(port), noDelay: true })
    const pair: Joined = { client, server, line: '', answered: false }
    joined.add(pair)
    client.on('data', (chunk) => {
      const head = chunk.toString('latin1')
      if (/^[A-Z]+ \S+ HTTP\/1\.1\r\n/.test(head)) {
        pair.line = head.slice(0, head.indexOf('\r\n'))
        pair.answered = false
        heads.push(head.split('\r\n\r\n', 1)[0]!)
      }
    })
    server.on('data', () => {
      pair.answered = true
      for (const waiter of [...waiting].filter(({ line }) => line.test(pair.line))) {
        waiting.delete(waiter)
        waiter.resolve()
      }
    })
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on('error', () => to.resetAndDestroy())
      from.on('close', () => joined.delete(pair))
      from.pipe(to)
    }
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  return {
    url: `http://127.0.0.1:${(listener.address() as { port: number }).port}${pathname}`,
    heads,
    answered: (line) =>
      new Promise((resolve) => {
        if ([...joined].some((pair) => pair.answered && line.test(pair.line))) resolve()
        else waiting.add({ line, resolve })
      }),
    cut: (line, how) => {
      const hit = [...joined].filter((pair) => line.test(pair.line))
      for (const { client, server } of hit) {
        server.destroy()
        if (how === 'rst') client.resetAndDestroy()
        else client.destroySoon()
      }
      return hit.length
    },
    close: async () => {
      for (const { client, server } of joined) {
        client.destroy()
        server.destroy()
      }
      listener.close()
      await once(listener, 'close')
    },
  }
}
