/** One client with one upstream: dials it, joins the two, or says why it cannot. */
import type { Socket } from 'node:net'
import type { Direction } from '../wire/frame.ts'
import type { Clock } from '../pipe/clock.ts'
import type { Outlet, Pipe } from '../pipe/pipe.ts'
import type { Tap } from '../pipe/tap.ts'
import { createOutstanding, type Http1Head } from '../wire/http1.ts'
import { AnswerWatch, createServerMemory, type ServerMemory } from './answer-watch.ts'
import { connectionInfo } from './connection-info.ts'
import { dial, dialTarget, type DialHandlers, type Dialled, type DialOptions } from './dial.ts'
import type { ConnectionEdits } from './edits.ts'
import { HeadEditor } from './head-editor.ts'
import { Link, type LinkEnd } from './link.ts'
import { refusalFor, refusalResponse } from './refusal.ts'

export interface ConnectionOptions {
  readonly target: URL
  /** Name of the server in the record. */
  readonly server: string
  readonly upstream: DialOptions
  /** Path under which clients reach the server, where it is not the root. */
  readonly prefix?: string
  /** What a client gets whose server cannot be reached. */
  readonly onUnreachable: '502' | 'reset'
  readonly tap: Tap
  readonly clock: Clock
  /** Told in words what the record is told besides traffic. */
  readonly notice?: ((message: string) => void) | undefined
  /** True for addresses that are our own control plane. */
  isControlPlane(address: string, port: number): boolean
}

/** The client's end of a connection, and what is done with what passes. */
export interface ConnectionParts {
  /** Unique in this process. */
  readonly id: number
  readonly client: LinkEnd
  /** The client's TCP connection, for its addresses. */
  readonly tcp: Socket
  readonly edits: ConnectionEdits
  /** What all connections to that server share. */
  readonly memory?: ServerMemory
  /** How the upstream is reached: it is already, or by what may call its handlers later. Default: the target is dialled. */
  readonly reach?: Dialled | ((handlers: DialHandlers) => () => void)
}

/** An unfinished line that may be edited is let go after this long. */
const HOLD_US = 1_000_000

export class Connection {
  readonly #id: number
  readonly #options: ConnectionOptions
  readonly #link: Link
  readonly #edits: ConnectionEdits
  readonly #watch: AnswerWatch | undefined
  readonly #outstanding = createOutstanding()
  /** Answers the client's first head; set once it is known that there is no upstream. */
  #refuse: (() => void) | undefined

  /** `closed` is called once, when both sockets are gone. */
  constructor(parts: ConnectionParts, options: ConnectionOptions, closed: (connection: Connection) => void) {
    const { tap, clock, target, server, upstream, prefix } = options
    const { id, client, tcp } = parts
    this.#id = id
    this.#options = options
    this.#edits = parts.edits
    this.#watch = this.#watchOf(parts)
    tap.opened(id, clock.now(), connectionInfo(tcp, target, server, prefix))
    const { reach = (handlers: DialHandlers) => dial(dialTarget(target), upstream, handlers) } = parts
    const giveUp =
      typeof reach === 'function'
        ? reach({
            connected: (dialled) => this.#connected(dialled),
            failed: (code, message) => this.#unreachable(code, message),
          })
        : () => undefined
    this.#link = new Link({
      id,
      client,
      tap,
      clock,
      outlet: (direction, write, pipe) => this.#outlet(direction, write, pipe),
      abandoned: giveUp,
      closed: () => closed(this),
    })
    if (typeof reach !== 'function') this.#connected(reach)
  }

  /** Bytes the client has sent. */
  get received(): number {
    return this.#link.c2s.received
  }

  recorderFull(full: boolean): void {
    this.#link.recorderFull(full)
  }

  /** The proxy stops. */
  stop(how: 'fin' | 'rst'): void {
    this.#link.stop(how)
  }

  #watchOf({ id, edits: { map }, memory = createServerMemory() }: ConnectionParts): AnswerWatch | undefined {
    if (map === undefined) return undefined
    const { tap, clock, notice } = this.#options
    const note = (kind: string, detail: { readonly message: string }): void => {
      tap.note(id, clock.now(), kind, detail)
      notice?.(detail.message)
    }
    return new AnswerWatch({ map, memory, note })
  }

  #outlet(direction: Direction, write: (bytes: Uint8Array) => void, pipe: () => Pipe): Outlet {
    const { clock, tap } = this.#options
    const request = direction === 'c2s'
    return new HeadEditor({
      side: request ? 'request' : 'response',
      outstanding: this.#outstanding,
      table: request ? this.#edits.request : this.#edits.response,
      write,
      edited: (offset, removed, bytes, rule, was) => tap.edited(this.#id, direction, offset, removed, bytes, rule, was),
      holdTime: (then) => clock.at(clock.now() + HOLD_US, then),
      released: () => pipe().flushed(),
      ...(request ? { head: (head) => this.#requested(head), opaque: () => this.#notHttp() } : {}),
      ...(request || this.#watch === undefined ? {} : { bodies: this.#watch }),
    })
  }

  #requested(head: Http1Head): void {
    this.#watch?.request(head)
    this.#refuse?.()
  }

  #connected({ socket, raw, reads }: Dialled): void {
    const { tap, clock, isControlPlane } = this.#options
    const address = raw.remoteAddress ?? ''
    const port = raw.remotePort ?? 0
    if (isControlPlane(address, port)) {
      raw.destroy()
      return this.#unreachable('SELF_TARGET', '')
    }
    tap.upstream(this.#id, { at: clock.now(), address, port })
    this.#link.join({ socket, raw, ...(reads === undefined ? {} : { reads }) })
  }

  #unreachable(code: string, message: string): void {
    const { tap, clock, target, onUnreachable } = this.#options
    tap.upstream(this.#id, { at: clock.now(), error: code })
    // refused would be ECONNREFUSED: this one took the connection and reset it, all before we were told that it stood
    if (code === 'ECONNRESET' && /^(http|ws):$/.test(target.protocol)) return this.#link.lost(code)
    if (onUnreachable === 'reset') return this.#link.stop('rst')
    this.#refuse = () => {
      this.#refuse = undefined
      // the request goes into the record before its answer
      queueMicrotask(() => {
        const refusal = refusalFor(target.origin, code, message)
        this.#link.answer(refusalResponse(refusal), refusal.code)
      })
    }
    this.#link.refuse()
  }

  /** There is no answer of ours in a protocol we do not know. */
  #notHttp(): void {
    if (this.#refuse !== undefined) this.#link.stop('rst')
  }
}
