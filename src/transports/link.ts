/**
 * Joins a client's socket to an upstream socket: FIN goes on as FIN, RST as RST, a slow reader slows the writer.
 *
 * Node facts behind the code (measured on 20.20): libuv reports data followed by RST as an ordinary end, and only a write of
 * zero bytes tells them apart; a paused socket drops what it had buffered when RST comes, unless its high-water mark is 1.
 */
import type { Direction } from '../wire/frame.ts'
import type { Ending } from '../wire/ending.ts'
import type { Clock } from '../pipe/clock.ts'
import type { CutHow, CutSide } from '../pipe/action.ts'
import type { Outlet, Pipe } from '../pipe/pipe.ts'
import type { Tap } from '../pipe/tap.ts'
import { listenTo, type SideOwner } from './link-listen.ts'
import {
  createSide,
  cutSide,
  finish,
  finOrReset,
  LINGER_MS,
  pauseSide,
  reset,
  resetDrained,
  type LinkEnd,
  type Side,
} from './link-side.ts'
import { Way, type WayLink } from './link-way.ts'

export type { LinkEnd, LinkSocket } from './link-side.ts'

const UNKNOWN_CLOSE = 'close-notify: unknown'
const DIRECTIONS = ['c2s', 's2c'] as const
const BIT = { c2s: 1, s2c: 2 }

export interface LinkOptions {
  readonly id: number
  readonly client: LinkEnd
  readonly tap: Tap
  readonly clock: Clock
}

/** Whose connection it is. */
export interface LinkOwner {
  /** Makes the outlet of a way: edits, then `way.write`. */
  outlet(way: Way): Outlet
  /** The client left before there was an upstream. */
  abandoned(): void
  /** Both sockets are gone. */
  closed(): void
}

/** A connection through the proxy. Reading from the client begins at once; it goes on when `join` brings the upstream. */
export class Link implements WayLink, SideOwner {
  readonly id: number
  readonly #tap: Tap
  readonly #clock: Clock
  readonly #owner: LinkOwner
  readonly #c2s: Way
  readonly #s2c: Way
  readonly #client: Side
  #server: Side | undefined
  #refused = false
  #recorderFull = false
  #open = 1
  #done = false
  /** Of which directions the end is recorded: bits. */
  #reported = 0
  /** Bytes of ours for an upstream that is not there yet. */
  #early: { readonly bytes: Uint8Array; readonly rule: string }[] | undefined
  /** A fault hung the connection before there was an upstream. */
  #hung = false
  /** The rule by which the upstream may never be dialled. */
  #forsaken: string | undefined

