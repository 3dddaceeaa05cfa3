/** What the fault engine decided: about a frame, by a rule, in a session. */
import type { Database } from 'better-sqlite3'
import { DECISION, decisionRow, type Record } from './columns.ts'
import type { DecisionRow } from './rows.ts'

export interface Touching {
  /** Decisions about bytes of a frame, in their order. */
  readonly decisionsOf: (frame: Record) => DecisionRow[]
  /** Rules that did something to it. */
  readonly rulesOf: (frame: Record) => string[]
}

/**
 * SQL: decisions about bytes of `frame`. What decisions are about are units one behind the other, so of those that begin before the
 * frame only the last place counts. A frame in a chunked body begins with the two bytes that end the chunk before: those alone do not count.
 */
export const TOUCHES_FRAME = `decision.connection = frame.connection AND decision.direction = frame.direction
  AND decision.offset >= coalesce((SELECT max(offset) FROM decision AS before
    WHERE before.connection = frame.connection AND before.direction = frame.direction AND before.offset <= frame.offset), frame.offset)
  AND decision.offset < frame.offset + max(frame.length, 1)
  AND decision.offset + max(coalesce(decision.length, 1), 1) >
    CASE WHEN decision.offset < frame.offset AND frame.length > 2 THEN frame.offset + 2 ELSE frame.offset END`

/** SQL: it was no mere finding that nothing is to be done. */
export const ACTED = `decision.fired = 1 AND decision.action NOT LIKE 'not applied%' AND decision.action NOT LIKE 'bug:%'`

export function touching(db: Database): Touching {
  const any = db.prepare('SELECT 1 FROM decision LIMIT 1').pluck()
  const within = db.prepare(
    `SELECT ${DECISION} JOIN frame ON frame.id = ? WHERE ${TOUCHES_FRAME} ORDER BY decision.id LIMIT 1000`,
  )
  const rules = db
    .prepare(
      `SELECT DISTINCT decision.rule FROM decision JOIN frame ON frame.id = ? WHERE ${TOUCHES_FRAME} AND ${ACTED}`,
    )
    .pluck()
  let some = false
  return {
    decisionsOf: ({ id }) => (within.all(id) as Record[]).map(decisionRow),
    rulesOf({ id }) {
      // most captures have none
      some ||= any.get() !== undefined
      return some ? (rules.all(id) as string[]) : []
    },
  }
}
