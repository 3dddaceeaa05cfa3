/** What a link hears of its sockets: the same few functions for all of them, as closures of each socket would be a seventh of an idle stream. */
import type { Pipe } from '../pipe/pipe.ts'
import { pauseSide, type LinkSocket, type Side } from './link-side.ts'
import { holdWriteFailures } from './write-failures.ts'

/** Who is told of a side. */
export interface SideOwner {
  other(side: Side): Side | undefined
  /** An end came: a FIN, or RST behind data. */
  endOrReset(side: Side): void
  /** The socket broke. */
  failed(side: Side, code: string): void
  /** The socket is gone. */
  gone(side: Side): void
}

interface Ear {
  readonly side: Side
  readonly pipe: Pipe
  readonly owner: SideOwner
}

const EAR = Symbol('link')

interface Heard extends LinkSocket {
  [EAR]: Ear
}

/** Listens from now on, and lets the socket be read unless it is paused. What is read goes into `pipe`. */
export function listenTo(side: Side, pipe: Pipe, owner: SideOwner): void {
  const socket = side.socket as Heard
  socket[EAR] = { side, pipe, owner }
  side.writes = holdWriteFailures(socket, () => owner.other(side)?.ours === false)
  if (side.reads === undefined) socket.on('data', data)
  else {
    side.reads.to((bytes) => {
      pipe.push(bytes)
      return pipe.waiting || pipe.backlog > 0 || (owner.other(side)?.socket.writableLength ?? 0) > 0
    })
  }
  socket.on('end', end)
  socket.on('error', failed)
  socket.on('drain', drain)
  socket.on('close', close)
  if (side.paused === 0) socket.resume()
}

function data(this: Heard, bytes: Uint8Array): void {
  this[EAR].pipe.push(bytes)
}

function end(this: Heard): void {
  const { side, owner } = this[EAR]
  side.writes?.ended()
  owner.endOrReset(side)
}

function failed(this: Heard, error: NodeJS.ErrnoException): void {
  const { side, owner } = this[EAR]
  owner.failed(side, error.code ?? error.message)
}

function drain(this: Heard): void {
  const { side, owner } = this[EAR]
  const from = owner.other(side)
  if (from !== undefined) pauseSide(from, 'peer', false)
}

function close(this: Heard): void {
  const { side, owner } = this[EAR]
  owner.gone(side)
}
