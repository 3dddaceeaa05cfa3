/** The shape of a fault: settings, one sentence, one pure function. */
import type { z } from 'zod'
import type { Analysis } from '../filter/index.ts'
import type { Action, CutHow, CutSide, PipeEvent } from '../pipe/action.ts'
import type { HeldEnd } from '../pipe/decision.ts'
import type { Admission, DialVerdict, Restart } from '../pipe/policy.ts'
import type { Direction, Transport } from '../wire/frame.ts'
import type { FaultFrame } from './unit.ts'

/** 1 connection, 2 HTTP, 3 frames and messages; stdio. */
export type FaultLevel = 1 | 2 | 3 | 'stdio'

/** What one draw, and one instance of a fault, covers. */
export type Scope = 'connection' | 'session' | 'stream' | 'message'

/**
 * Where a fault acts.
 * - `bytes`: on a pipe, chunk by chunk; on whole units where its rule's `match`, or another rule on the pipe, asks for them
 * - `units`: on a pipe, on whole units
 * - `listener`: when a client connects, and on the listening port; its `stage`, if any, is for stdio, where nobody connects
 * - `dial`: when the upstream is dialled
 * - `process`: as the process of a stdio server is started
 */
export type FaultNeeds = 'bytes' | 'units' | 'listener' | 'dial' | 'process'

/**
 * What happens to an instance of a fault, in this order:
 * - `start`: the rule fired for this scope (its match held, its envelope said yes, its `after` is over). Comes before the event that made it
 *   fire, or right behind the one that completed `after`. Not for scope `message`
 * - `chunk`, `frame`: traffic of the scope from then on, in the directions of the rule; the event itself for scope `message`
 * - `tick`: asked for by `wake`
 * - `end`: a direction of the connection has ended
 */
export type FaultEvent =
  | {
      readonly kind: 'start'
      readonly at: number
      readonly direction: Direction
      readonly connection: number
      readonly unit: FaultFrame | null
      /** `unit` has gone by: it completed `after`. Else it comes next. */
      readonly passed: boolean
    }
  | ((Exclude<PipeEvent, { kind: 'frame' }> | FaultFrame) & {
      readonly direction: Direction
      readonly connection: number
    })

/** Events put by, in order; what is in it when the rule goes is sent on, in order. */
export interface Kept {
  readonly length: number
  push(event: PipeEvent): void
  /** The oldest; all when `count` is left out. */
  take(count?: number): PipeEvent[]
}

/** What an instance is made with. */
export interface Tools {
  /** 0 ≤ draw < 1; the same for the same seed, rule, scope and how-manieth draw. */
  draw(): number
  readonly kept: Kept
  /** Says in the record why a unit was left alone (`compressed`, `too large`, `no id`). */
  notApplied(reason: string): void
  /** What all instances of this rule share. */
  readonly shared: Map<string, unknown>
}

/** An event in, actions out. No `pass` drops the event. A throw is a bug: the rule is switched off, the event passes. */
export type Damage = (event: FaultEvent) => readonly FaultAction[]

/**
 * Actions of a pipe, and those that reach further.
 * - `wake`: this instance gets a `tick` with `token` after `ms`, never early, on the pipe of that direction and connection (default: of the event)
 * - `write` with `to`: into the other direction, or another connection's pipe, at its next border
 * - `signal`: to the process of a stdio server; `restart`: it ends, by a `signal` in front of it or by SIGKILL, and is started again after
 *   `afterMs` (null: when the rule goes), while what the client sends waits, also until the new one has said `ready`; `exit`: it is killed, and ends for the client with that code
 * - `stderr`: bytes of ours to the client's stderr, on stdio
 * - `end`: as `cut`, of another connection
 * - `ask`: puts the event before a person; this instance gets a `tick` with an `Answer` for token once there is one. `ms`: how long it will wait
 * - `settle`: what was asked is done
 */
export type FaultAction =
  | Action
  | {
      readonly do: 'wake'
      readonly ms: number
      readonly token: unknown
      readonly direction?: Direction
      readonly connection?: number
    }
  | {
      readonly do: 'write'
      readonly bytes: Uint8Array
      readonly to: { readonly connection: number; readonly direction: Direction }
    }
  | { readonly do: 'signal'; readonly signal: NodeJS.Signals }
  | { readonly do: 'ask'; readonly ms: number }
  | { readonly do: 'settle'; readonly state: HeldEnd }
  | ({ readonly do: 'restart' } & Restart)
  | { readonly do: 'exit'; readonly code: number }
  | { readonly do: 'stderr'; readonly bytes: Uint8Array }
  | { readonly do: 'end'; readonly connection: number; readonly how: CutHow; readonly side: CutSide }

