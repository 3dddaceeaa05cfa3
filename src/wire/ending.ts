/** How a direction of a flow, or a connection, came to its end. One list, used everywhere. */
import type { Direction } from './frame.ts'
import { closeCodeOf, isOrderlyClose } from './websocket-close.ts'

/**
 * - `clean`: properly terminated (last chunk, full length, close frame, close-notify with FIN)
 * - `fin`: the connection was closed without the terminator the framing asks for, or with no framing to ask
 * - `rst`: reset
 * - `hang`: nothing more, still open when the recording ended
 * - `timeout`: the kernel gave up
 * - `exit`: the process ended
 * - `unreachable`: there never was a connection
 * - `ws:<code>`: a WebSocket close frame
 */
export type EndingHow = 'clean' | 'fin' | 'rst' | 'hang' | 'timeout' | 'exit' | 'unreachable' | `ws:${number}`

/**
 * Where in the traffic it happened. `idle`: between two exchanges of a kept-alive connection. `mid-message`: within a frame of a
 * WebSocket, or between two frames of one message; within a line of stdio.
 */
export type EndingPlace = 'boundary' | 'mid-event' | 'mid-head' | 'mid-body' | 'mid-message' | 'after-headers' | 'idle'

/** Who did it. `proxy` is our own stop, `fault` a rule of ours. */
export type EndingBy = 'client' | 'server' | 'fault' | 'proxy'

export interface Ending {
  readonly how: EndingHow
  readonly by: EndingBy
  /** Absent where there is none: of an answer that was made up. */
  readonly at?: EndingPlace
  /** errno (`ECONNRESET`), exit code or signal, close reason, as the system gave it; the rule where a fault did it. */
  readonly detail?: string
}

/**
 * That the direction of a flow did not end as it should. Of a server that its client has ended the log tells how; a close frame that
 * complains counts where it was sent first, its echo says nothing new.
 */
export function isBroken({ how, by }: Ending, direction: Direction): boolean {
  const code = closeCodeOf(how)
  if (code === undefined) return how !== 'clean' && !(how === 'exit' && by === 'client')
  return !isOrderlyClose(code) && (by === 'client') === (direction === 'c2s')
}
