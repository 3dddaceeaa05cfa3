/** The thread with API and page, seen from the live one. */
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { ProxyError, type ErrorCode } from '../errors.ts'
import { VERSION } from '../version.ts'
import { built } from './built.ts'

export interface DeskSettings {
  readonly host?: string
  readonly port?: number
  readonly token?: string
}

/** A server that clients reach through this process. */
export interface Served {
  readonly name: string
  /** For clients: listener address with the target's path. */
  readonly url: string
  readonly target: string
}

export interface DeskThread {
  readonly url: string
  readonly port: number
  readonly token: string
  close(): Promise<void>
}

type DeskMessage =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'error'; readonly code: ErrorCode | 'BUG'; readonly message: string; readonly hint: string }

/** Starts it on the capture at `db`; resolves when it listens. Throws `LISTEN_FAILED` and what opening a capture throws. */
export function openDesk(ui: DeskSettings, db: string, servers: readonly Served[]): Promise<DeskThread> {
  const host = ui.host ?? '127.0.0.1'
  const token = ui.token ?? randomBytes(24).toString('base64url')
  const [first] = servers
  const about = { proxyUrl: first?.url ?? null, target: first?.target ?? null, servers, version: VERSION }
  const workerData = { db, host, port: ui.port, token, uiFolder: fileURLToPath(built('ui')), ...about }
  const worker = new Worker(built('api/thread.js'), { workerData })
  return new Promise((resolve, reject) => {
    worker.once('error', reject)
    worker.once('message', (message: DeskMessage) => {
      if (message.kind === 'error') {
        void worker.terminate()
        const { code, hint } = message
        return reject(code === 'BUG' ? new Error(message.message) : new ProxyError(code, message.message, { hint }))
      }
      const close = async (): Promise<void> => {
        const gone = new Promise((done) => worker.once('exit', done))
        worker.postMessage({ kind: 'stop' })
        await gone
      }
      const name = host.includes(':') ? `[${host}]` : host
      resolve({ url: `http://${name}:${message.port}/`, port: message.port, token, close })
    })
  })
}
