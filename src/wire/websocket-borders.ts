import type { Outstanding } from './http1.ts'
import { createWebSocketSplitter } from './websocket.ts'

/** Where between two messages a direction stands: there whoever has lost bytes may begin to understand again. */
export interface WebSocketBorders {
  /** The next byte begins a frame, and no message is under way. False where that is not known, and where there is no WebSocket. */
  readonly border: boolean
  /** Bytes that are no HTTP. */
  push(chunk: Uint8Array, from: number, to: number): void
}

/** For a direction of the connection whose requests these are: it becomes a WebSocket when the answer to one says so. */
export function createWebSocketBorders(outstanding: Outstanding): WebSocketBorders {
  let state: 'http' | 'socket' | 'unknown' = 'http'
  let open = false
  const nothing = (): void => undefined
  const splitter = createWebSocketSplitter({
    headSpan: nothing,
    begin: ({ opcode, fin }) => {
      if (opcode <= 2) open = !fin
    },
    payload: nothing,
    end: nothing,
    lost: nothing,
    opaque: nothing,
  })
  return {
    get border() {
      return state === 'socket' && !open && splitter.state === 'boundary'
    },
    push(chunk, from, to) {
      // bytes sent before the answer could belong to anything
      if (state === 'http') state = outstanding.protocol === 'websocket' ? 'socket' : 'unknown'
      if (state === 'socket') splitter.push(chunk, from, to)
    },
  }
}
