/** What makes units of a connection, and who it works for. */
import type { ConnectionInfo } from '../../pipe/tap.ts'
import type { Clock } from '../../pipe/clock.ts'
import type { NamedStage } from '../../pipe/action.ts'
import type { Pipe } from '../../pipe/pipe.ts'
import type { Standing } from '../../pipe/policy.ts'
import type { Conversations, RestoredLine } from '../../wire/conversation.ts'
import type { Direction } from '../../wire/frame.ts'
import type { Subject } from '../../filter/subject.ts'

/** The conversations of this process. Frames and calls have no tag; that of a session is its name, `live-1`, where no `Mcp-Session-Id` names it. */
export type LiveConversations = Conversations<null, string, null>

/** Bytes that were let through without becoming a unit, though units were asked for. */
export interface LeftAlone {
  readonly direction: Direction
  /** Address of the first byte of the message. */
  readonly offset: number
  /** `too large`, `broken framing`. */
  readonly reason: string
  /** Of an HTTP request, or what it answers. */
  readonly verb?: string
}

/** What rules do not care about. */
export interface Indifference {
  /** As of `Silence`, of all rules. */
  readonly words: readonly string[]
  couldHold(subject: Subject, ofSession: boolean): boolean
  /** Some damage is under way: just now everything counts. */
  busy(): boolean
}

export interface WatchOptions {
  readonly info: ConnectionInfo
  /** Name of the vantage; empty for none. */
  readonly tap: string
  /** Shared by all watches of the process. */
  readonly conversations: LiveConversations
  readonly clock: Clock
  /**
   * Asked at each HTTP head that has a body to wait for, but not for event streams. `exchange`: which it belongs to. `whole` (default): held
   * until it is a unit; `pass`: leaves as it comes, in `opaque` frames. What it says is heard all the same, so that an answer finds its
   * request; with `ignore` it is not. Asked once more where the beginning of a long request tells its method.
   */
  wants?(soFar: Subject, exchange: number | null, method?: string): 'whole' | 'pass' | 'ignore'
  /** So many answers, the oldest that are due, have come and will not leave. */
  swallowed?(answers: number): void
  /** Messages that need not even be understood; the same object as long as rules do not change. Null, and by default: there are none. */
  indifference?(): Indifference | null
  /** What a request said of which nothing was told when it came. */
  heardLate?(exchange: number, messages: Subject['messages']): void
  leftAlone?(what: LeftAlone): void
  /** A message beyond this many bytes is not held: it passes in `opaque` frames. Default 16 MiB. */
  readonly maxUnitBytes?: number
  /** What tells one credential from another; the recorder's hash, so that what it knows can be taken over. Default: SHA-256. */
  identity?(credential: string): string
}

/** A direction in the middle of which a watch begins. `standing` is asked where all that came has left, and again as long as it gives nothing to go on from; on stdio the border of the pipe is all there is. */
export interface Place {
  readonly pipe: Pick<Pipe, 'border' | 'given' | 'received'>
  standing(): Standing | null
}

/**
 * One connection. Before its first byte nothing is to be said to it: `pipe.setStages([entry(d), ...rules, exit(d)])` for both
 * directions, at the same time. In the middle of one, `attach` comes right before that.
 */
export interface Watch {
  /** First stage of a pipe; its rule is `framing`. The same object each time. */
  entry(direction: Direction): NamedStage
  /** Last stage of a pipe. */
  exit(direction: Direction): NamedStage
  /** Begins in the middle: bytes pass as they come until the next border, in each direction. */
  attach(places: Readonly<Record<Direction, Place>>): void
  /** What was asked before `attach`, as the recorder knew it at that very place; may come later. */
  learn(line: RestoredLine<null, string, null>): void
  /** The stages may be taken out now: what they hold is given back, and what comes then goes on as it is. */
  readonly aligned: boolean
  /** The stages have to stay as long as the connection: what came before cannot be read without them. */
  readonly stays: boolean
  /** The connection is over, or not watched any more. */
  close(): void
}
