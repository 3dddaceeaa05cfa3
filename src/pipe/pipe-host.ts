/** What a pipe needs around it. */
import type { Direction } from '../wire/frame.ts'
import type { Ending } from '../wire/ending.ts'
import type { CutHow, CutSide } from './action.ts'
import type { Clock } from './clock.ts'
import type { Likeness } from './likeness.ts'
import type { Tap } from './tap.ts'

/** Where a pipe's bytes leave: the edits of heads, then a socket. */
export interface Outlet {
  /** Bytes with their address (-1: ours). `like`: where that is known of them. */
  write(bytes: Uint8Array, offset: number, like?: Likeness): void
  /** Lets go of what was kept back. */
  flush(): void
  /** Bytes of ours at the next border, told to the tap by the outlet. Absent: they go at once. */
  insert?(bytes: Uint8Array, rule: string): void
  /** Nothing leaves from now on: `held` is Infinity. */
  silence?(): void
  /** How many of the bytes written last are kept back; Infinity when nothing ever leaves. */
  readonly held: number
  /** True when the next byte begins a message. */
  readonly border: boolean
}

/** What a pipe needs of the connection it belongs to. */
export interface PipeHost {
  readonly connection: number
  readonly direction: Direction
  readonly outlet: Outlet
  readonly tap: Tap
  readonly clock: Clock
  /** Bytes the inbox may hold before the reader is paused. Default 64 KiB: a wait longer than it takes to fill throttles. */
  readonly inboxBytes?: number
  /** The reader has to stop, or may go on. */
  pause(stop: boolean): void
  /** The pipe's last event has come out. */
  ended(ending: Ending, at: number): void
  cut(how: CutHow, side: CutSide, rule: string): void
  /** Bytes of ours for the peer the pipe reads from. */
  reply(bytes: Uint8Array, rule: string): void
}
