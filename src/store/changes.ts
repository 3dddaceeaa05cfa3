/** What was born or changed since an instant of the capture's own count. */
import type { Database } from 'better-sqlite3'
import {
  CALL,
  callRow,
  CONNECTION,
  connectionRow,
  FLOW,
  flowRow,
  FRAME,
  HELD,
  heldRow,
  LOG,
  logRow,
  type Record,
  SESSION,
  sessionRow,
} from './columns.ts'
import type { FrameRows } from './frame-rows.ts'
import type { ChangeSet, RuleRow } from './rows.ts'

/** At most this many commits a call, so that one of many without frames is bounded too. */
const MAX_COMMITS = 1000

/** Oldest first, until `limit` frames are reached; a commit is never split, so the last one may go beyond. */
export function changesSince(
  db: Database,
  { row }: FrameRows,
  rulesOf: (keys: readonly number[], ids: readonly string[]) => RuleRow[],
): (since: number, limit: number) => ChangeSet[] {
  const commitsAfter = db.prepare('SELECT * FROM change WHERE seq > ? ORDER BY seq LIMIT ?')
  const framesBorn = db.prepare(`SELECT ${FRAME} WHERE frame.id BETWEEN ? AND ? ORDER BY frame.id`)
  const logsBorn = db.prepare(`SELECT ${LOG} WHERE log.id BETWEEN ? AND ? ORDER BY log.id`)
  const listed = (columns: string, table: string) =>
    db.prepare(`SELECT ${columns} WHERE ${table}.id IN (SELECT value FROM json_each(?)) ORDER BY ${table}.id`)
  const framesListed = listed(FRAME, 'frame')
  const flowsListed = listed(FLOW, 'flow')
  const callsListed = listed(CALL, 'call')
  const sessionsListed = listed(SESSION, 'session')
  const connectionsListed = listed(CONNECTION, 'connection')
  const heldListed = listed(HELD, 'held')
  const deciding = db.prepare('SELECT DISTINCT rule FROM decision WHERE id BETWEEN ? AND ?').pluck()

  const rules = (commit: Record): RuleRow[] => {
    const none = commit['decision_first'] === null
    if (none && commit['rules'] === '[]') return []
    const ids = none ? [] : (deciding.all(commit['decision_first'], commit['decision_last']) as string[])
    return rulesOf(JSON.parse(commit['rules'] as string) as number[], ids)
  }

  const changeSet = (commit: Record): ChangeSet => {
    const all = <Row>(statement: typeof flowsListed, ids: unknown, toRow: (record: Record) => Row): Row[] =>
      ids === '[]' ? [] : (statement.all(ids) as Record[]).map(toRow)
    const born =
      commit['frame_first'] === null ? [] : (framesBorn.all(commit['frame_first'], commit['frame_last']) as Record[])
    return {
      seq: commit['seq'] as number,
      frames: [...all(framesListed, commit['frames'], row), ...born.map(row)],
      flows: all(flowsListed, commit['flows'], flowRow),
      calls: all(callsListed, commit['calls'], callRow),
      sessions: all(sessionsListed, commit['sessions'], sessionRow),
      connections: all(connectionsListed, commit['connections'], connectionRow),
      logs:
        commit['log_first'] === null
          ? []
          : (logsBorn.all(commit['log_first'], commit['log_last']) as Record[]).map(logRow),
      rules: rules(commit),
      held: all(heldListed, commit['held'], heldRow),
    }
  }

  return (since, limit) => {
    const changes: ChangeSet[] = []
    let frames = 0
    for (const commit of commitsAfter.all(since, MAX_COMMITS) as Record[]) {
      const change = changeSet(commit)
      changes.push(change)
      frames += change.frames.length
      if (frames >= limit) break
    }
    return changes
  }
}
