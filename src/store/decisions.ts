/** What the fault engine decided: about a frame, by a rule, in a session. */
import type { Database } from 'better-sqlite3'
import { DECISION, decisionRow, type Record } from './columns.ts'
import type { DecisionRow } from './rows.ts'

export interface Touching {
  /** Decisions about bytes of a frame, in their order. */
  readonly decisionsOf: (frame: Record) => DecisionRow[]
  /** Rules that did something to it. */
  readonly rulesOf: (frame: Record) => string[]
  /** The rule that ended the connection before all of it had left; null where none did. */
  readonly cutBy: (frame: Record) => string | null
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

/** SQL: it has not left, and nothing took it out. */
export const WAITS = `(frame.sent_last IS NULL AND frame.edits IS NULL)`

/** SQL: it left later than it came, or has not left: a delay shorter than this is nobody's doing. */
export const HELD_UP = `(frame.sent_last - frame.received_last >= 1000 OR ${WAITS})`

/** SQL: about the whole of the connection of `frame`, or all of a direction. */
const OF_CONNECTION = `decision.connection = frame.connection AND decision.offset IS NULL
  AND (decision.direction IS NULL OR decision.direction = frame.direction)`

/** SQL: a rule over an exchange has begun there, and goes on: its action is one word then, the fault's. */
const BEGINS = `decision.connection = frame.connection AND decision.scope GLOB 'stream *'
  AND decision.action NOT GLOB '* *' AND decision.action <> 'drop'`

/** SQL: with the request of the exchange of `frame`. */
const WITH_REQUEST = `${BEGINS} AND decision.direction = 0 AND decision.offset = (
  SELECT CASE met.direction WHEN 0 THEN met.offset END FROM frame AS met WHERE met.flow = frame.flow ORDER BY met.id LIMIT 1)`

/** SQL: within the exchange of `frame`, before it; of several places the last. */
const WITHIN = `${BEGINS} AND decision.direction = frame.direction AND decision.offset = (
  SELECT max(before.offset) FROM decision AS before
  WHERE before.connection = frame.connection AND before.direction = frame.direction AND before.scope GLOB 'stream *'
    AND before.offset <= frame.offset AND before.offset >= (SELECT met.offset FROM frame AS met
      WHERE met.flow = frame.flow AND met.direction = frame.direction ORDER BY met.id LIMIT 1))`

/**
 * SQL: decisions about more than `frame`, of its connection, a direction or its exchange, that were in force when it came. There is one for
 * all that they hold up, so what was held up tells itself.
 */
export const HOLDS_UP = `((${OF_CONNECTION}) OR (${WITH_REQUEST}) OR (${WITHIN}))
  AND decision.at <= coalesce(frame.sent_last, frame.received_last) AND ${ACTED}
  AND decision.action NOT GLOB 'cut *' AND decision.action NOT GLOB 'end *' AND decision.action NOT GLOB 'reply *'
  AND NOT EXISTS (SELECT 1 FROM decision AS over WHERE over.connection = frame.connection AND over.offset IS NULL
    AND over.rule = decision.rule AND over.at >= decision.at AND over.at <= frame.received_last AND over.action GLOB 'healed*')`

/** SQL: the rule that ended the direction of `frame`, as rule: what had not left by then never did. */
export const CUT_BY = `SELECT ending ->> '$.detail' AS rule FROM (
    SELECT CASE frame.direction WHEN 0 THEN c2s_ending ELSE s2c_ending END AS ending FROM connection WHERE id = frame.connection)
  WHERE ending ->> '$.by' = 'fault' AND ending ->> '$.detail' IS NOT NULL`

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
  const holding = db
    .prepare(`SELECT DISTINCT decision.rule FROM decision JOIN frame ON frame.id = ? WHERE ${HELD_UP} AND ${HOLDS_UP}`)
    .pluck()
  const cut = db.prepare(`SELECT (${CUT_BY}) FROM frame WHERE frame.id = ?`).pluck()
  let some = false
  return {
    decisionsOf: ({ id }) => (within.all(id) as Record[]).map(decisionRow),
    rulesOf({ id }) {
      // most captures have none
      some ||= any.get() !== undefined
      return some ? [...(rules.all(id) as string[]), ...(holding.all(id) as string[])] : []
    },
    cutBy: ({ id, sent_last: sent, edits }) =>
      sent === null && edits === null ? ((cut.get(id) as string | null | undefined) ?? null) : null,
  }
}
