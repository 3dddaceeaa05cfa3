import {
  emptyBatch,
  type Batch,
  type CallRecord,
  type ConnectionRecord,
  type DecisionRecord,
  type FlowRecord,
  type FrameRecord,
  type HeldRecord,
  type ProcessRecord,
  type SessionRecord,
} from '../store/records.ts'

/** The next commit as it is gathered: each row once, however often it changes. */
export class Dirty {
  batch: Batch = emptyBatch()

  /** Nothing to commit. */
  get empty(): boolean {
    const { connections, sessions, flows, frames, calls, processes, raws, instants, logs, losses } = this.batch
    const { decisions, held } = this.batch
    return (
      connections.length + sessions.length + flows.length + frames.length + calls.length === 0 &&
      processes.length === 0 &&
      raws.length + instants.length + logs.length + losses.length + decisions.length + held.length === 0
    )
  }

  connection(row: ConnectionRecord): void {
    if (row.dirty) return
    row.dirty = true
    this.batch.connections.push(row)
  }

  session(row: SessionRecord): void {
    if (row.dirty) return
    row.dirty = true
    this.batch.sessions.push(row)
  }

  flow(row: FlowRecord): void {
    if (row.dirty) return
    row.dirty = true
    this.batch.flows.push(row)
  }

  frame(row: FrameRecord): void {
    if (row.dirty) return
    row.dirty = true
    this.batch.frames.push(row)
  }

  call(row: CallRecord): void {
    if (row.dirty) return
    row.dirty = true
    this.batch.calls.push(row)
  }

  process(row: ProcessRecord): void {
    if (row.dirty) return
    row.dirty = true
    this.batch.processes.push(row)
  }

  decision(row: DecisionRecord): void {
    if (row.dirty) return
    row.dirty = true
    this.batch.decisions.push(row)
  }

  held(row: HeldRecord): void {
    if (row.dirty) return
    row.dirty = true
    this.batch.held.push(row)
  }

  /** The batch has been stored. */
  committed(): void {
    this.batch = emptyBatch()
  }
}
