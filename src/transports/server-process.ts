/** A server that is a process: started with exactly what it is given, killed when we are. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'

export interface ServerCommand {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Default: our own folder. */
  readonly cwd?: string
}

/** How a process came to its end: a code, or a signal. */
export interface ProcessExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface ServerProcess {
  readonly child: ChildProcessWithoutNullStreams
  readonly pid: number
  /** Resolves when it has ended; its output may still have to be read. */
  readonly exited: Promise<ProcessExit>
}

/** Why a process could not be started. */
export interface StartFailure {
  /** errno. */
  readonly code: string
  readonly message: string
}

/**
 * Starts it: no shell, three streams of ours, from which nothing is read yet. The process runs when this returns its promise, which
 * is settled within the same turn; its end is watched from the start, so that none is missed, however late somebody asks.
 */
export async function startServer(server: ServerCommand): Promise<ServerProcess | StartFailure> {
  const { command, args, env, cwd } = server
  let child: ChildProcessWithoutNullStreams
  try {
    child = spawn(command, args, {
      env: env as NodeJS.ProcessEnv,
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      ...(cwd === undefined ? {} : { cwd }),
    })
  } catch (error) {
    return failureOf(error)
  }
  const exited = new Promise<ProcessExit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
  const { pid } = child
  if (pid === undefined) return new Promise((resolve) => child.once('error', (error) => resolve(failureOf(error))))
  // once it runs, an error is a signal that could not be sent: it is gone
  child.on('error', () => undefined)
  return { child, pid, exited }
}

function failureOf(error: unknown): StartFailure {
  const { code = 'UNKNOWN', message } = error as NodeJS.ErrnoException
  return { code, message }
}

/**
 * Kills the process should we be killed: a shell that waits for the end of a pipe of ours. An end that we see ourselves calls it
 * off by the function given back. Without it a server that does not heed the end of its input would outlive a killed wrapper,
 * where alone it would have been killed. Windows needs none: there a child goes with its parent's job.
 */
export function guardProcess(pid: number): () => void {
  if (process.platform === 'win32') return () => undefined
  const guard = spawn('/bin/sh', ['-c', 'read -r over || kill -KILL "$1"', 'mitmcp-guard', String(pid)], {
    env: {},
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    // a group of its own: what kills ours must leave it time to act
    detached: true,
  })
  guard.unref()
  guard.on('error', () => undefined)
  guard.stdin.on('error', () => undefined)
  return () => void guard.stdin.end('over\n')
}
