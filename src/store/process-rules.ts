/** Rules and answers as a process sees them that has to act on them: its own, and those that are everywhere. */
import type { Database } from 'better-sqlite3'
import { DIRECTIONS, type Record } from './columns.ts'
import { liveInstances } from './live-instances.ts'
import { ruleRows } from './rule-rows.ts'
import { ruleTable, type RuleTable } from './rule-table.ts'
import type {
  ControlRule,
  ControlState,
  FileRule,
  HeldVerdict,
  RuleEnd,
  RuleOrigin,
  RuleRow,
  WrittenRule,
} from './rows.ts'

/** Every method but `poll` is one transaction. */
export interface ProcessRules {
  /** What is to be acted on now; null when nothing was written since the last time. */
  poll(): ControlState | null
  /** The rules that the process has by itself, from its file or its own code, are these from now on: what is as before stays, with its revision. */
  setOwnRules(origin: OwnOrigin, rules: readonly FileRule[], now: number): void
  /** What was written up to this revision acts in the process. */
  inForce(revision: number): void
  /** A rule has ended by itself. */
  end(id: string, why: Extract<RuleEnd, 'expired' | 'bug'>, now: number): void
  /** Rules whose process is gone, and those that are everywhere where nobody else is: they are over, and what gone ones held is lost. To be called before the first `poll`. */
  endLeftOver(now: number): RuleRow[]
  /** Its own rules end with it. */
  processEnds(now: number): void
}

/** Where rules come from that a process has by itself. */
export type OwnOrigin = Exclude<RuleOrigin, 'control'>

/** Messages that processes held that are gone. */
const LOST = `UPDATE held SET state = 'lost', ended_at = ? WHERE state = 'held' AND instance NOT IN (SELECT value FROM json_each(?))`

/** A rule in force here. */
type Current = Pick<RuleRow, 'key' | 'id' | 'instance' | 'origin' | 'enabled'> & { readonly source: string }

export function processRules(db: Database, instance: number): ProcessRules {
  const table = ruleTable(db)
  const rows = ruleRows(db)
  const revision = db.prepare('SELECT revision FROM control').pluck()
  const inForce = db.prepare(
    `SELECT key, id, revision, instance, origin, source, enabled FROM rule WHERE ended_at IS NULL AND (instance = ? OR instance IS NULL)
     ORDER BY (SELECT first.key FROM rule AS first WHERE first.id = rule.id AND first.revision = rule.born)`,
  )
  const answered = db.prepare(
    `SELECT number, direction, offset, rule, answer, answer_payload FROM held
     WHERE state = 'held' AND answer IS NOT NULL AND instance = ? ORDER BY id`,
  )
  const acts = db.prepare('UPDATE instance SET in_force = max(in_force, ?) WHERE id = ?')
  const current = (): Current[] => (inForce.all(instance) as Record[]).map((row) => row as unknown as Current)
  const write = <T>(body: () => T): T => db.transaction(body).immediate()
  let seen = -1

  return {
    poll() {
      const now = revision.get() as number
      if (now === seen) return null
      seen = now
      return {
        revision: now,
        rules: (inForce.all(instance) as Record[]).map(controlRule),
        answers: (answered.all(instance) as Record[]).map(heldVerdict),
      }
    },
    setOwnRules: (origin, rules, now) => write(() => putOwnRules(table, { instance, origin }, current(), rules, now)),
    inForce: (upTo) => void acts.run(upTo, instance),
    end: (id, why, now) =>
      write(() => {
        for (const rule of current()) if (rule.id === id) table.end(rule.key, why, now)
      }),
    endLeftOver: (now) =>
      write(() => {
        const live = new Set(liveInstances(db, now).map(({ id }) => id))
        live.delete(instance)
        const left = (db.prepare('SELECT key, instance FROM rule WHERE ended_at IS NULL').all() as Current[]).filter(
          (rule) => (rule.instance === null ? live.size === 0 : rule.instance !== instance && !live.has(rule.instance)),
        )
        for (const { key } of left) table.end(key, 'process-ended', now)
        const running = JSON.stringify([...live, instance])
        db.prepare(LOST).run(now, running)
        return left.map(({ key }) => rows.byKey(key, now))
      }),
    processEnds: (now) =>
      write(() => {
        for (const rule of current()) if (rule.instance === instance) table.end(rule.key, 'process-ended', now)
      }),
  }
}

function putOwnRules(
  table: RuleTable,
  whose: { readonly instance: number; readonly origin: OwnOrigin },
  current: readonly Current[],
  rules: readonly FileRule[],
  now: number,
): void {
  const old = new Map(current.filter(({ origin }) => origin === whose.origin).map((rule) => [rule.id, rule]))
  for (const { id, source, sentence, enabled } of rules) {
    const before = old.get(id)
    old.delete(id)
    if (before === undefined) table.begin({ ...whose, id, source, sentence, enabled }, now)
    else if (before.source !== JSON.stringify(source)) table.next(before.key, { source, sentence, enabled }, now)
  }
  for (const { key } of old.values()) table.end(key, 'removed', now)
}

function controlRule(record: Record): ControlRule {
  return {
    id: record['id'] as string,
    revision: record['revision'] as number,
    source: JSON.parse(record['source'] as string) as WrittenRule,
    origin: record['origin'] as ControlRule['origin'],
    enabled: record['enabled'] !== 0,
  }
}

function heldVerdict(record: Record): HeldVerdict {
  const what = record['answer'] as HeldVerdict['answer']['do']
  return {
    connection: record['number'] as number,
    direction: DIRECTIONS[record['direction'] as number] ?? 'c2s',
    offset: record['offset'] as number,
    rule: record['rule'] as string,
    answer: what === 'edit' ? { do: what, payload: record['answer_payload'] as string } : { do: what },
  }
}
