import type { Bulk } from './bulk.ts'
import { createCapture, type CaptureDatabase, type CreateOptions } from './create.ts'
import { type InstanceFacts, registerInstance } from './instance.ts'
import { DEAD_AFTER_US } from './live-instances.ts'
import { checkCapture } from './open.ts'
import { processRules, type ProcessRules } from './process-rules.ts'
import { pruning, usedBytes, type PruneOptions, type PruneReport } from './prune.ts'
import {
  putBytes,
  putCall,
  putConnection,
  putDecision,
  putEdits,
  putFlow,
  putFrame,
  putHeld,
  putLogs,
  putLosses,
  putProcess,
  putSession,
} from './put.ts'
import type { Batch, EditSet, Stored } from './records.ts'
import { prepareBirths, prepareStatements, type Births, type Statements } from './statements.ts'

/** Who writes. */
export type WriterInstance = InstanceFacts

/** The one writer of traffic of a process. Every method is one transaction and throws what SQLite throws. */
export interface Writer {
  readonly instance: number
  /** Stores a batch, allots ids, and adds its `change` row. After an error nothing of it is stored and it may be tried again. */
  commit(batch: Batch, at: number): void
  /** The process lives: once a second. Throws `STORE_NEWER` when a newer mitmcp has taken the capture over meanwhile. */
  beat(at: number): void
  /** UI ports of the processes on this capture that live. */
  controlPorts(at: number): number[]
  describe(instance: WriterInstance): void
  readonly rules: ProcessRules
  /** Bytes the capture needs. */
  usedBytes(): number
  /** Makes room in steps, each a transaction to be taken between two commits; see `pruning`. */
  pruning(options: PruneOptions): Generator<void, PruneReport>
  /** Marks the instance as ended, unless `at` is 0, and closes. */
  close(at: number): void
}

/** `known`: see `registerInstance`. */
export interface WriterOptions extends CreateOptions {
  readonly known?: number
}

/** Opens (or makes) the capture and registers the process. Throws as `createCapture`. */
export function createWriter(path: string, instance: WriterInstance, at: number, options: WriterOptions = {}): Writer {
  const db = createCapture(path, options)
  const id = registerInstance(db, instance, at, options.known)
  const store = new Store(db, id)
  const rules = processRules(db, id)
  const commit = db.transaction((batch: Batch, now: number) => store.put(batch, now))
  const beat = db.prepare('UPDATE instance SET seen_at = ? WHERE id = ?')
  const control = db
    .prepare('SELECT DISTINCT ui_port FROM instance WHERE ui_port > 0 AND ended_at IS NULL AND seen_at > ? ORDER BY 1')
    .pluck()
  return {
    instance: id,
    rules,
    commit(batch, now) {
      try {
        commit.immediate(batch, now)
      } catch (error) {
        store.undo()
        throw error
      }
      store.done()
    },
    beat(now) {
      checkCapture(db, path)
      beat.run(now, id)
    },
    controlPorts: (now) => control.all(now - DEAD_AFTER_US) as number[],
    describe({ role, name, url, target, uiPort }) {
      db.prepare('UPDATE instance SET role = ?, name = ?, url = ?, target = ?, ui_port = ? WHERE id = ?').run(
        role,
        name,
        url,
        target,
        uiPort,
        id,
      )
    },
    usedBytes: () => usedBytes(db),
    pruning: (wanted) => pruning(db, wanted),
    close(now) {
      try {
        if (now > 0) rules.processEnds(now)
        if (now > 0) db.prepare('UPDATE instance SET seen_at = ?, ended_at = ? WHERE id = ?').run(now, now, id)
      } finally {
        db.close()
      }
    },
  }
}

/** The body of the transaction. What it changes in memory is settled by `done` or taken back by `undo`. */
class Store {
  readonly #instance: number
  readonly #statements: Statements
  readonly #births: Births
  #batch: Batch | null = null
  #editSets: EditSet[] = []

