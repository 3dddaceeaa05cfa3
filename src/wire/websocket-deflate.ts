/** permessage-deflate (RFC 7692): what was agreed on in the handshake, and its messages inflated. */
import zlib from 'node:zlib'
import { InflateStage } from './inflate-stage.ts'

/** What the two peers agreed on. A direction without context takeover compresses each message by itself. */
export interface WebSocketDeflate {
  /** Of what the server sends. */
  readonly serverTakeover: boolean
  /** Of what the client sends. */
  readonly clientTakeover: boolean
}

/**
 * What the values of `Sec-WebSocket-Extensions` in the answer to a handshake say; null without permessage-deflate. Window bits are
 * not needed: raw inflating with the largest window reads what was written with any.
 */
export function parseDeflate(extensions: readonly string[]): WebSocketDeflate | null {
  for (const extension of extensions.join(',').split(',')) {
    const [name = '', ...parameters] = extension.split(';').map((part) => part.split('=', 1)[0]!.trim().toLowerCase())
    if (name !== 'permessage-deflate') continue
    return {
      serverTakeover: !parameters.includes('server_no_context_takeover'),
      clientTakeover: !parameters.includes('client_no_context_takeover'),
    }
  }
  return null
}

/** What the head of the answer to a handshake says; extensions may be named in several fields (RFC 6455 §9.1). */
export function agreedDeflate(head: Uint8Array): WebSocketDeflate | null {
  const fields = Buffer.from(head)
    .toString('latin1')
    .matchAll(/\nsec-websocket-extensions[ \t]*:([^\r\n]*)/gi)
  return parseDeflate(Array.from(fields, ([, value = '']) => value))
}

export interface MessageInflaterOptions {
  /** A message that inflates to more fails: what a small one can blow up to is a thousandfold. Default 64 MiB. */
  maxBytes?: number
}

export interface MessageInflater {
  /** The last message could not be read, or not whole. With context takeover that is so for all behind it. */
  readonly failed: boolean
  /** Unmasked payload of the message under way, piece by piece; gives what comes out, which may lag behind. */
  push(bytes: Uint8Array): Uint8Array[]
  /** The message is complete: gives the rest of it. */
  endMessage(): Uint8Array[]
  /** Bytes were lost: so is the context, where it is taken over. */
  lose(): void
  /** The message under way will not be completed. */
  abandon(): void
  /** Frees the memory. */
  close(): void
}

/** What the sender left out at the end of each message (RFC 7692 §7.2.2). */
const TAIL = Uint8Array.of(0, 0, 0xff, 0xff)

/** The inflater of one direction. */
export function createMessageInflater(
  takeover: boolean,
  { maxBytes = 64 * 1024 * 1024 }: MessageInflaterOptions = {},
): MessageInflater {
  return new Messages(takeover, maxBytes)
}

class Messages implements MessageInflater {
  readonly #takeover: boolean
  readonly #maxBytes: number
  #stage: InflateStage | null = null
  /** This direction cannot be read any more: its context is lost. */
  #broken = false
  failed = false
  #begun = false

  constructor(takeover: boolean, maxBytes: number) {
    this.#takeover = takeover
    this.#maxBytes = maxBytes
  }

  push(bytes: Uint8Array): Uint8Array[] {
    const given: Uint8Array[] = []
    this.#write(bytes, given)
    return given
  }

  endMessage(): Uint8Array[] {
    const given: Uint8Array[] = []
    this.#write(TAIL, given)
    // a final block (RFC 7692 §7.2.3.4) ends the coding: what comes behind it has a context of its own
    if (!this.#takeover || this.#stage?.ended) this.close()
    this.#broken ||= this.#takeover && this.failed
    this.#begun = false
    return given
  }

  abandon(): void {
    if (this.#begun) this.lose()
  }

  lose(): void {
    this.close()
    this.#broken ||= this.#takeover
    this.#begun = false
  }

  close(): void {
    this.#stage?.close()
    this.#stage = null
  }

  #write(bytes: Uint8Array, given: Uint8Array[]): void {
    if (!this.#begun) this.#begin()
    if (this.failed || this.#stage === null || bytes.length === 0) return
    this.#stage.write(bytes, given)
    this.failed = this.#stage.failed
  }

  #begin(): void {
    this.#begun = true
    this.failed = this.#broken
    if (this.#broken) return
    this.#stage ??= new InflateStage(zlib.createInflateRaw(), zlib.constants.Z_SYNC_FLUSH)
    this.#stage.left = this.#maxBytes
  }
}
