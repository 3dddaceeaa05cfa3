/**
 * Joins a client's socket to an upstream socket: FIN goes on as FIN, RST as RST, a slow reader slows the writer.
 *
 * Node facts behind the code (measured on 20.20): libuv reports data followed by RST as an ordinary end, and only a write of
 * zero bytes tells them apart; a paused socket drops what it had buffered when RST comes, unless its high-water mark is 1.
 */
import type { Duplex } from 'node:stream'
import type { Direction } from '../wire/frame.ts'
import type { Ending } from '../wire/ending.ts'
import type { Clock } from '../pipe/clock.ts'
import { Pipe, type Outlet } from '../pipe/pipe.ts'
import type { Tap } from '../pipe/tap.ts'
import { kernelDrained } from './kernel-queue.ts'
import type { ReadBuffer } from './read-buffer.ts'
import { holdWriteFailures, type WriteFailures } from './write-failures.ts'

/** Why a socket is not being read; it is read when there is no reason left. */
const PEER = 1
const RECORDER = 2
const INBOX = 4

/** Bytes that may wait in a socket before its source is paused. */
const BACKLOG_BYTES = 64 * 1024
/** A refused client that does not close by then is reset. */
const LINGER_MS = 2000
const EMPTY = new Uint8Array(0)
const UNKNOWN_CLOSE = 'close-notify: unknown'
const DIRECTIONS = ['c2s', 's2c'] as const

/** What a link needs of a socket: a `net.Socket` is one. */
export interface LinkSocket extends Duplex {
  readonly localPort?: number | undefined
  readonly remotePort?: number | undefined
  resetAndDestroy(): unknown
}

/** One end of a connection. */
export interface LinkEnd {
  /** The socket bytes go through: the TLS layer where there is one. */
  readonly socket: LinkSocket
  /** The socket underneath, for resets; the same without TLS. */
  readonly raw: LinkSocket
  /** What the socket is read into, where it gives no `data`. */
  readonly reads?: ReadBuffer
}

/** One end of a link: a socket, what is read from it, what is written to it. */
interface Side extends LinkEnd {
  readonly who: 'client' | 'server'
  readonly direction: Direction
  paused: number
  /** We have ended, or are about to end, our side towards it: nothing more is written. */
  ending: boolean
  /** It was reset by us, so its closing says nothing about the peer. */
  ours: boolean
  /** It has kept us waiting: the kernel may hold bytes for it. */
  slow: boolean
  writes?: WriteFailures
}

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

  constructor(options: LinkOptions) {
    this.#options = options
    this.id = options.id
    this.#client = side(options.client, 'client')
    this.c2s = this.#pipe('c2s', false)
    this.s2c = this.#pipe('s2c', true)
    this.#listen(this.#client)
  }

  /** The upstream is connected. */
  join(end: LinkEnd): void {
    const server = side(end, 'server')
    this.#server = server
    this.#open++
    if (this.#recorderFull) this.#pause(server, RECORDER, true)
    this.#listen(server)
    this.c2s.open()
  }

  /** There will be no upstream: what the client sends only goes through its outlet, until somebody calls `answer`. */
  refuse(): void {
    this.#refused = true
    this.c2s.open()
  }

  /** The upstream reset the connection before it could be joined: the client is reset as well. */
  lost(code: string): void {
    for (const direction of DIRECTIONS) this.#report(direction, { how: 'rst', by: 'server', detail: code })
    this.#reset(this.#client)
  }

  /** An answer of ours to a refused client; everything it still sends is read and thrown away. */
  answer(bytes: Uint8Array, rule: string): void {
    const { tap, id, clock } = this.#options
    tap.edited(id, 's2c', 0, 0, bytes, rule)
    this.#client.socket.write(bytes)
    this.#report('s2c', { how: 'clean', by: 'proxy' })
    this.#finish(this.#client)
    const cancel = clock.at(clock.now() + LINGER_MS * 1000, () => this.#reset(this.#client))
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
      if (how === 'rst') this.#reset(side)
      else this.#finish(side)
    }
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
    const pipe: Pipe = new Pipe(
      {
        connection: id,
        direction,
        tap,
        clock,
        outlet: direction === 'c2s' ? this.#unlessRefused(edits) : edits,
        pause: (stop) => {
          const from = source()
          if (from !== undefined) this.#pause(from, INBOX, stop)
        },
        ended: (ending) => this.#ended(direction, ending),
        cut: (how, which) => this.#cut(how, which),
        reply: (bytes, rule) => (direction === 'c2s' ? this.s2c : this.c2s).inject(bytes, rule),
      },
      { open },
    )
    return pipe
  }

  /** What a refused client sends goes through the outlet, to be understood, and nowhere else. */
  #unlessRefused(outlet: Outlet): Outlet {
    const refused = (): boolean => this.#refused
    return {
      write: (bytes, offset) => outlet.write(bytes, offset),
      flush: () => outlet.flush(),
      get held() {
        return refused() ? Number.POSITIVE_INFINITY : outlet.held
      },
      get border() {
        return outlet.border
      },
    }
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
    const fin = (): void => pipe.end({ how: 'fin', by: who, ...(socket === raw ? {} : { detail: UNKNOWN_CLOSE }) })
    if (side.ending) return fin()
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
      if (other !== undefined) void this.#resetDrained(other)
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
    if (from !== undefined) this.#reset(from)
    void this.#resetDrained(to)
  }

  #finish(side: Side): void {
    if (side.ending) return
    side.ending = true
    side.socket.end()
  }

  #reset(side: Side): void {
    side.ending = true
    side.ours = true
    const { raw } = side
    const reset = (): void => void (raw.destroyed || raw.resetAndDestroy())
    // while a shutdown is under way libuv refuses to reset (EINVAL), and the socket would stay open for good
    if (raw.writableEnded && !raw.writableFinished && raw.writableLength === 0) raw.once('finish', reset)
    else reset()
    if (side.socket !== raw) side.socket.destroy()
  }

  /** A reset throws away what the kernel still holds for a slow reader, so that has to leave first. */
  async #resetDrained(side: Side): Promise<void> {
    side.ending = true
    if (side.socket.writableLength > 0 && !side.socket.destroyed && side.writes?.held !== true) {
      await new Promise<void>((resolve) => {
        side.socket.once('drain', resolve)
        side.socket.once('close', resolve)
      })
    }
    if (side.slow && !side.raw.destroyed) await kernelDrained(side.raw, this.#options.clock)
    this.#reset(side)
  }

  #cut(how: 'fin' | 'rst' | 'hang', which: 'both' | 'client' | 'server'): void {
    for (const side of this.#sides()) {
      if (which !== 'both' && which !== side.who) continue
      if (how === 'hang') side.ending = true
      else if (how === 'rst') this.#reset(side)
      else this.#finish(side)
    }
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

function side({ socket, raw, reads }: LinkEnd, who: 'client' | 'server'): Side {
  const direction = who === 'client' ? 'c2s' : 's2c'
  return {
    socket,
    raw,
    ...(reads === undefined ? {} : { reads }),
    who,
    direction,
    paused: 0,
    ending: false,
    ours: false,
    slow: false,
  }
}
