/**
 * Joins the streams we were started with to those of a server process: raw bytes through two pipes, stderr beside them, the ends
 * of each passed on as what they are.
 *
 * ```
 * client ──stdin──▶ pipe c2s ──▶ server          the server's exit ends all of it
 * client ◀─stdout── pipe s2c ◀── server
 * client ◀─stderr─────────────── server          never through a pipe: no fault reaches it
 * ```
 */
import type { Readable, Writable } from 'node:stream'
import type { Clock } from '../pipe/clock.ts'
import { Pipe, type Outlet } from '../pipe/pipe.ts'
import type { ConnectionInfo, Tap } from '../pipe/tap.ts'
import type { Ending } from '../wire/ending.ts'
import type { Direction } from '../wire/frame.ts'
import type { ClientStreams } from './own-streams.ts'
import type { ProcessExit, ServerProcess, StartFailure } from './server-process.ts'

export interface StdioOptions {
  /** Unique in this process. */
  readonly id: number
  readonly server: ServerProcess
  readonly client: ClientStreams
  readonly info: ConnectionInfo
  readonly tap: Tap
  readonly clock: Clock
}

/** Why a stream is not being read; it is read when there is no reason left. */
const PEER = 1
const RECORDER = 2
const INBOX = 4
const OVER = 8

/** Bytes that may wait for a reader before their source is paused. */
const BACKLOG_BYTES = 64 * 1024
const LF = 10

/** One stream: where its bytes come from and go to. */
interface Way {
  readonly source: Readable
  readonly sink: Writable
  paused: number
}

/** One direction of the conversation. */
interface PipedWay extends Way {
  readonly direction: Direction
  readonly pipe: Pipe
}

/** A wrapped server. */
export class StdioLink {
  readonly c2s: Pipe
  readonly s2c: Pipe
  /** Resolves when the server has ended and everything it wrote has been handed on. */
  readonly over: Promise<ProcessExit>
  readonly #options: StdioOptions
  readonly #c2s: PipedWay
  readonly #s2c: PipedWay
  readonly #errors: Way
  readonly #reported = new Set<Direction>()
  #outputOver: () => void = () => undefined
  #leaving = false
  #exited = false
  #giveUp: () => void = () => undefined
  /** Chunks read from the server. */
  #read = 0
  /** A process the server has left behind goes on writing to the client. */
  #handedOver = false

