/**
 * Deals out the requests of one client connection to several upstreams, one at a time: a request to another server waits until
 * what was asked before has been answered. Looks at request lines and message borders only; what it cannot follow stays with the
 * upstream it was with.
 */
import type { Socket } from 'node:net'
import { createHttp1Splitter, createOutstanding, type Http1Listener, type Http1Splitter } from '../wire/http1.ts'
import { ClientShare, type ShareOwner } from './client-share.ts'
import { holdWriteFailures } from './write-failures.ts'

/** A part of what the client sent. `start`: it begins with the head of a request. */
interface Part {
  readonly bytes: Uint8Array
  readonly start: boolean
}

export interface RouterOptions {
  readonly socket: Socket
  /** Where a request with that line goes, as a name; undefined: to where the one before went. */
  route(line: string): string | undefined
  /** The first request with that name: whoever joins this share to an upstream. */
  opened(name: string, share: ClientShare): void
  /** The very first request goes nowhere. */
  lost(): void
}

const LF = 10
/** A request line longer than this is not read. */
const LINE_BYTES = 256 * 1024

export class RequestRouter implements ShareOwner {
  readonly #options: RouterOptions
  readonly #socket: Socket
  readonly #shares = new Map<string, ClientShare>()
  readonly #requests: Http1Splitter
  readonly #responses: Http1Splitter
  /** Heads of requests that begin in the chunk at hand. */
  #starts: number[] = []
  #inHead = false
  #queue: Part[] = []
  #current: ClientShare | undefined
  /** Requests given to the current upstream that are not answered. */
  #asked = 0
  #ended = false

  /** Reads from `socket` at once. */
  constructor(options: RouterOptions) {
    this.#options = options
    const { socket } = options
    this.#socket = socket
    const outstanding = createOutstanding()
    this.#requests = createHttp1Splitter(
      'request',
      outstanding,
      this.#listener({
        headSpan: (from) => {
          if (!this.#inHead) this.#starts.push(from)
          this.#inHead = true
        },
        head: () => (this.#inHead = false),
      }),
    )
    this.#responses = createHttp1Splitter(
      'response',
      outstanding,
      this.#listener({ messageEnd: () => this.#answered() }),
    )
    const writes = holdWriteFailures(socket, () => this.#current?.destroyed === false)
    socket.once('end', () => writes.ended())
    socket.on('data', (bytes: Uint8Array) => this.#received(bytes))
    socket.on('end', () => this.#clientEnded())
    socket.on('error', (error) => this.#broke(error))
    socket.on('close', () => {
      for (const share of this.#shares.values()) if (share.readableLength === 0) share.destroy()
    })
    socket.resume()
  }

  get localPort(): number | undefined {
    return this.#socket.localPort
  }

  get remotePort(): number | undefined {
    return this.#socket.remotePort
  }

  isCurrent(share: ClientShare): boolean {
    return share === this.#current
  }

  write(bytes: Uint8Array, done: (error?: Error | null) => void): void {
    this.#responses.push(bytes)
    this.#socket.write(bytes, done)
  }

  end(done: () => void): void {
    this.#socket.end(done)
  }

  reset(): void {
    this.#socket.resetAndDestroy()
  }

  wants(share: ClientShare): void {
    if (this.isCurrent(share) && this.#queue.length === 0) this.#socket.resume()
  }

  #listener(some: { headSpan?(from: number): void; head?(): void; messageEnd?(): void }): Http1Listener {
    const nothing = (): void => undefined
    return {
      headSpan: (_chunk, from) => some.headSpan?.(from),
      head: () => some.head?.(),
      payload: nothing,
      framing: nothing,
      messageEnd: () => some.messageEnd?.(),
      opaque: nothing,
    }
  }

  #received(bytes: Uint8Array): void {
    this.#starts = []
    this.#requests.push(bytes)
    let at = 0
    let start = false
    for (const next of this.#starts) {
      if (next > at) this.#queue.push({ bytes: bytes.subarray(at, next), start })
      at = next
      start = true
    }
    this.#queue.push({ bytes: bytes.subarray(at), start })
    this.#deal()
  }

  #answered(): void {
    this.#asked = Math.max(0, this.#asked - 1)
    // the share is in the middle of writing the end of this answer
    if (this.#queue.length > 0) queueMicrotask(() => this.#deal())
  }

  #deal(): void {
    let room = true
    for (let part = this.#queue[0]; part !== undefined; part = this.#queue[0]) {
      if (part.start) {
        const line = requestLine(part.bytes)
        if (line === undefined) {
          if (!this.#lengthen(part)) return
          continue
        }
        if (!this.#choose(line)) return
        this.#asked++
      }
      this.#queue.shift()
      room = this.#current?.push(part.bytes) ?? true
    }
    if (this.#ended) this.#finish()
    else if (room) this.#socket.resume()
    else this.#socket.pause()
  }

  /** A request line that is not complete takes what came behind it. False: nothing came yet. */
  #lengthen(part: Part): boolean {
    const next = this.#queue[1]
    if (next !== undefined && !next.start) {
      const bytes = Buffer.concat([part.bytes, next.bytes])
      this.#queue.splice(0, 2, { bytes, start: bytes.length <= LINE_BYTES })
      return true
    }
    if (!this.#ended) this.#socket.resume()
    else if (this.#current === undefined) this.#options.lost()
    else this.#queue.splice(0, 1, { ...part, start: false })
    return this.#ended && this.#current !== undefined
  }

  /** Makes the upstream current that a request with this line is for. False: not yet, or never. */
  #choose(line: string): boolean {
    const name = this.#options.route(line)
    if (name === undefined) return this.#current !== undefined || this.#lost()
    const share = this.#shares.get(name)
    if (share !== undefined && share === this.#current) return true
    if (this.#current?.destroyed === false && this.#asked > 0) {
      this.#socket.pause()
      return false
    }
    this.#asked = 0
    this.#current = share === undefined || share.destroyed || share.writableEnded ? this.#open(name) : share
    return true
  }

  #lost(): boolean {
    this.#queue = []
    this.#options.lost()
    return false
  }

  #open(name: string): ClientShare {
    const share = new ClientShare(this)
    this.#shares.set(name, share)
    share.once('close', () => {
      if (this.#shares.get(name) === share) this.#shares.delete(name)
    })
    this.#current = share
    this.#options.opened(name, share)
    return share
  }

  #clientEnded(): void {
    this.#ended = true
    this.#deal()
  }

  #finish(): void {
    for (const share of this.#shares.values()) share.over()
  }

  #broke(error: Error): void {
    for (const share of this.#shares.values()) share.broke(error)
  }
}

/** The first line that is not empty, without its end; undefined while it is not complete. */
function requestLine(bytes: Uint8Array): string | undefined {
  let from = 0
  while (bytes[from] === 13 || bytes[from] === LF) from++
  const end = bytes.indexOf(LF, from)
  return end < 0
    ? undefined
    : Buffer.from(bytes.buffer, bytes.byteOffset + from, end - from)
        .toString('latin1')
        .trimEnd()
}