  constructor(options: LinkOptions, owner: LinkOwner) {
    this.id = options.id
    this.#tap = options.tap
    this.#clock = options.clock
    this.#owner = owner
    this.#client = createSide(options.client, 'client')
    const outlet = (way: Way): Outlet => owner.outlet(way)
    this.#c2s = new Way(this, 'c2s', options, outlet)
    this.#s2c = new Way(this, 's2c', options, outlet)
    this.#c2s.from = this.#s2c.to = this.#client
    listenTo(this.#client, this.c2s, this)
  }

  get c2s(): Pipe {
    return this.#c2s.pipe
  }

  get s2c(): Pipe {
    return this.#s2c.pipe
  }

  /** The upstream is connected. */
  join(end: LinkEnd): void {
    const server = createSide(end, 'server')
    this.#server = this.#c2s.to = this.#s2c.from = server
    this.#open++
    if (this.#recorderFull) pauseSide(server, 'recorder', true)
    if (this.#hung) this.#silence(server, 'hang')
    listenTo(server, this.s2c, this)
    this.c2s.open()
    for (const { bytes, rule } of this.#early ?? []) this.c2s.inject(bytes, rule)
    this.#early = undefined
  }

  /** There will be no upstream: what the client sends only goes through its outlet, until somebody calls `answer`. */
  refuse(): void {
    this.#refused = true
    this.#c2s.outlet.silence?.()
    this.c2s.open()
  }

  /** The upstream reset the connection before it could be joined: the client is reset as well. */
  lost(code: string): void {
    for (const direction of DIRECTIONS) this.#report(direction, { how: 'rst', by: 'server', detail: code })
    reset(this.#client)
  }

  /** An answer of ours to a refused client; everything it still sends is read and thrown away. */
  answer(bytes: Uint8Array, rule: string, by: 'proxy' | 'fault' = 'proxy'): void {
    const clock = this.#clock
    this.#tap.edited(this.id, 's2c', 0, 0, bytes, rule, undefined, undefined, clock.now())
    this.#client.socket.write(bytes)
    this.#report('s2c', { how: 'clean', by, ...(by === 'fault' ? { detail: rule } : {}) })
    finish(this.#client)
    const cancel = clock.at(clock.now() + LINGER_MS * 1000, () => reset(this.#client))
    this.#client.socket.once('close', cancel)
  }

  /** The recorder's queue is full, or has room again. */
  recorderFull(full: boolean): void {
    this.#recorderFull = full
    pauseSide(this.#client, 'recorder', full)
    if (this.#server !== undefined) pauseSide(this.#server, 'recorder', full)
  }

  /** The proxy stops: both sides are ended, or reset where they will not. */
  stop(how: 'fin' | 'rst'): void {
    if (this.#server === undefined) this.#owner.abandoned()
    for (const direction of DIRECTIONS) this.#report(direction, { how, by: 'proxy' })
    for (const side of this.#sides()) {
      if (how === 'rst' || side.cut === 'hang') reset(side)
      else finish(side)
    }
  }

  /** A fault ends it, towards one side or both. What the record then says stays, whatever the peers do. */
  cut(how: CutHow, which: CutSide, rule: string): void {
    const ending: Ending = { how, by: 'fault', detail: rule }
    const sides = this.#sides().filter(({ who }) => which === 'both' || which === who)
    for (const { who, direction } of sides) {
      this.#report(who === 'client' ? 's2c' : 'c2s', ending)
      if (how === 'rst') this.#report(direction, ending)
    }
    if (this.#server === undefined && !this.#refused) {
      if (which !== 'client') this.#report('c2s', ending)
      if (how !== 'hang') this.#owner.abandoned()
      else if (which !== 'client') this.#hung = true
    }
    for (const side of sides) this.#cutSide(side, how)
  }

  /** Bytes of ours for the peer that reads `direction`, at the next border there. */
  insert(direction: Direction, bytes: Uint8Array, rule: string): void {
    const { to, pipe } = this.#way(direction)
    if (to?.ending === true || (to === undefined && this.#refused))
      this.#tap.note(this.id, this.#clock.now(), 'not-inserted', { rule, direction, bytes: bytes.length })
    else if (to === undefined) (this.#early ??= []).push({ bytes, rule })
    else pipe.inject(bytes, rule)
  }

  /** The upstream may never be dialled: a client that leaves is let go. */
  waitForEver(rule: string | undefined): void {
    this.#forsaken = rule
  }

  #sides(): Side[] {
    return this.#server === undefined ? [this.#client] : [this.#client, this.#server]
  }

  other(side: Side): Side | undefined {
    return side === this.#client ? this.#server : this.#client
  }

  #way(direction: Direction): Way {
    return direction === 'c2s' ? this.#c2s : this.#s2c
  }

  #pipeOf(side: Side): Pipe {
    return this.#way(side.direction).pipe
  }

  endOrReset(side: Side): void {
    const { socket, raw, who } = side
    // a failure that waited for this comes now
    if (socket.destroyed) return
    const pipe = this.#pipeOf(side)
    // Node does not say whether a close_notify came before the FIN
    const ending: Ending = { how: 'fin', by: who, ...(socket === raw ? {} : { detail: UNKNOWN_CLOSE }) }
    const fin = (): void => {
      if (side.cut === 'hang' || (who === 'client' && this.#forsaken !== undefined)) return this.#gaveUp(side, ending)
      pipe.end(ending)
      if (side.cut !== 'fin' || socket === raw) return
      side.ours = true
      socket.destroy()
    }
    if (side.ending && side.cut !== 'hang') return fin()
    finOrReset(side, fin, (error) => {
      if (socket !== raw) this.failed(side, error.code ?? error.message)
    })
  }

  /** A socket broke: the peer reset it, or left while we were writing. */
  failed(side: Side, code: string): void {
    if (side.ours) return
    side.ours = true
    side.ending = true
    const ending: Ending = { how: code === 'ETIMEDOUT' ? 'timeout' : 'rst', by: side.who, detail: code }
    const back = side.direction === 'c2s' ? 's2c' : 'c2s'
    if (this.#hasEnded(side.direction)) {
      this.#report(back, ending)
      const other = this.other(side)
      if (other !== undefined) this.#tellReset(other)
    } else {
      this.#pipeOf(side).end(ending)
      this.#report(back, ending)
    }
    if (this.#server === undefined && !this.#refused) {
      this.#report(side.direction, ending)
      this.#owner.abandoned()
    }
  }

  /** The last event of a pipe came out: tell the other side the same way. */
  ended(direction: Direction, ending: Ending): void {
    this.#report(direction, ending)
    const { to } = this.#way(direction)
    if (to === undefined) return finish(this.#client)
    if (ending.how === 'fin') return finish(to)
    const from = this.other(to)
    if (from !== undefined) reset(from)
    this.#tellReset(to)
  }

  /** A client that a fault has ended is told nothing more; a server is, as it would wait for a client that is gone. */
  #tellReset(to: Side): void {
    if (to.who === 'server' || to.cut === undefined) void resetDrained(to, this.#clock)
  }

  /** A peer that was kept waiting has left: its socket goes, and the server's once its client is gone. */
  #gaveUp(side: Side, ending: Ending): void {
    const other = this.other(side)
    side.socket.end()
    if (other === undefined) {
      this.#report('c2s', ending)
      if (this.#forsaken !== undefined) this.#report('s2c', { how: 'hang', by: 'fault', detail: this.#forsaken })
      this.#owner.abandoned()
    } else if (other.cut !== 'hang') this.#pipeOf(side).end(ending)
    else if (side.who === 'client') other.socket.end()
  }

  #cutSide(side: Side, how: CutHow): void {
    const before = side.ending
    this.#silence(side, how)
    cutSide(side, how, before, this.#clock)
  }

  /** Nothing more is sent to it. */
  #silence(side: Side, how: CutHow): void {
    side.cut = how
    side.ending = true
    this.#way(side.who === 'client' ? 's2c' : 'c2s').outlet.silence?.()
  }

  #hasEnded(direction: Direction): boolean {
    return (this.#reported & BIT[direction]) !== 0
  }

  #report(direction: Direction, ending: Ending): void {
    if (this.#hasEnded(direction)) return
    this.#reported |= BIT[direction]
    const { to, pipe } = this.#way(direction)
    const unsent = pipe.backlog + (to?.socket.writableLength ?? 0)
    this.#tap.ended(this.id, direction, this.#clock.now(), ending, unsent)
  }

  gone(side: Side): void {
    if (!side.ours && !this.#hasEnded(side.direction)) this.failed(side, 'CLOSED')
    this.#open--
    if (this.#open > 0 || this.#done) return
    this.#done = true
    this.c2s.destroy()
    this.s2c.destroy()
    for (const direction of DIRECTIONS) this.#report(direction, { how: 'fin', by: 'proxy' })
    this.#tap.closed(this.id, this.#clock.now())
    this.#owner.closed()
  }
}
