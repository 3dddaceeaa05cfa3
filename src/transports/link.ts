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
import { Pipe, type Outlet } from '../pipe/pipe.ts'
import type { Tap } from '../pipe/tap.ts'
import { createSide, reset, resetDrained, type LinkEnd, type Side } from './link-side.ts'
import { holdWriteFailures } from './write-failures.ts'

export type { LinkEnd, LinkSocket } from './link-side.ts'

/** Why a socket is not being read; it is read when there is no reason left. */
const PEER = 1
const RECORDER = 2
const INBOX = 4

/** Bytes that may wait in a socket before its source is paused. */
const BACKLOG_BYTES = 64 * 1024
/** A refused client that does not close by then is reset, and so is one that does not read what a fault’s reset comes behind. */
const LINGER_MS = 2000
const EMPTY = new Uint8Array(0)
const UNKNOWN_CLOSE = 'close-notify: unknown'
const DIRECTIONS = ['c2s', 's2c'] as const

export interface LinkOptions {
  readonly id: number
  readonly client: LinkEnd
  readonly tap: Tap
  readonly clock: Clock
  /** Makes the outlet of a direction: edits, then `write`. */
  outlet(direction: Direction, write: (bytes: Uint8Array) => void, pipe: () => Pipe): Outlet
  /** The client left before there was an upstream. */
  abandoned(): void
  /** Both sockets are gone. */
  closed(link: Link): void
}

/** A connection through the proxy. Reading from the client begins at once; it goes on when `join` brings the upstream. */
export class Link {
  readonly id: number
  readonly c2s: Pipe
  readonly s2c: Pipe
  readonly #options: LinkOptions
  readonly #client: Side
  #server: Side | undefined
  #refused = false
  #recorderFull = false
  #open = 1
  #done = false
  readonly #reported = new Set<Direction>()
  #outlets: Partial<Record<Direction, Outlet>> = {}
  /** Bytes of ours for an upstream that is not there yet. */
  #early: { readonly bytes: Uint8Array; readonly rule: string }[] = []
  /** A fault hung the connection before there was an upstream. */
  #hung = false
  /** The rule by which the upstream may never be dialled. */
  #forsaken: string | undefined

  constructor(options: LinkOptions) {
    this.#options = options
    this.id = options.id
    this.#client = createSide(options.client, 'client')
    this.c2s = this.#pipe('c2s', false)
    this.s2c = this.#pipe('s2c', true)
    this.#listen(this.#client)
  }

