import type { Outstanding } from './http1.ts'
import { createWebSocketSplitter, type WebSocketListener, type WebSocketSplitter } from './websocket.ts'

/** Where between two messages a direction stands: there whoever has lost bytes may begin to understand again. */
export interface WebSocketBorders {
  /** The next byte begins a frame, and no message is under way. False where that is not known, and where there is no WebSocket. */
  readonly border: boolean
  /** It is to be one, and nothing of it has passed. */
  readonly begins: boolean
  /** Bytes that are no HTTP. */
  push(chunk: Uint8Array, from: number, to: number): void
  /** A splitter that goes on from here for another listener, and whether it is within a message; null where there is no WebSocket. */
  fork(listener: WebSocketListener): { readonly splitter: WebSocketSplitter; readonly open: boolean } | null
}

/** For a direction of the connection whose requests these are: it becomes a WebSocket when the answer to one says so. */
export function createWebSocketBorders(outstanding: Outstanding): WebSocketBorders {
  // made when it is needed: most connections never become one
  let frames: MessageBorders | null | undefined
  return {
    get border() {
      return frames?.border ?? false
    },
    get begins() {
      return frames === undefined && outstanding.protocol === 'websocket'
    },
    push(chunk, from, to) {
      // bytes sent before the answer could belong to anything
      if (frames === undefined) frames = outstanding.protocol === 'websocket' ? new MessageBorders() : null
      frames?.push(chunk, from, to)
    },
    fork(listener) {
      if (frames === undefined && outstanding.protocol === 'websocket') {
        return { splitter: createWebSocketSplitter(listener), open: false }
      }
      return frames?.fork(listener) ?? null
    },
  }
}

class MessageBorders {
  #open = false
  readonly #splitter = createWebSocketSplitter({
    headSpan: nothing,
    begin: ({ opcode, fin }) => {
      if (opcode <= 2) this.#open = !fin
    },
    payload: nothing,
    end: nothing,
    lost: nothing,
    opaque: nothing,
  })

  get border(): boolean {
    return !this.#open && this.#splitter.state === 'boundary'
  }

  fork(listener: WebSocketListener): { readonly splitter: WebSocketSplitter; readonly open: boolean } {
    return { splitter: this.#splitter.fork(listener), open: this.#open }
  }

  push(chunk: Uint8Array, from: number, to: number): void {
    this.#splitter.push(chunk, from, to)
  }
}

function nothing(): void {}
