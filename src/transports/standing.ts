/** Where a direction of HTTP stands, for whoever wants to go on from here. */
import type { Standing } from '../pipe/policy.ts'
import type { Http1State } from '../wire/http1.ts'
import type { InsertionPlace } from './insertions.ts'

/** Where whoever goes on would not know what comes. */
const NO_FORK: readonly Http1State[] = ['opaque', 'tunnel']
const NOTHING = new Uint8Array(0)

export function standingAt({ splitter, body, socket, out, options }: InsertionPlace): Standing {
  const { head, isStream, betweenEvents } = body
  const between = splitter.state === 'boundary' || socket.border || socket.begins
  return {
    fork: (listener, queue) =>
      (out.kept?.received ?? 0) > 0 || NO_FORK.includes(splitter.state) || options.outstanding.switched
        ? null
        : splitter.fork(listener, queue),
    socket: (listener) => socket.fork(listener),
    opaque: splitter.state === 'opaque',
    head,
    tail: head === null ? NOTHING : body.tail,
    border: between || (isStream && betweenEvents && apart(splitter, head)),
    outstanding: options.outstanding,
  }
}

/** In the chunked coding an event is over when its chunk is. */
function apart({ room }: InsertionPlace['splitter'], head: Standing['head']): boolean {
  return room !== null || head?.framing !== 'chunked'
}
