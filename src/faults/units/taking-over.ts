/** Beginning in the middle of a direction: what stands there is taken over. */
import type { Standing } from '../../pipe/policy.ts'
import type { Http1Listener, Http1Splitter, Outstanding } from '../../wire/http1.ts'
import type { SocketSide } from './socket-side.ts'

/** A splitter that goes on from there; null where that cannot be just now. Of requests only an upgrade that is not answered stays open. */
export function takeOver(
  standing: Standing,
  side: 'request' | 'response',
  listener: Http1Listener,
  outstanding: Outstanding,
): Http1Splitter | null {
  const { exchanges } = outstanding
  if (side === 'response') return standing.fork(listener, outstanding)
  exchanges.push(...standing.outstanding.exchanges)
  const fork = standing.fork(listener, outstanding)
  if (fork !== null) exchanges.splice(0, exchanges.length, ...exchanges.filter(({ upgrade }) => upgrade))
  return fork
}

/** What messages share their compression with: what was said before is not known, so that each is tried by itself, and stays as and where it is. */
export function contextAt(
  { outstanding: { deflate } }: Standing,
  side: 'request' | 'response',
): 'unknown' | false | null {
  if (deflate === null) return null
  return (side === 'request' ? deflate.clientTakeover : deflate.serverTakeover) && 'unknown'
}

/** The frames of a WebSocket from there on. */
export function takeOverSocket({ socket, border }: Standing, side: SocketSide): void {
  const fork = socket?.(side) ?? null
  if (fork !== null) side.resume(fork.splitter, fork.open)
  else if (!border) side.lose()
}
