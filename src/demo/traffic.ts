/**
 * The demo's process: listens first, loads the SDK afterwards, so that the proxy in front can start at once. Told by its parent where
 * the proxy is; ends when told to, or when the parent is gone.
 * @module
 */
import { runDemoClient, type DemoClient } from './client.ts'
import { startDemoServer } from './server.ts'

/** What the process tells its parent: that it listens. */
export interface FromTraffic {
  readonly url: string
}

/** What the parent tells it. */
export type ToTraffic = { readonly connect: string } | { readonly stop: true }

/** Seed of the client's choices: every demo plays the same pieces in the same order. */
const SEED = 20_260_728

const main = async (): Promise<void> => {
  const server = await startDemoServer()
  let client: DemoClient | undefined
  const stop = async (): Promise<void> => {
    await client?.close()
    await server.close()
    process.exit(0)
  }
  // A terminal sends Ctrl-C to the whole group; the parent decides when we leave.
  process.on('SIGINT', () => undefined)
  process.on('disconnect', () => process.exit(0))
  process.on('message', (message: ToTraffic) => {
    if ('connect' in message) client ??= runDemoClient({ url: message.connect, seed: SEED })
    else void stop()
  })
  process.send?.({ url: server.url } satisfies FromTraffic)
}

await main()