  constructor(options: StdioOptions) {
    const { id, server, client, info, tap, clock } = options
    const { child } = server
    this.#options = options
    tap.opened(id, clock.now(), info)
    const outputOver = new Promise<void>((resolve) => (this.#outputOver = resolve))
    this.#c2s = this.#way('c2s', client.input, child.stdin)
    this.#s2c = this.#way('s2c', child.stdout, client.output)
    this.#errors = { source: child.stderr, sink: client.errors, paused: 0 }
    this.c2s = this.#c2s.pipe
    this.s2c = this.#s2c.pipe
    const errorsOver = this.#passErrors()
    this.over = server.exited.then(async (exit) => {
      this.#exited = true
      const allRead = this.#drained().then(() => Promise.all([outputOver, errorsOver]))
      await Promise.race([allRead, new Promise<void>((resolve) => (this.#giveUp = resolve))])
      this.#finish(exit)
      return exit
    })
  }

  /** The client has ended its input, or sent a signal: an exit after that is its doing. */
  get leaving(): boolean {
    return this.#leaving
  }

  /** The recorder's queue is full, or has room again. */
  recorderFull(full: boolean): void {
    for (const way of [this.#c2s, this.#s2c, this.#errors]) pause(way, RECORDER, full)
  }

  /** A signal that was sent to us, and was meant for the server. */
  signal(name: NodeJS.Signals): void {
    const { id, server, tap, clock } = this.#options
    // the server is gone and only its output is left: what ends it now ends us
    if (this.#exited) return this.#giveUp()
    this.#leaving = true
    tap.note(id, clock.now(), 'signal', { signal: name })
    server.child.kill(name)
  }

  #way(direction: Direction, source: Readable, sink: Writable): PipedWay {
    const { id, tap, clock } = this.#options
    const pipe: Pipe = new Pipe({
      connection: id,
      direction,
      tap,
      clock,
      outlet: outlet(sink, () => pause(way, PEER, true)),
      pause: (stop) => pause(way, INBOX, stop),
      ended: () => this.#ended(way),
      cut: (how, side) => this.#cut(how, side),
      reply: (bytes, rule) => (direction === 'c2s' ? this.s2c : this.c2s).inject(bytes, rule),
    })
    const way: PipedWay = { direction, source, sink, pipe, paused: 0 }
    const by = direction === 'c2s' ? 'client' : 'server'
    source.on('data', (bytes: Uint8Array) => {
      this.#read++
      pipe.push(bytes)
    })
    source.once('end', () => this.#sourceEnded(way, { how: 'fin', by }))
    source.once('error', (error: NodeJS.ErrnoException) =>
      this.#sourceEnded(way, { how: 'rst', by, detail: error.code ?? error.message }),
    )
    sink.on('drain', () => pause(way, PEER, false))
    sink.on('error', (error: NodeJS.ErrnoException) => this.#sinkGone(way, error.code ?? error.message))
    return way
  }

  #sourceEnded(way: PipedWay, ending: Ending): void {
    if ((way.paused & OVER) !== 0) return
    way.paused |= OVER
    // what ended the output is known when the process has ended
    if (way === this.#c2s) this.#leaving = true
    if (way === this.#c2s || ending.how === 'rst') this.#report(way, ending)
    way.pipe.end(ending)
  }

  #report({ direction, pipe, sink }: PipedWay, ending: Ending): void {
    if (this.#reported.has(direction)) return
    this.#reported.add(direction)
    const { id, tap, clock } = this.#options
    tap.ended(id, direction, clock.now(), ending, pipe.backlog + sink.writableLength)
  }

  /** The last byte has come out of a pipe. */
  #ended(way: PipedWay): void {
    if (way === this.#c2s) way.sink.end()
    else if (this.#handedOver) this.#outputOver()
    else void this.#options.client.closeOutput().then(this.#outputOver)
  }

  /** Who was to read this is not there any more: who writes it is told so the way the system does. */
  #sinkGone(way: PipedWay, detail: string): void {
    const { id, client, tap, clock } = this.#options
    pause(way, OVER, true)
    way.pipe.destroy()
    if (way === this.#c2s) {
      // an exit comes to the same: the ending waits for it
      tap.note(id, clock.now(), 'stdin-closed', { code: detail })
      client.closeInput()
    } else {
      this.#report(way, { how: 'fin', by: 'client', detail })
      way.source.destroy()
      this.#outputOver()
    }
  }

  #passErrors(): Promise<void> {
    const { id, tap, clock } = this.#options
    const way = this.#errors
    const { source, sink } = way
    const write = outlet(sink, () => pause(way, PEER, true)).write
    sink.on('drain', () => pause(way, PEER, false))
    sink.on('error', () => source.destroy())
    source.on('data', (bytes: Uint8Array) => {
      this.#read++
      tap.logged(id, clock.now(), bytes)
      write(bytes, 0)
    })
    return new Promise((resolve) => {
      source.once('close', resolve)
      source.once('error', () => resolve())
    })
  }

  /**
   * The process has ended: reads what it left in its streams. One that does not end then is held open by a process it has started,
   * which keeps it; we are not to outlive the server for that.
   */
  async #drained(): Promise<void> {
    const { client, id, tap, clock } = this.#options
    const open = (): Way[] =>
      [this.#s2c, this.#errors].filter(({ source }) => !source.readableEnded && !source.destroyed)
    for (let idle = 0, seen = this.#read; open().length > 0 && idle < 3; seen = this.#read) {
      const waiting = open().find(({ paused }) => paused !== 0)
      if (waiting !== undefined) await resumed(waiting)
      await new Promise((resolve) => setImmediate(resolve))
      idle = this.#read === seen ? idle + 1 : 0
    }
    for (const way of open()) {
      way.source.pause()
      const to = way === this.#errors ? 'errors' : 'output'
      tap.note(id, clock.now(), 'left-behind', { stream: to === 'errors' ? 'stderr' : 'stdout' })
      await client.handOver(way.source, to)
      if (way === this.#errors) continue
      this.#handedOver = true
      this.#s2c.pipe.end({ how: 'exit', by: 'server' })
    }
  }

  #cut(how: 'fin' | 'rst' | 'hang', side: 'both' | 'client' | 'server'): void {
    if (how === 'hang') return
    const { server, client } = this.#options
    if (side !== 'client') {
      if (how === 'rst') server.child.kill('SIGKILL')
      else this.#c2s.sink.end()
    }
    if (side !== 'server') void client.closeOutput()
  }

  /** The process is gone. */
  #finish({ code, signal }: ProcessExit): void {
    const { id, tap, clock, client } = this.#options
    const at = clock.now()
    tap.note(id, at, 'exit', { code, signal })
    const ending: Ending = {
      how: 'exit',
      by: this.#leaving ? 'client' : 'server',
      detail: signal ?? `code ${code ?? '?'}`,
    }
    for (const way of [this.#c2s, this.#s2c]) {
      this.#report(way, ending)
      way.pipe.destroy()
    }
    client.input.pause()
    tap.closed(id, at)
  }
}

/** Tells the record of a server that could not be started. */
export function recordFailure(
  { id, info, tap, clock }: Pick<StdioOptions, 'id' | 'info' | 'tap' | 'clock'>,
  { code }: StartFailure,
): void {
  const at = clock.now()
  tap.opened(id, at, info)
  tap.upstream(id, { at, error: code })
  for (const direction of ['c2s', 's2c'] as const) {
    tap.ended(id, direction, at, { how: 'unreachable', by: 'server', detail: code }, 0)
  }
  tap.closed(id, at)
}

/** Writes, and says when too much waits. */
function outlet(sink: Writable, full: () => void): Outlet {
  let border = true
  return {
    write: (bytes) => {
      if (bytes.length === 0 || sink.destroyed || sink.writableEnded) return
      border = bytes[bytes.length - 1] === LF
      sink.write(bytes)
      if (sink.writableLength > BACKLOG_BYTES) full()
    },
    flush: () => undefined,
    held: 0,
    get border() {
      return border
    },
  }
}

function pause(way: Way, reason: number, on: boolean): void {
  const before = way.paused
  way.paused = on ? before | reason : before & ~reason
  if (before === 0 && way.paused !== 0) way.source.pause()
  else if (before !== 0 && way.paused === 0) way.source.resume()
}

/** Resolves when the stream is read again, or gone. */
function resumed({ source, sink }: Way): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ['resume', 'close', 'end']) source.once(event, resolve)
    sink.once('close', resolve)
  })
}
