/** A client's process behind the proxy: has our terminal, gets our signals, and decides how we end. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'

export type ClientEnd =
  | { readonly kind: 'exit'; readonly code: number; readonly signal: NodeJS.Signals | null }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }

/** Passed on to the client, who decides. From a terminal it has them already: the whole foreground group gets those. */
const SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGUSR2', 'SIGINT', 'SIGQUIT', 'SIGWINCH', 'SIGCONT'] as const
const FROM_TERMINAL: ReadonlySet<string> = new Set(['SIGINT', 'SIGQUIT', 'SIGWINCH'])

/** What we need of `process`. */
export interface SignalPort {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown
}

/** Runs a command to its end. Never rejects. */
export const runClient = (
  [command = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  signals: SignalPort = process,
  terminal = process.stdin.isTTY,
): Promise<ClientEnd> =>
  new Promise((resolve) => {
    const child = spawn(command, args, { env, stdio: 'inherit' })
    const pass = (signal: NodeJS.Signals): void => {
      if (!(terminal && FROM_TERMINAL.has(signal))) child.kill(signal)
    }
    for (const signal of SIGNALS) signals.on(signal, pass)
    const end = (how: ClientEnd): void => {
      for (const signal of SIGNALS) signals.off(signal, pass)
      resolve(how)
    }
    child.once('error', ({ code = 'UNKNOWN', message }: NodeJS.ErrnoException) =>
      end({ kind: 'failed', code, message }),
    )
    child.once('exit', (code, signal) => end({ kind: 'exit', code: code ?? exitCodeOf(signal), signal }))
  })

/** What a shell says of a command ended by a signal. */
export const exitCodeOf = (signal: NodeJS.Signals | null): number =>
  signal === null ? 1 : 128 + (constants.signals[signal] ?? 0)
