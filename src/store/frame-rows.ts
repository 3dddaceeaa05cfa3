/** Frames as lists show them: with their messages and the names of our edits. */
import type { Database } from 'better-sqlite3'
import { frameRow, messageRow, type Record } from './columns.ts'
import { touching } from './decisions.ts'
import { faultRules } from './fault-rules.ts'
import type { FrameRow } from './rows.ts'

/** An edit as stored. `bytes` null: a secret, never recorded. */
export interface StoredEdit {
  readonly offset: number
  /** Of what was removed, where that is to be read from the raw bytes. */
  readonly length: number | null
  readonly removed: Buffer
  readonly bytes: Buffer | null
  readonly rule: string
}

export interface FrameRows {
  /** A record of `FRAME` as a row. */
  readonly row: (record: Record) => FrameRow
  /** Edits of ours inside the frame, in the order of the bytes. */
  readonly edits: (record: Record) => StoredEdit[]
}

/** Edit rows are few (one for all frames that were edited alike) and never change: kept, up to this many. */
const KEPT_EDITS = 10_000

export function frameRows(db: Database): FrameRows {
  const messagesOfFrame = db.prepare('SELECT * FROM message WHERE frame = ? ORDER BY idx')
  const editById = db.prepare('SELECT offset, length, removed, bytes, rule FROM edit WHERE id = ?')
  const { rulesOf, cutBy } = touching(db)
  const kept = new Map<number, StoredEdit>()

  const edit = (id: number): StoredEdit | undefined => {
    const known = kept.get(id)
    if (known !== undefined) return known
    const found = editById.get(id) as StoredEdit | undefined
    if (found !== undefined && kept.size < KEPT_EDITS) kept.set(id, found)
    return found
  }
  const edits = (record: Record): StoredEdit[] => {
    if (record['edits'] === null) return []
    const ids = JSON.parse(record['edits'] as string) as number[]
    return ids.map(edit).filter((found) => found !== undefined)
  }
  const row = (record: Record): FrameRow => {
    const messages =
      (record['messages'] as number) > 0 ? (messagesOfFrame.all(record['id']) as Record[]).map(messageRow) : []
    const all = edits(record)
    const rules = [...new Set(all.map(({ rule }) => rule))]
    const cut = cutBy(record)
    const faults = [...new Set([...rulesOf(record), ...faultRules(rules), ...(cut === null ? [] : [cut])])]
    const dropped = all.find((edit) => drops(edit, record))?.rule ?? null
    const droppedBy = dropped ?? (record['sent_at'] === null ? cut : null)
    const ours = record['length'] === 0 ? (rules[0] ?? null) : null
    return frameRow(record, { edits: rules, faults, droppedBy, ours, messages })
  }
  return { row, edits }
}

/** All of the frame was taken out, and nothing put in its place. */
function drops({ offset, length, bytes }: StoredEdit, record: Record): boolean {
  if (record['sent_at'] !== null || length === null || bytes?.length !== 0) return false
  const { lead, trail, length: whole } = record as { readonly [column: string]: number }
  return offset <= lead! && offset + length >= whole! - trail!
}
