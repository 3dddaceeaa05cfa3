/** A server as a client starts it: by itself, or wrapped. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from './temporary.ts'

/** Whether the laws can fail is tried with another wrapper. */
const MAIN = process.env['TEST_STDIO_WRAPPER'] ?? fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

export type Way = 'direct' | 'wrapped'

export interface Peer {
  readonly child: ChildProcessWithoutNullStreams
  /** Everything read so far; nothing is while `read` is false. */
  readonly out: () => Buffer
  readonly err: () => Buffer
  /** Code and signal, once it has ended and all its streams are closed. */
  readonly closed: Promise<[code: number | null, signal: string | null]>
  readonly exited: Promise<[code: number | null, signal: string | null]>
  /** Resolves when the output has this many bytes, or ends with this text. */
  until(enough: number | string): Promise<void>
  readonly db: string
}

export interface PeerOptions {
  readonly env?: Record<string, string>
  readonly read?: boolean
  readonly db?: string
  readonly flags?: readonly string[]
}

/** Starts `node -e script` or, given a list, that command line. Killed when the test is over. */
export function start(way: Way, server: string | readonly string[], options: PeerOptions = {}): Peer {
  const { env = {}, read = true, db = join(temporaryFolder(), 'capture.db'), flags = [] } = options
  const command = typeof server === 'string' ? [process.execPath, '-e', server] : server
  const line = way === 'direct' ? command : [process.execPath, MAIN, 'stdio', '--db', db, ...flags, '--', ...command]
  const child = spawn(line[0] ?? '', line.slice(1), { env: { ...process.env, ...env }, stdio: 'pipe' })
  const out: Buffer[] = []
  const err: Buffer[] = []
  if (read) child.stdout.on('data', (bytes: Buffer) => out.push(bytes))
  child.stderr.on('data', (bytes: Buffer) => err.push(bytes))
  child.stdin.on('error', () => undefined)
  child.on('error', () => undefined)
  const whole = (parts: Buffer[]): Buffer => {
    const all = Buffer.concat(parts)
    parts.splice(0, parts.length, all)
    return all
  }
  const closed = once(child, 'close') as Promise<[number | null, string | null]>
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>
  onTestFinished(async () => {
    child.kill('SIGKILL')
    child.stdout.destroy()
    child.stderr.destroy()
    await exited
  })
  const until = async (enough: number | string): Promise<void> => {
    const there = (): boolean =>
      typeof enough === 'number' ? whole(out).length >= enough : whole(out).toString('latin1').endsWith(enough)
    while (!there()) await once(child.stdout, 'data')
  }
  return { child, out: () => whole(out), err: () => whole(err), closed, exited, until, db }
}

/** True while a process of this id runs (a zombie does not). */
export async function lives(pid: number): Promise<boolean> {
  const { readFile } = await import('node:fs/promises')
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '')
  return stat !== '' && !/^\d+ \(.*\) [ZX]/s.test(stat)
}