/** What is to be done with a message that was put before a person: what they want, or `left`: its client has closed. */
export type Answer = { readonly do: 'send' | 'drop' | 'left' } | { readonly do: 'edit'; readonly payload: string }

/** What a `listener` or `dial` fault answers: as in `pipe/policy.ts`, the engine adds the rule. */
export type AdmissionOf = Admission extends infer A ? (A extends { rule: string } ? Omit<A, 'rule'> : A) : never
export type DialOf = DialVerdict extends infer A ? (A extends { rule: string } ? Omit<A, 'rule'> : A) : never

export interface Fault<Options = never> {
  /** Kebab-case: its name in files, on the command line, in the API and on the page. */
  readonly type: string
  readonly level: FaultLevel
  /** One line for help and forms, without the type's name. */
  readonly summary: string
  readonly needs: FaultNeeds
  /** Transports where it has a meaning; others are refused when a rule's `match` names only them. */
  readonly applies: readonly Transport[]
  /** A filter that goes along with the rule's `match` (both must hold): `dir:s2c kind:response` for what changes answers, `stream:get` from an option. */
  readonly narrow?: string | ((options: Options) => string)
  /** Options that were left open, as the rule's `match` (null: none) suggests them. */
  suited?(options: Options, match: Analysis | null): Options
  /** The filter of a rule without a `match`: what the fault means something for. Default: everything. */
  readonly otherwise?: string
  /** Default directions, unless the rule's `match` says `dir:`. */
  readonly direction: Direction | 'both'
  /** Default of `per`. A fault of a wider scope becomes `message` where `perMessage` is set and its match asks for messages. */
  readonly per: Scope
  readonly perMessage?: boolean
  /** Of a wider scope than `message`: it gets the traffic of the other direction too, whatever the rule's `match` says, and passes it. */
  readonly hears?: boolean
  /** Removing the rule cannot give back what it ate: connections it let nothing pass on (or has silenced) are then ended, and the rule says so; with `under-way` those where it is at work. */
  eats?(options: Options): boolean | 'under-way'
  /** Nothing of its scope comes after it: with two such rules on one scope the earlier wins, and the second says so. */
  readonly ends?: boolean
  /** It leaves messages out, repeats or moves them. Those that have to stay in their place are then passed, and reported `not applied`. */
  displaces?(options: Options): boolean
  /** Of scope `message`: how many units that match one firing takes, in one direction of one connection, the first included. Default 1. */
  span?(options: Options): number
  /** Every option with `.describe()`, durations in ms and sizes in bytes once parsed (`values.ts`). None is named like a word of the envelope. */
  readonly options: z.ZodType<Options>
  /** Verb phrase for the sentence, from parsed options: `delays {it} by 200 ms`. `{it}` becomes what the rule matches, or is left out where that is plain. Ends without a full stop. */
  explain(options: Options): string
  /**
   * Of a wider scope than `message`: once begun it may wait for its place or its time, and has done nothing until then. What is said where that
   * never came, as why it was not applied; null: nothing is.
   */
  waits?(options: Options): string | null
  /** Of `bytes` and `units`: makes an instance. */
  stage?(options: Options, tools: Tools): Damage
  /** Of `listener`: asked for each client once the rule fired for it. `open` counts those already open, this one not. */
  admit?(options: Options, state: { readonly open: number; draw(): number }): AdmissionOf
  /** Of `listener`: the port is closed as long as the rule is on, `ms` at most (null: no bound). Null: it stays open. */
  closesPort?(options: Options): { readonly ms: number | null } | null
  /** Of `listener`: what becomes of connections that are open when the rule begins. Default `keep`. */
  existing?(options: Options): 'keep' | 'fin' | 'rst'
  /** Of `process`: how much later the server is started, ms. Null: at once. */
  starting?(options: Options, state: { draw(): number }): number | null
  /** Of `dial`, and of `listener` where connections are accepted but lead nowhere. `sinceMs`: since the rule is on. */
  dial?(options: Options, state: { draw(): number; readonly sinceMs: number }): DialOf
}

/** A fault whose options are not known here. */
export type AnyFault = Omit<Fault<unknown>, 'narrow'> & {
  readonly narrow?: string | ((options: never) => string)
}
