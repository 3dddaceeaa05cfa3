import type { Decision, Held } from '../pipe/decision.ts'
import type { ConnectionInfo, UpstreamInfo } from '../pipe/tap.ts'
import type { Writer } from '../store/writer.ts'
import type { SavedConversation } from '../wire/conversation.ts'
import type { Ending } from '../wire/ending.ts'
import type { Direction } from '../wire/frame.ts'
import type { Depth, RecordingContext } from './context.ts'
import { decisionRecord, HeldMessages } from './decided.ts'
import { Dirty } from './dirty.ts'
import { EditInterner } from './edits.ts'
import { ConnectionFlows } from './flows.ts'
import type { Loss, PackedChunk, PackedEdit, RecordVisitor } from './packing.ts'
import { BufferPool } from './raw.ts'
import { ProcessFlows } from './process-flows.ts'
import type { RecordedConnection } from './recorded-connection.ts'
import type { Redactor } from './redaction.ts'
import { createSessions } from './sessions.ts'
import { unpack } from './unpack.ts'

const HANG: Ending = { how: 'hang', by: 'proxy' }

/** The recorder without its thread: packed buffers in, commits out. */
export class Recording implements RecordVisitor {
  readonly #writer: Writer
  readonly #asked: (id: number, state: SavedConversation) => void
  readonly #context: RecordingContext
  readonly #connections = new Map<number, RecordedConnection>()
  readonly #held: HeldMessages
  #touched: RecordedConnection[] = []
  /** Instant of the newest record. */
  #now = 0
  #pending = 0

  /** `asked`: told what is open at each marker. */
  constructor(
    writer: Writer,
    redactor: Redactor,
    depth: Depth = 'full',
    asked: (id: number, state: SavedConversation) => void = () => undefined,
  ) {
    this.#writer = writer
    this.#asked = asked
    const dirty = new Dirty()
    this.#context = {
      dirty,
      conversations: createSessions(dirty),
      redactor,
      pool: new BufferPool(),
      edits: new EditInterner(),
      depth,
    }
    this.#held = new HeldMessages(this.#context)
  }

  /** Bytes of traffic taken in since the last commit. */
  get pendingBytes(): number {
    return this.#pending
  }

  receive(buffer: ArrayBuffer, length: number): void {
    unpack(buffer, length, this)
  }

  /** Stores everything received so far. Throws what SQLite throws; nothing is lost by that, and it may be tried again. */
  commit(): void {
    const { dirty, pool } = this.#context
    for (const connection of this.#touched) {
      connection.touched = false
      connection.collect()
    }
    this.#touched = []
    if (!dirty.empty) this.#writer.commit(dirty.batch, this.#now)
    dirty.committed()
    pool.release()
    this.#pending = 0
  }

  /** Now and then: forgets sessions that have gone quiet. */
  sweep(now: number): void {
    this.#context.conversations.sweep(now)
  }

  /** The recording ends: calls still pending stay unanswered, what is still open hangs. To be followed by `commit`. */
  finish(at = this.#now): void {
    this.#context.conversations.finish(this.#now)
    for (const flows of this.#connections.values()) {
      const { row } = flows
      this.#touch(flows)
      if (row.c2sEnding === null) flows.ended('c2s', at, HANG, 0)
      if (row.s2cEnding === null) flows.ended('s2c', at, HANG, 0)
    }
  }

  opened(connection: number, at: number, info: ConnectionInfo): void {
    this.#now = at
    const flows =
      info.process === undefined
        ? new ConnectionFlows(this.#context, at, info)
        : new ProcessFlows(this.#context, at, info, info.process)
    this.#connections.set(connection, flows)
  }

  upstream(connection: number, info: UpstreamInfo): void {
    this.#connections.get(connection)?.upstream(info)
  }

  chunk(connection: number, chunk: PackedChunk): void {
    this.#now = chunk.receivedAt
    this.#pending += chunk.bytes.length
    const flows = this.#connections.get(connection)
    if (flows === undefined) return
    this.#touch(flows)
    flows.chunk(chunk)
  }

  sent(connection: number, direction: Direction, upTo: number, at: number): void {
    this.#connections.get(connection)?.sent(direction, upTo, at)
  }

  edited(connection: number, edit: PackedEdit): void {
    this.#now = edit.at ?? this.#now
    this.#connections.get(connection)?.edited(edit, this.#now)
  }

  ended(connection: number, direction: Direction, at: number, ending: Ending, unsent: number): void {
    this.#now = at
    const flows = this.#connections.get(connection)
    if (flows === undefined) return
    this.#touch(flows)
    flows.ended(direction, at, ending, unsent)
  }

  closed(connection: number, at: number): void {
    this.#now = at
    const flows = this.#connections.get(connection)
    if (flows === undefined) return
    this.#connections.delete(connection)
    this.#held.closed(connection, at)
    this.#touch(flows)
    flows.closed(at)
  }

  logged(connection: number, at: number, bytes: Uint8Array): void {
    this.#now = at
    this.#pending += bytes.length
    this.#connections.get(connection)?.logged?.(bytes, at)
  }

  note(connection: number, at: number, kind: string, detail: unknown): void {
    const flows = this.#connections.get(connection)
    if (flows !== undefined) return flows.note(at, kind, detail)
    this.#context.dirty.batch.logs.push({ connection: null, session: null, at, kind, detail: JSON.stringify(detail) })
  }

  decided(decision: Decision): void {
    this.#now = decision.at
    const flows = this.#connections.get(decision.connection)
    if (flows === undefined) this.#context.dirty.decision(decisionRecord(decision, null, null))
    else flows.decided(decision)
  }

  held(message: Held): void {
    const flows = this.#connections.get(message.connection)
    if (flows !== undefined) this.#held.told(message, flows.row)
  }

  marker(id: number): void {
    const lines = Array.from(this.#connections, ([connection, flows]) => ({ connection, ...flows.open }))
    this.#asked(id, this.#context.conversations.save(lines))
  }

  loss(loss: Loss): void {
    this.#context.dirty.batch.losses.push(loss)
  }

  #touch(flows: RecordedConnection): void {
    if (flows.touched) return
    flows.touched = true
    this.#touched.push(flows)
  }
}
