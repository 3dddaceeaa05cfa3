import type { Command } from 'commander'
import type { Forward, ForwardSettings, Proxies, ProxiesOptions, Proxy, ProxyOptions } from '../proxy.ts'
import type { Output } from './output.ts'

/** What a command is given: the world around the process, and nothing it could not be handed in a test. */
export interface Context {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly output: Output
  /** How to spell this program in a hint: `npx mitmcp`. */
  readonly command: string
  readonly version: string
  /** Becomes aborted at the first SIGINT, SIGTERM or SIGHUP; its reason is the signal's name. Commands that stay end by it. */
  stopping(): AbortSignal
  /** Ends this process by a signal, as its child has ended. */
  raise(signal: NodeJS.Signals): void
  /** Microseconds since the epoch. */
  now(): number
  /** Starts a proxy; loaded when called, so that listing commands do not pay for it. */
  /** Starts a forward proxy. */
  createForward(settings: ForwardSettings): Promise<Forward>
  createProxy(options: ProxyOptions): Promise<Proxy>
  /** The same for several servers. */
  createProxies(options: ProxiesOptions): Promise<Proxies>
}

/** Exit codes, as the README lists them. */
export const EXIT = { ok: 0, findings: 1, usage: 2, inconclusive: 3, bug: 70 } as const

/** One line of the table that bare `mitmcp` prints. */
export interface Offer {
  /** Ends "You have …". */
  readonly have: string
  /** What to type after the program's name. */
  readonly type: string
}

/** A command of ours: one file in `commands/`, one line in its `index.ts`. Defining it must be cheap: what is heavy is imported when it runs. */
export interface Verb {
  readonly name: string
  readonly offers: readonly Offer[]
  /** Adds the command to the program. `finish` takes the exit code. */
  define(program: Command, context: Context, finish: (code: number) => void): void
}
