/** A wrapped server with a policy that a test steers from outside. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openReader } from '../../src/store/reader.ts'
import type { ConnectionRow } from '../../src/store/rows.ts'
import { temporaryFolder } from './temporary.ts'

const HARNESS = `
import { wrapServer } from ${JSON.stringify(new URL('../../dist/wrapper.js', import.meta.url).href)}
const [db, delayMs, command, ...args] = process.argv.slice(2)
let connection
const policy = {
  opened: (opened) => ((connection = opened), () => undefined),
  starting: () => {
    process.send('starting')
    return delayMs === '0' ? undefined : { delayMs: Number(delayMs), rule: 'slow' }
  },
}
process.on('message', (code) => new Function('connection', code)(connection))
process.channel.unref()
const end = await wrapServer({ command, args, env: process.env, server: 'own', db, policy, onTrouble: () => undefined })
process.exit(end.code ?? (end.signal === null ? 98 : 99))
`

export interface SteeredWrapper {
  readonly child: ChildProcess
  out(): string
  /** Runs in the wrapper, where `connection` is the one it steers. */
  steer(code: string): void
  send(text: string): void
  until(what: () => boolean): Promise<void>
  /** Resolves when the policy has been asked about the start. */
  readonly starting: Promise<unknown>
  /** Code; 99: by a signal. */
  readonly closed: Promise<number | null>
  /** The record, once it has ended. */
  record(): { connection: ConnectionRow; logs: string[] }
}

/** Around `node -e server`, which starts after `delayMs`. */
export function steerWrapper(server: string, delayMs = 0): SteeredWrapper {
  const db = join(temporaryFolder(), 'capture.db')
  const file = join(temporaryFolder(), 'wrapper.mjs')
  writeFileSync(file, HARNESS)
  const line = [file, db, String(delayMs), process.execPath, '-e', server]
  const child = spawn(process.execPath, line, { stdio: ['pipe', 'pipe', 'inherit', 'ipc'] })
  const out: Buffer[] = []
  child.stdout?.on('data', (bytes: Buffer) => out.push(bytes))
  child.stdin?.on('error', () => undefined)
  const text = (): string => Buffer.concat(out).toString('latin1')
  const starting = once(child, 'message')
  const closed = once(child, 'exit').then(([code]) => code as number | null)
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await closed
  })
  return {
    child,
    out: text,
    steer: (code) => void child.send(code),
    send: (said) => void child.stdin?.write(said),
    until: async (what) => {
      const end = performance.now() + 8000
      while (!what()) {
        if (performance.now() > end) throw new Error(`never: ${String(what)}; ${text()}`)
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    },
    starting,
    closed,
    record: () => {
      const reader = openReader(db)
      const connection = reader.connection(1)
      const logs = reader.logs({ limit: 100 }).map(({ kind }) => kind)
      reader.close()
      if (connection === undefined) throw new Error('no connection in the record')
      return { connection, logs }
    },
  }
}
