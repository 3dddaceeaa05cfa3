/** Rules, decisions and held messages of a capture. */
import type { Database } from 'better-sqlite3'
import { DECISION, decisionRow, HELD, heldRow, type Record } from './columns.ts'
import { TOUCHES_FRAME } from './decisions.ts'
import type { DecisionQuery, HeldQuery, Reader, RuleQuery } from './index.ts'
import { pageRows } from './lists.ts'
import { prepared } from './prepared.ts'
import { ruleRows } from './rule-rows.ts'
import type { DecisionRow, HeldRow, RuleRow } from './rows.ts'
import { type FindSession, sessionNamed } from './sessions.ts'

type FaultLists = Pick<Reader, 'rules' | 'broughtRules' | 'decisions' | 'held'> & {
  /** Rules with these keys, and those in force with these ids; held messages with these. For what changed. */
  readonly changedRules: (keys: readonly number[], ids: readonly string[]) => RuleRow[]
}

/** SQL: it waits, in a process that has not ended. */
const WAITING = `held.state = 'held' AND held.instance IN (SELECT id FROM instance WHERE ended_at IS NULL)`

/** `now`: microseconds since the epoch. */
export function faultLists(db: Database, find: FindSession, now: () => number): FaultLists {
  const statement = prepared(db)
  const rules = ruleRows(db)

  const decisions = (query: DecisionQuery = {}): DecisionRow[] => {
    const { rule, frame, session, connection, before, after, limit } = query
    const terms: string[] = []
    const values: { [name: string]: unknown } = {
      after: after ?? 0,
      before: before ?? Number.MAX_SAFE_INTEGER,
      limit: pageRows(limit),
    }
    const also = (term: string, name: string, value: unknown): void => {
      terms.push(term)
      values[name] = value
    }
    if (rule !== undefined) also('decision.rule = @rule', 'rule', rule)
    if (session !== undefined) also('decision.session = @session', 'session', sessionNamed(find, session).id)
    if (connection !== undefined) also('decision.connection = @connection', 'connection', connection)
    const join = frame === undefined ? '' : 'JOIN frame ON frame.id = @frame'
    if (frame !== undefined) also(TOUCHES_FRAME, 'frame', frame)
    const found = statement(
      `SELECT ${DECISION} ${join} WHERE ${['decision.id > @after', 'decision.id < @before', ...terms].join(' AND ')}
       ORDER BY decision.id ${after === undefined ? 'DESC' : 'ASC'} LIMIT @limit`,
    ).all(values) as Record[]
    return (after === undefined ? found.reverse() : found).map(decisionRow)
  }

  const held = ({ open = false, before, after, limit }: HeldQuery = {}): HeldRow[] => {
    const found = statement(
      `SELECT ${HELD} WHERE held.id > @after AND held.id < @before ${open ? `AND ${WAITING}` : ''}
       ORDER BY held.id ${after === undefined ? 'DESC' : 'ASC'} LIMIT @limit`,
    ).all({
      after: after ?? 0,
      before: before ?? Number.MAX_SAFE_INTEGER,
      limit: pageRows(limit),
    }) as Record[]
    return (after === undefined ? found.reverse() : found).map(heldRow)
  }

  return {
    rules: ({ all = false, versions = false, instance }: RuleQuery = {}) =>
      rules
        .list(now(), { versions: all && versions })
        .filter((rule) => all || rule.endedAt === null)
        .filter((rule) => instance === undefined || rule.instance === null || rule.instance === instance),
    broughtRules: () => rules.brought(now()),
    decisions,
    held,
    changedRules: (keys, ids) => rules.some(keys, ids, now()),
  }
}
