/** One end of a raw connection in a test: it writes what it is told, keeps what it got and when, and sees how it ended. */
import { connect, type NetConnectOpts, type Socket } from 'node:net'

export type How = 'fin' | 'rst'

export interface Piece {
  readonly at: number
  readonly bytes: Buffer
}

export interface Peer {
  readonly socket: Socket
  /** What came in, as read; `at` in milliseconds of `performance.now()`. Empty for a peer that drains. */
  readonly pieces: readonly Piece[]
  /** Everything received, as latin1. */
  text(): string
  bytes(): Buffer
  /** How the other side ended its direction, as far as seen. */
  readonly how: How | 'open'
  /** When that was seen. */
  readonly endedAt: number
  /** Strings are latin1: one character, one byte. */
  write(bytes: string | Buffer): void
  /** FIN; reading goes on. */
  end(bytes?: string | Buffer): void
  reset(): void
  /** Resolves when `what` (or that many bytes) has arrived; rejects with what arrived instead. */
  until(what: string | number, patienceMs?: number): Promise<void>
  /** Resolves when the other side has ended its direction. */
  ended(patienceMs?: number): Promise<How>
  /** Resolves when the connection is over in both directions. */
  gone(patienceMs?: number): Promise<void>
  /** Begins to read, for a peer made with `idle`. */
  read(): void
  /** From now on pieces are given away instead of kept. */
  drain(take: (bytes: Buffer) => void): void
  onChange(listener: () => void): void
}

export interface PeerOptions {
  /** Upper bound of every wait. Default 3000 ms. */
  patienceMs?: number
  /** Do not read until `read()`. */
  idle?: boolean
  /** The socket under a TLS layer, which alone can tell RST from FIN. */
  raw?: Socket
  /** What is told as received instead; of the same length. Default: just that. */
  asWritten?: (text: string) => string
}

const latin1 = (bytes: string | Buffer): Buffer => (typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)

export function createPeer(
  socket: Socket,
  { patienceMs = 3000, idle = false, raw = socket, asWritten = (text) => text }: PeerOptions = {},
): Peer {
  const pieces: Piece[] = []
  const listeners = new Set<() => void>()
  let how: How | 'open' = 'open'
  let endedAt = 0
  let take: ((bytes: Buffer) => void) | undefined
  let length = 0

  const changed = (): void => listeners.forEach((listener) => listener())
  const finish = (seen: How): void => {
    if (how === 'rst' || how === seen) return
    how = seen
    endedAt = performance.now()
    changed()
  }
  const onData = (bytes: Buffer): void => {
    length += bytes.length
    if (take) take(bytes)
    else pieces.push({ at: performance.now(), bytes })
    changed()
  }
  // libuv reports EOF when data and RST arrive together: a write of no bytes tells the two apart.
  const onEnd = (): void => {
    // behind bytes that wait it would not be written; those fail by themselves
    if (!socket.writable || socket.writableLength > 0) finish('fin')
    else raw.write('', (error) => finish(error ? 'rst' : 'fin'))
  }
  socket.setNoDelay(true)
  socket.on('end', onEnd)
  socket.on('error', () => finish('rst'))
  socket.on('close', changed)
  if (!idle) socket.on('data', onData)

  const over = (): boolean => how !== 'open'
  const wait = async (done: () => boolean, says: () => string, ms: number, hopeless = over): Promise<void> => {
    await new Promise<void>((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer)
        listeners.delete(check)
        if (done()) resolve()
        else reject(new Error(says()))
      }
      const timer = setTimeout(settle, ms)
      const check = (): void => {
        if (done()) settle()
        else if (hopeless()) setImmediate(settle)
      }
      listeners.add(check)
      check()
    })
  }

  const bytes = (): Buffer => Buffer.concat(pieces.map((piece) => piece.bytes))
  const text = (): string => asWritten(bytes().toString('latin1'))
  const shown = (): string => JSON.stringify(text().slice(-400))
  return {
    socket,
    pieces,
    text,
    bytes,
    get how() {
      return how
    },
    get endedAt() {
      return endedAt
    },
    write: (data) => void socket.write(latin1(data)),
    end: (data) => void (data === undefined ? socket.end() : socket.end(latin1(data))),
    reset: () => void raw.resetAndDestroy(),
    until: (what, ms = patienceMs) =>
      wait(
        () => (typeof what === 'number' ? length >= what : text().includes(what)),
        () => `waited for ${JSON.stringify(what)}; ${length} bytes, ${how}, came: ${shown()}`,
        ms,
      ),
    ended: async (ms = patienceMs) => {
      await wait(
        () => how !== 'open',
        () => `not ended; ${length} bytes came: ${shown()}`,
        ms,
      )
      return how as How
    },
    gone: (ms = patienceMs) =>
      wait(
        () => socket.destroyed,
        () => `still there, ${how}`,
        ms,
        () => false,
      ),
    read: () => void socket.on('data', onData),
    drain: (taker) => void (take = taker),
    onChange: (listener) => void listeners.add(listener),
  }
}

/** Connects to a loopback port. Rejects when refused. */
export async function dial(port: number, options: PeerOptions = {}): Promise<Peer> {
  const to = { port, host: '127.0.0.1', allowHalfOpen: true, highWaterMark: 1 } as NetConnectOpts
  const socket = connect(to)
  const peer = createPeer(socket, options)
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  return peer
}
