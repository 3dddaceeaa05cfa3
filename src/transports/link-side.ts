/** The two ends of a link, and what is known of each. */
import type { Duplex } from 'node:stream'
import type { CutHow } from '../pipe/action.ts'
import type { Clock } from '../pipe/clock.ts'
import type { Direction } from '../wire/frame.ts'
import { kernelDrained } from './kernel-queue.ts'
import type { ReadBuffer } from './read-buffer.ts'
import type { WriteFailures } from './write-failures.ts'

/** A refused client that does not close by then is reset, and so is one that does not read what a fault’s reset comes behind. */
export const LINGER_MS = 2000

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
export interface Side extends LinkEnd {
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
  /** How a fault has ended what we send to it. */
  cut: CutHow | undefined
}

export function createSide({ socket, raw, reads }: LinkEnd, who: 'client' | 'server'): Side {
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
    cut: undefined,
  }
}

/** Why a socket is not being read; it is read when there is no reason left. */
export type PauseReason = 'peer' | 'recorder' | 'inbox'

const EMPTY = new Uint8Array(0)

const BITS: Readonly<Record<PauseReason, number>> = { peer: 1, recorder: 2, inbox: 4 }

/** There is that reason not to read it, or not any more. */
export function pauseSide(side: Side, reason: PauseReason, on: boolean): void {
  const before = side.paused
  side.paused = on ? before | BITS[reason] : before & ~BITS[reason]
  if (before === 0 && side.paused !== 0) side.socket.pause()
  else if (before !== 0 && side.paused === 0) side.socket.resume()
}

/** We end our side towards it. */
export function finish(side: Side): void {
  if (side.ending) return
  side.ending = true
  side.socket.end()
}

/** A fault has ended what we send to it, where nothing more is let out: now its socket. `before`: our side had ended already. */
export function cutSide(side: Side, how: CutHow, before: boolean, clock: Clock): void {
  const { socket, raw } = side
  if (how === 'rst') {
    const cancel = clock.at(clock.now() + LINGER_MS * 1000, () => reset(side))
    socket.once('close', cancel)
    void resetDrained(side, clock)
  } else if (how === 'fin' && !before) {
    // TLS would say close_notify, which is a clean end
    if (socket === raw || socket.writableLength === 0) void raw.end()
    else socket.once('drain', () => raw.end())
  }
}

/** Resets it; what waits in us or in the kernel is lost. */
export function reset(side: Side): void {
  side.ending = true
  side.ours = true
  const { raw } = side
  const now = (): void => void (raw.destroyed || raw.resetAndDestroy())
  // while a shutdown is under way libuv refuses to reset (EINVAL), and the socket would stay open for good
  if (raw.writableEnded && !raw.writableFinished && raw.writableLength === 0) raw.once('finish', now)
  else now()
  if (side.socket !== raw) side.socket.destroy()
}

/** A reset throws away what the kernel still holds for a slow reader, so that has to leave first. */
export async function resetDrained(side: Side, clock: Clock): Promise<void> {
  side.ending = true
  if (side.socket.writableLength > 0 && !side.socket.destroyed && side.writes?.held !== true) {
    await new Promise<void>((resolve) => {
      side.socket.once('drain', resolve)
      side.socket.once('close', resolve)
    })
  }
  if (side.slow && !side.raw.destroyed) await kernelDrained(side.raw, clock)
  reset(side)
}

/** After an end of what is read: RST behind data looks like one, and writing nothing to the peer fails where it was that. */
export function finOrReset(
  { socket, raw }: Side,
  fin: () => void,
  reset: (error: NodeJS.ErrnoException) => void,
): void {
  if (socket.writableLength > 0) {
    // behind bytes that wait for a slow peer the empty write would keep the FIN back; those bytes fail in this very turn
    setImmediate(() => {
      if (!socket.destroyed) fin()
    })
    return
  }
  raw.write(EMPTY, (error) => {
    if (error === null || error === undefined) fin()
    else reset(error)
  })
}
