import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { FromTraffic, ToTraffic } from '../demo/traffic.ts'

/** The demo's server and client, in a process of their own so that the live path has its thread to itself. */
export interface DemoProcess {
  /** Address of the demo server. */
  readonly url: string
  /** Lets the demo client call through the proxy, now and then, until stopped. */
  connect(proxyUrl: string): void
  /** Ends the process; resolves when it is gone. May be called again. */
  stop(): Promise<void>
}

/** Where the compiled entry lies, seen from `dist/cli`. */
const ENTRY = new URL('../demo/traffic.js', import.meta.url)

/** How long the client may take to leave before it is killed. */
const LEAVE_MS = 500

/** Starts the demo's process; resolves when its server listens. It ends with us, however we end. */
export const startDemo = async (entry: URL = ENTRY): Promise<DemoProcess> => {
  const child = fork(fileURLToPath(entry), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const exited = once(child, 'exit')
  const [ready] = (await Promise.race([
    once(child, 'message'),
    exited.then(([code, signal]) => {
      throw new Error(`the demo ended before it listened: ${String(code ?? signal)}`)
    }),
  ])) as [FromTraffic]
  const tell = (message: ToTraffic): void => {
    if (child.connected) child.send(message)
  }
  return {
    url: ready.url,
    connect: (proxyUrl) => tell({ connect: proxyUrl }),
    stop: async () => {
      tell({ stop: true })
      const killer = setTimeout(() => child.kill('SIGKILL'), LEAVE_MS)
      if (child.exitCode === null && child.signalCode === null) await exited
      clearTimeout(killer)
    },
  }
}
