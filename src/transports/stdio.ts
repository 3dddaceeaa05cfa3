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
import type { CutHow, CutSide } from '../pipe/action.ts'
import type { Pipe } from '../pipe/pipe.ts'
import { noPolicy, type Policy, type Restart, type SteeredConnection } from '../pipe/policy.ts'
import type { ConnectionInfo, Tap } from '../pipe/tap.ts'
import type { Ending } from '../wire/ending.ts'
import type { Direction } from '../wire/frame.ts'
import type { ClientStreams } from './own-streams.ts'
import { NextProcess, type Again } from './next-process.ts'
import { saysReady } from './ready-text.ts'
import type { ProcessExit, ServerProcess, StartFailure } from './server-process.ts'
import { StdioRecord } from './stdio-record.ts'
import {
  createWay,
  errorsWay,
  exitEnding,
  OVER,
  lastRead,
  passOn,
  pause,
  PEER,
  put,
  readFrom,
  readLeft,
  RECORDER,
  writeTo,
  type PipedWay,
  type Way,
} from './stdio-way.ts'

export interface StdioOptions {
  /** Unique in this process. */
  readonly id: number
  readonly server: ServerProcess
  readonly client: ClientStreams
  readonly info: ConnectionInfo
  readonly tap: Tap
  readonly clock: Clock
  /** Default: `noPolicy`. */
  readonly policy?: Policy | undefined
  /** Starts the same command again; absent where that cannot be. */
  readonly startAgain?: () => Promise<ServerProcess | StartFailure>
}

/** A wrapped server. */
export class StdioLink implements SteeredConnection {
  readonly id: number
  readonly info: ConnectionInfo
  readonly c2s: Pipe
  readonly s2c: Pipe
  /** Resolves when the server has ended for good and everything it wrote has been handed on: how the last process did. */
  readonly over: Promise<ProcessExit>
  readonly #options: StdioOptions
  #server: ServerProcess
  readonly #c2s: PipedWay
  readonly #s2c: PipedWay
  readonly #errors: Way
  readonly #record: StdioRecord
  readonly #outputOver: Promise<void>
  #endOutput: () => void = () => undefined
  #leaving = false
  #exited = false
  /** Chunks read from the server. */
  #read = 0
  /** A process the server has left behind goes on writing to the client. */
  #handedOver = false
  readonly #next: NextProcess
  /** The rule that ended the process, or what it talks over. */
  #endedBy: string | undefined
  /** What the client is to see as the status of the process, instead of its own. */
  #exitCode: number | undefined
  #closed = false

