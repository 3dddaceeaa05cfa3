/**
 * A write that fails says that the peer has reset the connection, perhaps behind bytes we have not read yet. Node then destroys the
 * socket, and those bytes with it: all of them, where reading was paused (10 of 10 on Node 20.20).
 */
import type { Duplex } from 'node:stream'

type Done = (error?: Error | null) => void
type Write = Duplex['_write']
type WriteAll = NonNullable<Duplex['_writev']>

const HELD = Symbol('write failures')

interface Holding extends Duplex {
  [HELD]?: WriteFailures
}

/** Of one socket: the failure it does not know of yet. */
export class WriteFailures {
  readonly write: Write
  readonly writeAll: WriteAll | undefined
  readonly #socket: Duplex
  /** Somebody else holds those of this socket as well. */
  readonly #before: WriteFailures | undefined
  readonly #wanted: () => boolean
  #release: (() => void) | undefined

  constructor(socket: Duplex, wanted: () => boolean) {
    this.#socket = socket
    this.#wanted = wanted
    this.#before = (socket as Holding)[HELD]
    this.write = this.#before?.write ?? socket._write
    this.writeAll = this.#before === undefined ? socket._writev : this.#before.writeAll
  }

  /** A write has failed that the socket does not know of yet. */
  get held(): boolean {
    return this.#release !== undefined
  }

  /** Reading has ended: the socket learns of it now. */
  ended(): void {
    this.#release?.()
  }

  holding(done: Done): Done {
    const then = this.#before?.holding(done) ?? done
    return (error) => {
      if (!error || this.#socket.readableEnded || !this.#wanted()) then(error)
      else this.#release = () => then(error)
    }
  }
}

// the same two functions for all sockets

function write(this: Duplex, chunk: unknown, encoding: BufferEncoding, done: Done): void {
  const failures = (this as Holding)[HELD]!
  failures.write.call(this, chunk, encoding, failures.holding(done))
}

function writeAll(this: Duplex, chunks: Parameters<WriteAll>[0], done: Done): void {
  const failures = (this as Holding)[HELD]!
  failures.writeAll?.call(this, chunks, failures.holding(done))
}

/**
 * From now on the socket learns that a write has failed only when it has ended reading, as long as what is read is `wanted`. The
 * kernel gives what it has received, and then an end or an error; nothing more is written meanwhile. To be told of the end by
 * `ended`.
 */
export function holdWriteFailures(socket: Duplex, wanted: () => boolean): WriteFailures {
  const failures = ((socket as Holding)[HELD] = new WriteFailures(socket, wanted))
  socket._write = write
  if (failures.writeAll !== undefined) socket._writev = writeAll
  return failures
}
