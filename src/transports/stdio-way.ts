/** The streams of a conversation over stdio: where bytes come from, where they go, and why one is not read. */
import type { Readable, Writable } from 'node:stream'
import type { Direction } from '../wire/frame.ts'
import type { Clock } from '../pipe/clock.ts'
import { Pipe, type PipeHost } from '../pipe/pipe.ts'
import type { Tap } from '../pipe/tap.ts'
import type { Ending } from '../wire/ending.ts'
import type { ProcessExit } from './server-process.ts'
import { BACKLOG_BYTES, LineOutlet } from './line-outlet.ts'

/** Why a stream is not being read; it is read when there is no reason left. */
export const PEER = 1
export const RECORDER = 2
const INBOX = 4
export const OVER = 8

/** One stream: where its bytes come from and go to. */
export interface Way {
  source: Readable
  sink: Writable
  paused: number
}

/** One direction of the conversation. */
export interface PipedWay extends Way {
  readonly direction: Direction
  readonly pipe: Pipe
  readonly outlet: LineOutlet
  /** Notes that bytes of ours found no place. */
  notInserted(bytes: Uint8Array, rule: string): void
}

interface Recording {
  readonly id: number
  readonly tap: Tap
  readonly clock: Clock
}

/** A pipe between two streams. Nothing is read yet. */
export function createWay(
  { id, tap, clock }: Recording,
  { direction, source, sink }: Pick<PipedWay, 'direction' | 'source' | 'sink'>,
  host: Pick<PipeHost, 'ended' | 'cut' | 'reply'>,
): PipedWay {
  const notInserted = (bytes: Uint8Array, rule: string): void =>
    tap.note(id, clock.now(), 'not-inserted', { rule, direction, bytes: bytes.length })
  const outlet = new LineOutlet(sink, {
    full: () => pause(way, PEER, true),
    edited: (offset, bytes, rule) =>
      tap.edited(id, direction, offset, 0, bytes, rule, undefined, undefined, clock.now()),
    given: () => pipe.given,
    notInserted,
  })
  const stop = (on: boolean): void => pause(way, INBOX, on)
  const pipe: Pipe = new Pipe({ connection: id, direction, tap, clock, outlet, pause: stop, ...host })
  const way: PipedWay = { direction, source, sink, pipe, outlet, notInserted, paused: 0 }
  return way
}

export function pause(way: Way, reason: number, on: boolean): void {
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

/** Resolves when nothing more will be read of it. */
export function lastRead(source: Readable): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ['end', 'close', 'error']) source.once(event, () => resolve())
  })
}

/**
 * The process has ended: reads what it left in its streams; `read` counts the chunks. Gives those that do not end then: we are not to
 * outlive the server for them.
 */
export async function readLeft(ways: readonly Way[], read: () => number): Promise<Way[]> {
  const open = (): Way[] => ways.filter(({ source }) => !source.readableEnded && !source.destroyed)
  for (let idle = 0, seen = read(); open().length > 0 && idle < 3; seen = read()) {
    const waiting = open().find(({ paused }) => paused !== 0)
    if (waiting !== undefined) await resumed(waiting)
    await new Promise((resolve) => setImmediate(resolve))
    idle = read() === seen ? idle + 1 : 0
  }
  return open()
}

interface Reader {
  read(bytes: Uint8Array): void
  /** Nothing more will come. */
  ended(ending: Ending): void
}

/** Reads the way's source, as it is now. */
export function readFrom({ source, direction }: PipedWay, reader: Reader): void {
  const by = direction === 'c2s' ? 'client' : 'server'
  source.on('data', (bytes: Uint8Array) => reader.read(bytes))
  source.once('end', () => reader.ended({ how: 'fin', by }))
  source.once('error', (error: NodeJS.ErrnoException) =>
    reader.ended({ how: 'rst', by, detail: error.code ?? error.message }),
  )
}

/** Listens to the way's sink, as it is now; `gone`, with a reason, once nothing can be written there. */
export function writeTo(way: PipedWay, gone: (detail: string) => void): void {
  way.sink.on('drain', () => pause(way, PEER, false))
  way.sink.on('error', (error: NodeJS.ErrnoException) => gone(error.code ?? error.message))
}

/** What a process says to its stderr, which no fault reaches. */
export function errorsWay(source: Readable, sink: Writable): Way {
  const way: Way = { source, sink, paused: 0 }
  sink.on('drain', () => pause(way, PEER, false))
  sink.on('error', () => way.source.destroy())
  return way
}

/** Passes on what comes of the way's source, untouched. */
export function passOn(way: Way, told: (bytes: Uint8Array) => void): void {
  way.source.on('data', (bytes: Uint8Array) => {
    told(bytes)
    put(way, bytes)
  })
}

/** Writes there, if it can be, and reads no more of its source while too much waits. */
export function put(way: Way, bytes: Uint8Array): void {
  const { sink } = way
  if (sink.destroyed || sink.writableEnded) return
  sink.write(bytes)
  if (sink.writableLength > BACKLOG_BYTES) pause(way, PEER, true)
}

/** How a conversation ended with its process. `endedBy`: the rule that ended it; `leaving`: the client wanted it. */
export function exitEnding({ code, signal }: ProcessExit, endedBy: string | undefined, leaving: boolean): Ending {
  if (endedBy !== undefined) return { how: 'exit', by: 'fault', detail: endedBy }
  return { how: 'exit', by: leaving ? 'client' : 'server', detail: signal ?? `code ${code ?? '?'}` }
}

/** Resolves after that many milliseconds. */
export function passed(ms: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => clock.at(clock.now() + ms * 1000, resolve))
}
