/** One direction of a link: from the socket it is read from, through a pipe and its outlet, to the socket it is written to. */
import type { CutHow, CutSide } from '../pipe/action.ts'
import type { Clock } from '../pipe/clock.ts'
import { Pipe, type Outlet, type PipeHost } from '../pipe/pipe.ts'
import type { Tap } from '../pipe/tap.ts'
import type { Ending } from '../wire/ending.ts'
import type { Direction } from '../wire/frame.ts'
import { pauseSide, type Side } from './link-side.ts'

/** Bytes that may wait in a socket before its source is paused. */
const BACKLOG_BYTES = 64 * 1024

/** What a way needs of its link. */
export interface WayLink {
  readonly id: number
  cut(how: CutHow, side: CutSide, rule: string): void
  insert(direction: Direction, bytes: Uint8Array, rule: string): void
  /** The last event of its pipe came out. */
  ended(direction: Direction, ending: Ending): void
}

/** Of thousands of links each has two: what they do stands once, here, and not in closures of each. */
export class Way implements PipeHost {
  readonly connection: number
  readonly direction: Direction
  readonly tap: Tap
  readonly clock: Clock
  readonly outlet: Outlet
  readonly pipe: Pipe
  /** What is read, and what is written to; absent until there is an upstream. */
  from: Side | undefined
  to: Side | undefined
  readonly #link: WayLink

  /** `outlet`: makes the way's; it may `write` to it, and ask for its `pipe` later. `open`: as of `Pipe`. */
  constructor(
    link: WayLink,
    direction: Direction,
    { tap, clock }: { readonly tap: Tap; readonly clock: Clock },
    outlet: (way: Way) => Outlet,
  ) {
    this.#link = link
    this.connection = link.id
    this.direction = direction
    this.tap = tap
    this.clock = clock
    this.outlet = outlet(this)
    this.pipe = new Pipe(this, { open: direction === 's2c' })
  }

  /** To the socket, unless its side has ended. */
  write(bytes: Uint8Array): void {
    const { to, from } = this
    if (to === undefined || to.ending || to.socket.destroyed) return
    to.socket.write(bytes)
    if (from === undefined || to.socket.writableLength <= BACKLOG_BYTES) return
    to.slow = true
    pauseSide(from, 'peer', true)
  }

  pause(stop: boolean): void {
    if (this.from !== undefined) pauseSide(this.from, 'inbox', stop)
  }

  ended(ending: Ending): void {
    this.#link.ended(this.direction, ending)
  }

  cut(how: CutHow, side: CutSide, rule: string): void {
    this.#link.cut(how, side, rule)
  }

  reply(bytes: Uint8Array, rule: string): void {
    this.#link.insert(this.direction === 'c2s' ? 's2c' : 'c2s', bytes, rule)
  }
}
