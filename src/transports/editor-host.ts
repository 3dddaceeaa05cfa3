import type { Clock } from '../pipe/clock.ts'
import type { Tap } from '../pipe/tap.ts'
import type { Http1Head, Outstanding } from '../wire/http1.ts'
import type { BodyWatch, EditTable } from './edit-table.ts'
import type { HeadEditorOptions } from './head-editor-options.ts'
import type { Way } from './link-way.ts'

/** An unfinished line that may be edited is let go after this long. */
const HOLD_US = 1_000_000

/** Who is told of requests. */
export interface EditorOwner {
  requested(head: Http1Head): void
  /** What the client sends is no HTTP (any more). */
  notHttp(): void
}

/** What the head editor of one way of a connection needs: it tells the tap, and writes where the way leads. */
export class EditorHost implements HeadEditorOptions {
  readonly side: 'request' | 'response'
  readonly outstanding: Outstanding
  readonly table: EditTable
  readonly bodies: BodyWatch | undefined
  readonly #way: Way
  readonly #owner: EditorOwner

  /** `bodies`: looked at in answers. */
  constructor(way: Way, owner: EditorOwner, outstanding: Outstanding, table: EditTable, bodies?: BodyWatch) {
    this.side = way.direction === 'c2s' ? 'request' : 'response'
    this.outstanding = outstanding
    this.table = table
    this.bodies = this.side === 'response' ? bodies : undefined
    this.#way = way
    this.#owner = owner
  }

  write(bytes: Uint8Array): void {
    this.#way.write(bytes)
  }

  edited(offset: number, removed: number, bytes: Uint8Array, rule: string, was?: Uint8Array): void {
    const { connection, direction, clock } = this.#way
    this.#tap.edited(connection, direction, offset, removed, bytes, rule, was, undefined, clock.now())
  }

  holdTime(then: () => void): () => void {
    const { clock } = this.#way
    return clock.at(clock.now() + HOLD_US, then)
  }

  released(): void {
    this.#way.pipe.flushed()
  }

  head(head: Http1Head): void {
    if (this.side === 'request') this.#owner.requested(head)
  }

  opaque(): void {
    if (this.side === 'request') this.#owner.notHttp()
  }

  given(): number {
    return this.#way.pipe.given
  }

  notInserted(bytes: Uint8Array, rule: string): void {
    const { connection, direction } = this.#way
    this.#tap.note(connection, this.#clock.now(), 'not-inserted', { rule, direction, bytes: bytes.length })
  }

  get #tap(): Tap {
    return this.#way.tap
  }

  get #clock(): Clock {
    return this.#way.clock
  }
}
