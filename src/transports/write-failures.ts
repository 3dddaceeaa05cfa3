/**
 * A write that fails says that the peer has reset the connection, perhaps behind bytes we have not read yet. Node then destroys the
 * socket, and those bytes with it: all of them, where reading was paused (10 of 10 on Node 20.20).
 */
import type { Duplex } from 'node:stream'

type Done = (error?: Error | null) => void

export interface WriteFailures {
  /** A write has failed that the socket does not know of yet. */
  readonly held: boolean
}

/**
 * From now on the socket learns that a write has failed only when it has ended reading, as long as what is read is `wanted`. The
 * kernel gives what it has received, and then an end or an error; nothing more is written meanwhile.
 */
export function holdWriteFailures(socket: Duplex, wanted: () => boolean): WriteFailures {
  let release: (() => void) | undefined
  const holding =
    (done: Done): Done =>
    (error) => {
      if (!error || socket.readableEnded || !wanted()) done(error)
      else release = () => done(error)
    }
  const write = socket._write.bind(socket)
  const writev = socket._writev?.bind(socket)
  socket._write = (chunk, encoding, done) => write(chunk, encoding, holding(done))
  if (writev !== undefined) socket._writev = (chunks, done) => writev(chunks, holding(done))
  socket.once('end', () => release?.())
  return {
    get held() {
      return release !== undefined
    },
  }
}
