/** A line whose traffic is recorded and can be read back. */
import type { Reader } from '../../src/store/index.ts'
import { openReader } from '../../src/store/reader.ts'
import type { ConnectionRow, FlowRow, FrameDetail } from '../../src/store/rows.ts'
import { createLine, type Line, type Pair, type Started, type StartOptions, type Target } from './line.ts'
import type { Peer } from './raw.ts'

/** A proxy that records. */
export interface Recorded extends Started {
  readonly db: string
  flush(): Promise<void>
}

export type StartRecorded = (target: Target, options?: StartOptions) => Promise<Recorded>

/** A line whose traffic can be read back. */
export interface Tape {
  readonly line: Line
  readonly reader: Reader
  /** The connection of this client; waits until it is closed in the record, unless `open`. */
  connection(client: Peer, open?: boolean): Promise<ConnectionRow>
  flows(client: Peer): Promise<FlowRow[]>
  frames(client: Peer): Promise<FrameDetail[]>
  close(): Promise<void>
}

/** `target.host` other than the server’s: a server that cannot be reached is at `127.0.0.2`. */
export async function createTape(
  start: StartRecorded,
  options: StartOptions & { target?: { host: string } } = {},
): Promise<Tape> {
  const started: Recorded[] = []
  const line = await createLine(async (target, more) => {
    const proxy = await start(target, more)
    started.push(proxy)
    return proxy
  }, options)
  const proxy = started[0] as Recorded
  const reader = openReader(proxy.db)
  const ports = new Map<Peer, number>()
  const row = (client: Peer): ConnectionRow | undefined => {
    const port = ports.get(client)
    return reader
      .changes(0, 100_000)
      .flatMap((change) => change.connections)
      .findLast((found) => found.clientPort === port)
  }
  const connection = async (client: Peer, open = false): Promise<ConnectionRow> => {
    const until = performance.now() + 3000
    for (;;) {
      await proxy.flush()
      const found = row(client)
      if (found !== undefined && (open || found.closedAt !== null)) return found
      if (performance.now() > until) throw new Error(`not in the record, or not closed: ${JSON.stringify(found)}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  const flows = async (client: Peer): Promise<FlowRow[]> => reader.flows({ connection: (await connection(client)).id })
  const dialled = line.dial
  line.dial = async (more) => {
    const peer = await dialled(more)
    ports.set(peer, peer.socket.localPort ?? 0)
    return peer
  }
  return {
    line,
    reader,
    connection,
    flows,
    frames: async (client) =>
      (await flows(client))
        .flatMap(({ id }) => reader.frames({ flow: id }).rows)
        .flatMap(({ id }) => reader.frame(id) ?? []),
    close: async () => {
      reader.close()
      await line.close()
    },
  }
}

/** Server first, then the client: both with FIN. */
export const bothEnd = async ({ client, server }: Pair): Promise<void> => {
  server.end()
  await client.ended()
  client.end()
  await server.ended()
}

/** Each piece is sent when the one before has arrived; the client’s first. */
export async function exchange(line: Line, up: readonly string[], down: readonly string[]): Promise<Pair> {
  const client = await line.dial()
  client.write(up[0] ?? '')
  const server = await line.accept()
  let [there, here] = [0, 0]
  for (const [index, text] of up.entries()) {
    if (index > 0) client.write(text)
    await server.until((there += text.length))
  }
  for (const text of down) {
    server.write(text)
    await client.until((here += text.length))
  }
  return { client, server }
}