  /** The upstream is connected. */
  join(end: LinkEnd): void {
    const server = createSide(end, 'server')
    this.#server = server
    this.#open++
    if (this.#recorderFull) this.#pause(server, RECORDER, true)
    if (this.#hung) this.#silence(server, 'hang')
    this.#listen(server)
    this.c2s.open()
    for (const { bytes, rule } of this.#early.splice(0)) this.c2s.inject(bytes, rule)
  }

  /** There will be no upstream: what the client sends only goes through its outlet, until somebody calls `answer`. */
  refuse(): void {
    this.#refused = true
    this.#outlets.c2s?.silence?.()
    this.c2s.open()
  }

  /** The upstream reset the connection before it could be joined: the client is reset as well. */
  lost(code: string): void {
    for (const direction of DIRECTIONS) this.#report(direction, { how: 'rst', by: 'server', detail: code })
    reset(this.#client)
  }

  /** An answer of ours to a refused client; everything it still sends is read and thrown away. */
  answer(bytes: Uint8Array, rule: string, by: 'proxy' | 'fault' = 'proxy'): void {
    const { tap, id, clock } = this.#options
    tap.edited(id, 's2c', 0, 0, bytes, rule)
    this.#client.socket.write(bytes)
    this.#report('s2c', { how: 'clean', by, ...(by === 'fault' ? { detail: rule } : {}) })
    this.#finish(this.#client)
    const cancel = clock.at(clock.now() + LINGER_MS * 1000, () => reset(this.#client))
    this.#client.socket.once('close', cancel)
  }

  /** The recorder's queue is full, or has room again. */
  recorderFull(full: boolean): void {
    this.#recorderFull = full
    this.#pause(this.#client, RECORDER, full)
    if (this.#server !== undefined) this.#pause(this.#server, RECORDER, full)
  }

  /** The proxy stops: both sides are ended, or reset where they will not. */
  stop(how: 'fin' | 'rst'): void {
    if (this.#server === undefined) this.#options.abandoned()
    for (const direction of DIRECTIONS) this.#report(direction, { how, by: 'proxy' })
    for (const side of this.#sides()) {
      if (how === 'rst' || side.cut === 'hang') reset(side)
      else this.#finish(side)
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
      if (how !== 'hang') this.#options.abandoned()
      else if (which !== 'client') this.#hung = true
    }
    for (const side of sides) this.#cutSide(side, how)
  }

  /** Bytes of ours for the peer that reads `direction`, at the next border there. */
  insert(direction: Direction, bytes: Uint8Array, rule: string): void {
    const { id, tap, clock } = this.#options
    const to = direction === 'c2s' ? this.#server : this.#client
    if (to?.ending === true || (to === undefined && this.#refused))
      tap.note(id, clock.now(), 'not-inserted', { rule, direction, bytes: bytes.length })
    else if (to === undefined) this.#early.push({ bytes, rule })
    else (direction === 'c2s' ? this.c2s : this.s2c).inject(bytes, rule)
  }

  /** The upstream may never be dialled: a client that leaves is let go. */
  waitForEver(rule: string | undefined): void {
    this.#forsaken = rule
  }

  #sides(): Side[] {
    return this.#server === undefined ? [this.#client] : [this.#client, this.#server]
  }

  #other(side: Side): Side | undefined {
    return side === this.#client ? this.#server : this.#client
  }

  #pipeOf(side: Side): Pipe {
    return side.direction === 'c2s' ? this.c2s : this.s2c
  }

  #pipe(direction: Direction, open: boolean): Pipe {
    const { id, tap, clock, outlet } = this.#options
    const target = (): Side | undefined => (direction === 'c2s' ? this.#server : this.#client)
    const source = (): Side | undefined => (direction === 'c2s' ? this.#client : this.#server)
    const write = (bytes: Uint8Array): void => {
      const to = target()
      const from = source()
      if (to === undefined || to.ending || to.socket.destroyed) return
      to.socket.write(bytes)
      if (from !== undefined && to.socket.writableLength > BACKLOG_BYTES) {
        to.slow = true
        this.#pause(from, PEER, true)
      }
    }
    const edits = outlet(direction, write, () => pipe)
    this.#outlets[direction] = edits
    const pipe: Pipe = new Pipe(
      {
        connection: id,
        direction,
        tap,
        clock,
        outlet: edits,
        pause: (stop) => {
          const from = source()
          if (from !== undefined) this.#pause(from, INBOX, stop)
        },
        ended: (ending) => this.#ended(direction, ending),
        cut: (how, which, rule) => this.cut(how, which, rule),
        reply: (bytes, rule) => this.insert(direction === 'c2s' ? 's2c' : 'c2s', bytes, rule),
      },
      { open },
    )
    return pipe
  }

  #listen(side: Side): void {
    const { socket } = side
    const pipe = this.#pipeOf(side)
    side.writes = holdWriteFailures(socket, () => this.#other(side)?.ours === false)
    if (side.reads === undefined) socket.on('data', (bytes: Uint8Array) => pipe.push(bytes))
    else {
      side.reads.to((bytes) => {
        pipe.push(bytes)
        return pipe.waiting || pipe.backlog > 0 || (this.#other(side)?.socket.writableLength ?? 0) > 0
      })
    }
    socket.on('end', () => this.#endOrReset(side))
    socket.on('error', (error: NodeJS.ErrnoException) => this.#failed(side, error.code ?? error.message))
    socket.on('drain', () => {
      const from = this.#other(side)
      if (from !== undefined) this.#pause(from, PEER, false)
    })
    socket.on('close', () => {
      if (!side.ours && !this.#reported.has(side.direction)) this.#failed(side, 'CLOSED')
      this.#closed()
    })
    if (side.paused === 0) socket.resume()
  }

  /** RST behind data looks like an end; writing nothing to the peer fails if it was one. */
  #endOrReset(side: Side): void {
    const { socket, raw, who } = side
    // a failure that waited for this comes now
    if (socket.destroyed) return
    const pipe = this.#pipeOf(side)
    // Node does not say whether a close_notify came before the FIN
    const ending: Ending = { how: 'fin', by: who, ...(socket === raw ? {} : { detail: UNKNOWN_CLOSE }) }
    const fin = (): void => {
      if (side.cut === 'hang' || (who === 'client' && this.#forsaken !== undefined)) return this.#gaveUp(side, ending)
      pipe.end(ending)
      if (side.cut === 'fin' && socket !== raw) this.#destroy(side)
    }
    if (side.ending && side.cut !== 'hang') return fin()
    if (socket.writableLength > 0) {
      // behind bytes that wait for a slow peer the empty write would keep the FIN back; those bytes fail in this very turn
      setImmediate(() => {
        if (!socket.destroyed) fin()
      })
      return
    }
    raw.write(EMPTY, (error) => {
      if (error === null || error === undefined) fin()
      else if (socket !== raw) this.#failed(side, (error as NodeJS.ErrnoException).code ?? error.message)
    })
  }

  /** A socket broke: the peer reset it, or left while we were writing. */
  #failed(side: Side, code: string): void {
    if (side.ours) return
    side.ours = true
    side.ending = true
    const ending: Ending = { how: code === 'ETIMEDOUT' ? 'timeout' : 'rst', by: side.who, detail: code }
    const back = side.direction === 'c2s' ? 's2c' : 'c2s'
    if (this.#reported.has(side.direction)) {
      this.#report(back, ending)
      const other = this.#other(side)
      if (other !== undefined) this.#tellReset(other)
    } else {
      this.#pipeOf(side).end(ending)
      this.#report(back, ending)
    }
    if (this.#server === undefined && !this.#refused) {
      this.#report(side.direction, ending)
      this.#options.abandoned()
    }
  }

  /** The last event of a pipe came out: tell the other side the same way. */
  #ended(direction: Direction, ending: Ending): void {
    this.#report(direction, ending)
    const to = direction === 'c2s' ? this.#server : this.#client
    if (to === undefined) return this.#finish(this.#client)
    if (ending.how === 'fin') return this.#finish(to)
    const from = this.#other(to)
    if (from !== undefined) reset(from)
    this.#tellReset(to)
  }

  /** A client that a fault has ended is told nothing more; a server is, as it would wait for a client that is gone. */
  #tellReset(to: Side): void {
    if (to.who === 'server' || to.cut === undefined) void resetDrained(to, this.#options.clock)
  }

  /** A peer that was kept waiting has left: its socket goes, and the server's once its client is gone. */
  #gaveUp(side: Side, ending: Ending): void {
    const other = this.#other(side)
    side.socket.end()
    if (other === undefined) {
      this.#report('c2s', ending)
      if (this.#forsaken !== undefined) this.#report('s2c', { how: 'hang', by: 'fault', detail: this.#forsaken })
      this.#options.abandoned()
    } else if (other.cut !== 'hang') this.#pipeOf(side).end(ending)
    else if (side.who === 'client') other.socket.end()
  }

  #finish(side: Side): void {
    if (side.ending) return
    side.ending = true
    side.socket.end()
  }

  #cutSide(side: Side, how: CutHow): void {
    const { socket, raw, ending } = side
    this.#silence(side, how)
    if (how === 'rst') {
      const { clock } = this.#options
      const cancel = clock.at(clock.now() + LINGER_MS * 1000, () => reset(side))
      socket.once('close', cancel)
      void resetDrained(side, clock)
    } else if (how === 'fin' && !ending) {
      // TLS would say close_notify, which is a clean end
      if (socket === raw || socket.writableLength === 0) void raw.end()
      else socket.once('drain', () => raw.end())
    }
  }

  /** Nothing more is sent to it. */
  #silence(side: Side, how: CutHow): void {
    side.cut = how
    side.ending = true
    this.#outlets[side.who === 'client' ? 's2c' : 'c2s']?.silence?.()
  }

  #destroy(side: Side): void {
    side.ours = true
    side.socket.destroy()
  }

  #pause(side: Side, reason: number, on: boolean): void {
    const before = side.paused
    side.paused = on ? before | reason : before & ~reason
    if (before === 0 && side.paused !== 0) side.socket.pause()
    else if (before !== 0 && side.paused === 0) side.socket.resume()
  }

  #report(direction: Direction, ending: Ending): void {
    if (this.#reported.has(direction)) return
    this.#reported.add(direction)
    const to = direction === 'c2s' ? this.#server : this.#client
    const pipe = direction === 'c2s' ? this.c2s : this.s2c
    const unsent = pipe.backlog + (to?.socket.writableLength ?? 0)
    this.#options.tap.ended(this.id, direction, this.#options.clock.now(), ending, unsent)
  }

  #closed(): void {
    this.#open--
    if (this.#open > 0 || this.#done) return
    this.#done = true
    this.c2s.destroy()
    this.s2c.destroy()
    for (const direction of DIRECTIONS) this.#report(direction, { how: 'fin', by: 'proxy' })
    this.#options.tap.closed(this.id, this.#options.clock.now())
    this.#options.closed(this)
  }
}
