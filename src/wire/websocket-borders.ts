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
  return new Borders(outstanding)
}

class Borders implements WebSocketBorders {
  readonly #outstanding: Outstanding
  /** Made when it is needed: most connections never become one. Null: this one does not. */
  #frames: MessageBorders | null | undefined

  constructor(outstanding: Outstanding) {
    this.#outstanding = outstanding
  }

  get border(): boolean {
    return this.#frames?.border ?? false
  }

  get begins(): boolean {
    return this.#frames === undefined && this.#outstanding.protocol === 'websocket'
  }

  push(chunk: Uint8Array, from: number, to: number): void {
    // bytes sent before the answer could belong to anything
    if (this.#frames === undefined) this.#frames = this.begins ? new MessageBorders() : null
    this.#frames?.push(chunk, from, to)
  }

  fork(listener: WebSocketListener): { readonly splitter: WebSocketSplitter; readonly open: boolean } | null {
    return this.begins
      ? { splitter: createWebSocketSplitter(listener), open: false }
      : (this.#frames?.fork(listener) ?? null)
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