  constructor(options: StdioOptions) {
    const { id, server, client, info, clock, policy = noPolicy } = options
    const { child } = server
    this.#options = options
    this.id = id
    this.info = info
    this.#server = server
    this.#next = new NextProcess(clock)
    this.#record = new StdioRecord(options)
    this.#outputOver = new Promise<void>((resolve) => (this.#endOutput = resolve))
    this.#c2s = this.#way('c2s', client.input, child.stdin)
    this.#s2c = this.#way('s2c', child.stdout, client.output)
    this.#errors = errorsWay(child.stderr, client.errors)
    this.c2s = this.#c2s.pipe
    this.s2c = this.#s2c.pipe
    const over = policy.opened(this)
    this.#readFrom(this.#c2s, () => true)
    this.#writeTo(this.#s2c, () => true)
    this.over = this.#serve().then((exit) => {
      this.#finish(exit)
      over()
      return exit
    })
  }

  /** One process after the other, for as long as faults want another. */
  async #serve(): Promise<ProcessExit> {
    for (;;) {
      const { outputRead, errorsRead } = this.#listenServer(this.#server)
      const own = await this.#server.exited
      const exit = this.#exitCode === undefined ? own : { code: this.#exitCode, signal: null }
      this.#exited = true
      const again = this.#next.wanted
      const left = readLeft([this.#s2c, this.#errors], () => this.#read)
      const allRead = left.then(async (open) => {
        for (const way of open) await this.#leftBehind(way)
        return Promise.all([again === undefined ? this.#outputOver : outputRead, errorsRead])
      })
      await Promise.race([allRead, this.#next.givenUp()])
      if (again === undefined || !(await this.#startAgain(again, exit))) return exit
    }
  }

  /** The client has ended its input, or sent a signal: an exit after that is its doing. */
  get leaving(): boolean {
    return this.#leaving
  }

  /** The recorder's queue is full, or has room again. */
  recorderFull(full: boolean): void {
    for (const way of [this.#c2s, this.#s2c, this.#errors]) pause(way, RECORDER, full)
  }

  /** A signal that was sent to us, and was meant for the server; with `rule`, a fault's. */
  signal(name: NodeJS.Signals, rule?: string): void {
    if (this.#exited) {
      // the server is gone and only its output is left, or the wait for another: what ends it now ends us
      return rule === undefined ? this.#leave() : undefined
    }
    if (rule === undefined) this.#leaving = true
    else this.#endedBy = rule
    this.#record.note('signal', { signal: name, ...(rule === undefined ? {} : { rule }) })
    this.#server.child.kill(name)
  }

  /** Only lines: there is nothing more to know. */
  standing(): null {
    return null
  }

  insert(direction: Direction, bytes: Uint8Array, rule: string): void {
    const way = direction === 'c2s' ? this.#c2s : this.#s2c
    if (this.#record.hasEnded(direction)) way.notInserted(bytes, rule)
    else way.pipe.inject(bytes, rule)
  }

  /** `fin` closes stdin or our stdout, `rst` kills, and closes all we share with the client. */
  cut(how: CutHow, side: CutSide, rule: string): void {
    const { client } = this.#options
    const ending: Ending = { how, by: 'fault', detail: rule }
    const [toClient, toServer] = [side !== 'server', side !== 'client']
    if (toServer || how === 'rst') this.#silence(this.#c2s, ending)
    if (toClient || how === 'rst') this.#silence(this.#s2c, ending)
    if (how === 'hang') return
    if (toServer) {
      this.#endedBy = rule
      if (how === 'rst') this.#server.child.kill('SIGKILL')
      else this.#c2s.sink.end()
    }
    if (toClient) this.#closeOutput()
    if (toClient && how === 'rst') client.closeInput()
  }

  restart(rule: string, how: Restart): void {
    const { startAgain } = this.#options
    if (this.#exited || this.#leaving || (this.#s2c.paused & OVER) !== 0 || startAgain === undefined) {
      return this.#record.note('not-restarted', { rule })
    }
    this.#next.want({ ...how, rule })
    this.#c2s.outlet.to(undefined)
    if (this.#endedBy !== rule) this.signal('SIGKILL', rule)
  }

  startNow(rule: string): void {
    this.#next.now(rule)
  }

  exit(code: number, rule: string): void {
    if (!this.#exited) this.#exitCode = code
    this.signal('SIGKILL', rule)
  }

  stderr(bytes: Uint8Array, rule: string): void {
    this.#record.note('stderr-ours', { rule, text: Buffer.from(bytes).toString() })
    put(this.#errors, bytes)
  }

  /** False: there is to be no other process. */
  async #startAgain(again: Again, { code, signal }: ProcessExit): Promise<boolean> {
    const { startAgain } = this.#options
    const { rule, afterMs } = again
    this.#record.note('restart', { rule, code, signal, afterMs })
    await this.#next.due(again)
    if (this.#leaving || startAgain === undefined) return false
    const next = await startAgain()
    // asked to end while it was being started
    if (this.#leaving && 'pid' in next) next.child.kill()
    if (!('pid' in next)) {
      this.#record.note('not-restarted', { rule, code: next.code })
      return false
    }
    this.#server = next
    this.#exited = false
    this.#next.came()
    this.#endedBy = undefined
    this.#c2s.sink = next.child.stdin
    this.#s2c.source = next.child.stdout
    this.#errors.source = next.child.stderr
    this.#record.note('restarted', { rule, pid: next.pid })
    if (again.ready === undefined) this.#feed(next)
    else void this.#whenReady(next, again.ready, rule)
    return true
  }

  /** The process gets what the client has sent meanwhile. */
  #feed({ child: { stdin } }: ServerProcess): void {
    this.#c2s.outlet.to(stdin)
    pause(this.#c2s, PEER, false)
    if ((this.#c2s.paused & OVER) !== 0) stdin.end()
  }

  async #whenReady(server: ServerProcess, text: string, rule: string): Promise<void> {
    const readiness = await saysReady(text, [server.child.stdout, server.child.stderr], this.#options.clock)
    this.#record.note('ready', { rule, readiness })
    if (this.#server === server && this.#next.wanted === undefined) this.#feed(server)
  }

  /** The client does not want another process. */
  #leave(): void {
    this.#leaving = true
    this.#next.giveUp()
  }

  #silence(way: PipedWay, ending: Ending): void {
    this.#record.ended(way, ending)
    way.outlet.silence()
    pause(way, PEER, false)
  }

  #way(direction: Direction, source: Readable, sink: Writable): PipedWay {
    const host = {
      ended: () => this.#pipeEnded(way),
      cut: (how: CutHow, side: CutSide, rule: string) => this.cut(how, side, rule),
      reply: (bytes: Uint8Array, rule: string) => this.insert(direction === 'c2s' ? 's2c' : 'c2s', bytes, rule),
    }
    const way = createWay(this.#options, { direction, source, sink }, host)
    return way
  }

  /** Resolve when nothing more will come of a process's output and errors. */
  #listenServer(server: ServerProcess): { readonly outputRead: Promise<void>; readonly errorsRead: Promise<void> } {
    // what a process that is replaced does with its streams is nobody's end
    const counts = (): boolean => this.#server === server && this.#next.wanted === undefined
    const read = { outputRead: lastRead(server.child.stdout), errorsRead: lastRead(server.child.stderr) }
    this.#writeTo(this.#c2s, counts)
    this.#readFrom(this.#s2c, counts)
    passOn(this.#errors, (bytes) => {
      this.#read++
      this.#record.logged(bytes)
    })
    for (const { source, paused } of [this.#s2c, this.#errors]) if (paused !== 0) source.pause()
    return read
  }

  #readFrom(way: PipedWay, counts: () => boolean): void {
    readFrom(way, {
      read: (bytes) => {
        this.#read++
        way.pipe.push(bytes)
      },
      ended: (ending) => counts() && this.#sourceEnded(way, ending),
    })
  }

  #writeTo(way: PipedWay, counts: () => boolean): void {
    writeTo(way, (detail) => counts() && this.#sinkGone(way, detail))
  }

  #sourceEnded(way: PipedWay, ending: Ending): void {
    if ((way.paused & OVER) !== 0) return
    way.paused |= OVER
    // what ended the output is known when the process has ended
    if (way === this.#c2s) this.#leaving = true
    if (way === this.#c2s && this.#exited && this.#next.wanted !== undefined) this.#leave()
    if (way === this.#c2s || ending.how === 'rst') this.#record.ended(way, ending)
    way.pipe.end(ending)
  }

  /** The last byte has come out of a pipe. */
  #pipeEnded(way: PipedWay): void {
    if (way === this.#c2s) way.sink.end()
    else if (this.#handedOver) this.#endOutput()
    else this.#closeOutput()
  }

  #closeOutput(): void {
    if (this.#closed) return
    this.#closed = true
    void this.#options.client.closeOutput().then(this.#endOutput)
  }

  /** Who was to read this is not there any more: who writes it is told so the way the system does. */
  #sinkGone(way: PipedWay, detail: string): void {
    const { client } = this.#options
    pause(way, OVER, true)
    way.pipe.destroy()
    if (way === this.#c2s) {
      // an exit comes to the same: the ending waits for it
      this.#record.note('stdin-closed', { code: detail })
      client.closeInput()
    } else {
      this.#record.ended(way, { how: 'fin', by: 'client', detail })
      way.source.destroy()
      this.#endOutput()
    }
  }

  /** One that does not end with its process is held open by another it has started, which keeps it. */
  async #leftBehind(way: Way): Promise<void> {
    const { client } = this.#options
    if (this.#next.wanted !== undefined) return void way.source.destroy()
    way.source.pause()
    const to = way === this.#errors ? 'errors' : 'output'
    this.#record.note('left-behind', { stream: to === 'errors' ? 'stderr' : 'stdout' })
    await client.handOver(way.source, to)
    if (way === this.#errors) return
    this.#handedOver = true
    this.#s2c.pipe.end({ how: 'exit', by: 'server' })
  }

  /** The process is gone. */
  #finish(exit: ProcessExit): void {
    const ways = [this.#c2s, this.#s2c]
    this.#record.over(ways, exit, exitEnding(exit, this.#endedBy, this.#leaving))
    for (const { pipe } of ways) pipe.destroy()
    this.#options.client.input.pause()
  }
}
