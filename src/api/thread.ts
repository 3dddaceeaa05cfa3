/** The desk in a thread of its own, so that a heavy question never delays a byte of the traffic. */
import { setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { ProxyError } from '../errors.ts'
import { type Desk, type DeskOptions, startDesk } from './desk.ts'

/** What the thread says. It takes `{ kind: 'start', options: DeskOptions }` once, and `{ kind: 'stop' }`, upon which it ends. */
export type DeskMessage =
  | { readonly kind: 'ready'; readonly port: number }
  /** Rules or answers have been written. */
  | { readonly kind: 'control' }
  | { readonly kind: 'error'; readonly code: string; readonly message: string; readonly hint: string }

/** Where the thread speaks to the one who started it. */
export interface DeskPort {
  postMessage(message: DeskMessage): void
  on(event: 'message', listener: (message: { readonly kind: string }) => void): unknown
  close(): void
}

/** The thread's whole life on `port`; `start` is for tests. Resolves when the desk is there, or has been said not to be. */
export async function runDesk(port: DeskPort, options: DeskOptions, start = startDesk): Promise<void> {
  let stopped = false
  let desk: Desk | undefined
  const stop = async (): Promise<void> => {
    await desk?.close()
    port.close()
  }
  port.on('message', ({ kind }) => {
    if (kind !== 'stop') return
    stopped = true
    // while it is still starting there is nothing to close: the start sees to it
    if (desk !== undefined) void stop()
  })
  try {
    desk = await start(options, () => port.postMessage({ kind: 'control' }))
    port.postMessage({ kind: 'ready', port: desk.port })
    if (stopped) await stop()
  } catch (error) {
    const { code, message, hint } =
      error instanceof ProxyError ? error : { code: 'BUG', message: String(error), hint: '' }
    port.postMessage({ kind: 'error', code, message, hint })
    port.close()
  }
}

if (parentPort !== null) {
  // on Linux this nices the calling thread alone, so that traffic goes first; elsewhere it would be the whole process
  if (process.platform === 'linux') setPriority(0, 5)
  const port = parentPort
  port.once(
    'message',
    (first: { readonly kind: 'start'; readonly options: DeskOptions } | { readonly kind: 'stop' }) => {
      if (first.kind === 'start') void runDesk(port, first.options)
      else port.close()
    },
  )
}