  constructor(db: CaptureDatabase, instance: number) {
    this.#instance = instance
    this.#statements = prepareStatements(db)
    this.#births = prepareBirths(db)
  }

  put(batch: Batch, at: number): void {
    const st = this.#statements
    this.#batch = batch
    const last = st.last.get() as (number | null)[]
    allot(batch.connections, last[0])
    allot(batch.sessions, last[1])
    allot(batch.flows, last[2])
    const born = allot(batch.frames, last[3])
    allot(batch.calls, last[4])
    this.#putRows(batch)
    putBytes(st, batch)
    const logs = batch.logs.length
    const lastLog = putLogs(st, this.#instance, batch)
    putLosses(st, this.#instance, batch)
    for (const row of batch.held) putHeld(st, this.#instance, row)
    const decided = this.#putDecisions(batch)
    const none = born.first > born.last
    st.change.run(
      at,
      this.#instance,
      none ? null : born.first,
      none ? null : born.last,
      idsOf(batch.frames.filter((row) => row.stored)),
      idsOf(batch.flows),
      idsOf(batch.calls),
      idsOf(batch.sessions),
      idsOf(batch.connections),
      logs === 0 ? null : lastLog - logs + 1,
      logs === 0 ? null : lastLog,
      decided[0] ?? null,
      decided.at(-1) ?? null,
      idsOf(batch.held),
    )
  }

  done(): void {
    this.#settle(true)
  }

  undo(): void {
    for (const bulk of this.#bulks()) bulk.clear()
    for (const set of this.#editSets) set.ids = null
    this.#settle(false)
  }

  #bulks(): Bulk[] {
    return Object.values(this.#births) as Bulk[]
  }

  #putRows(batch: Batch): void {
    const st = this.#statements
    const births = this.#births
    for (const row of batch.connections) putConnection(st, this.#instance, row)
    for (const row of batch.sessions) putSession(st, this.#instance, row)
    for (const row of batch.flows) putFlow(st, births.flow, row)
    for (const row of batch.frames) {
      if (row.edits !== null && row.edits.ids === null) this.#editSets.push(putEdits(st, row.edits))
      putFrame(st, births, row)
    }
    for (const row of batch.calls) putCall(st, births.call, row)
    for (const row of batch.processes) putProcess(st, row)
    for (const bulk of this.#bulks()) bulk.flush()
    for (const row of batch.adopted) st.adoptFrames.run(row.session?.id ?? null, row.id)
    for (const { connection, direction, from } of batch.unsent) {
      st.unsentLast.run(connection.id, direction, from)
      st.unsentFirst.run(connection.id, direction, from)
    }
  }

  /** Ids of those born, or that have found their frame, in order. */
  #putDecisions({ decisions }: Batch): number[] {
    for (const row of decisions) putDecision(this.#statements, this.#instance, row)
    return decisions.map(({ id }) => id).sort((a, b) => a - b)
  }

  #settle(stored: boolean): void {
    const batch = this.#batch
    this.#batch = null
    this.#editSets = []
    if (batch === null) return
    const { connections, sessions, flows, frames, calls, processes, decisions, held } = batch
    for (const list of [connections, sessions, flows, frames, calls, processes, decisions, held] as Stored[][]) {
      for (const row of list) {
        if (stored) {
          row.stored = true
          row.dirty = false
        } else if (!row.stored) row.id = 0
      }
    }
  }
}

function idsOf(rows: readonly Stored[]): string {
  return JSON.stringify(rows.map((row) => row.id))
}

/** Ids for the rows born in this transaction, after the newest there is; `first > last` when none are. */
function allot(rows: readonly Stored[], newest: number | null | undefined): { first: number; last: number } {
  const first = (newest ?? 0) + 1
  let next = first
  for (const row of rows) if (!row.stored) row.id = next++
  return { first, last: next - 1 }
}
