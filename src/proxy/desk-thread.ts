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
}

type DeskMessage =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'control' }
  | { readonly kind: 'error'; readonly code: ErrorCode | 'BUG'; readonly message: string; readonly hint: string }

/** A thread that has loaded what it needs, or is about to, and waits to be told what to serve. */
export interface PreparedDesk {
  /** On the capture at `db`, which has to be there; resolves when it listens. Throws `LISTEN_FAILED` and what opening a capture throws. */
  open(ui: DeskSettings, db: string, servers: readonly Served[]): Promise<DeskThread>
  /** Told when rules or answers have been written there: the recorder is to fetch them at once. */
  onControl(listener: () => void): void
  close(): Promise<void>
}

/** Starts the thread: loading takes longer than serving, and can go on while the capture is opened. */
export function prepareDesk(): PreparedDesk {
  const worker = new Worker(built('api/thread.js'))
  const gone = new Promise<void>((done) => worker.once('exit', () => done()))
  const close = async (): Promise<void> => {
    worker.postMessage({ kind: 'stop' })
    await gone
  }
  const open = (ui: DeskSettings, db: string, servers: readonly Served[]): Promise<DeskThread> => {
    const host = ui.host ?? '127.0.0.1'
    const token = ui.token ?? randomBytes(24).toString('base64url')
    const [first] = servers
    const about = { proxyUrl: first?.url ?? null, target: first?.target ?? null, servers, version: VERSION }
    const options = { db, host, port: ui.port, token, uiFolder: fileURLToPath(built('ui')), ...about }
    worker.postMessage({ kind: 'start', options })
    return new Promise((resolve, reject) => {
      worker.once('error', reject)
      worker.once('message', (message: DeskMessage) => {
        if (message.kind === 'ready') {
          const name = host.includes(':') ? `[${host}]` : host
          return resolve({ url: `http://${name}:${message.port}/`, port: message.port, token })
        }
        if (message.kind === 'control') return
        const { code, hint } = message
        reject(code === 'BUG' ? new Error(message.message) : new ProxyError(code, message.message, { hint }))
      })
    })
  }
  const onControl = (listener: () => void): void =>
    void worker.on('message', ({ kind }: DeskMessage) => kind === 'control' && listener())
  return { open, onControl, close }
}
