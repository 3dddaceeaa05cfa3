/** One upstream's share of a client's connection: what a link takes for the client's socket, while several upstreams take turns. */
import { Duplex } from 'node:stream'

/** Whoever has the real socket. */
export interface ShareOwner {
  readonly localPort: number | undefined
  readonly remotePort: number | undefined
  /** It is this share's turn: what it does happens to the client. */
  isCurrent(share: ClientShare): boolean
  write(bytes: Uint8Array, done: (error?: Error | null) => void): void
  end(done: () => void): void
  reset(): void
  /** The share can take more. */
  wants(share: ClientShare): void
}

type Done = (error?: Error | null) => void

/** What a share whose turn it is not says goes nowhere; when it ends or resets, only its own upstream is over. */
export class ClientShare extends Duplex {
  readonly #owner: ShareOwner
  #over = false

  constructor(owner: ShareOwner) {
    // as for sockets: nothing is kept in a buffer that a reset would throw away, and every write ends in a `drain`
    super({ allowHalfOpen: true, highWaterMark: 1 })
    this.#owner = owner
  }

  get localPort(): number | undefined {
    return this.#owner.localPort
  }

  get remotePort(): number | undefined {
    return this.#owner.remotePort
  }

  /** The client sends nothing more. */
  over(): void {
    if (this.#over || this.destroyed) return
    this.#over = true
    this.push(null)
  }

  /** The client reset the connection: told behind what it had said before, where that is not read yet. */
  broke(error: Error): void {
    if (this.readableLength === 0) return void this.destroy(error)
    this.prependOnceListener('end', () => this.destroy(error))
    this.over()
  }

  resetAndDestroy(): void {
    if (this.#owner.isCurrent(this)) this.#owner.reset()
    this.destroy()
  }

  override _read(): void {
    this.#owner.wants(this)
  }

  override _write(bytes: Uint8Array, _encoding: BufferEncoding, done: Done): void {
    if (this.#owner.isCurrent(this)) this.#owner.write(bytes, done)
    else done()
  }

  override _writev(chunks: readonly { chunk: Uint8Array }[], done: Done): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'binary', done)
  }

  override _final(done: Done): void {
    if (this.#owner.isCurrent(this)) return this.#owner.end(done)
    // nobody is left to end the other direction
    this.over()
    done()
  }
}
