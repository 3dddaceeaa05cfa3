/** The table of rules: a row for each version. What is written here raises `control.revision` and tells the change; the caller's transaction. */
import type { Database } from 'better-sqlite3'
import type { RuleEnd, RuleRow, WrittenRule } from './rows.ts'

/** A version of a rule to be. */
export interface RuleVersion extends Pick<RuleRow, 'id' | 'instance' | 'origin' | 'sentence' | 'enabled'> {
  readonly source: WrittenRule
}

export interface RuleTable {
  /** A new life begins. Gives the key of its first version. */
  begin(rule: RuleVersion, now: number): number
  /** The next version of a rule: what is given here, else as before. Its counters go on. */
  next(key: number, patch: Partial<Pick<RuleVersion, 'enabled' | 'source' | 'sentence'>>, now: number): number
  end(key: number, why: RuleEnd, now: number): void
  /** Tells what changed. */
  changed(
    what: { readonly instance: number | null; readonly rules?: readonly number[]; readonly held?: readonly number[] },
    now: number,
  ): void
}

export function ruleTable(db: Database): RuleTable {
  const insert = db.prepare(
    `INSERT INTO rule (id, revision, born, instance, origin, source, sentence, enabled, created_at)
     VALUES (@id, @revision, @born, @instance, @origin, @source, @sentence, @enabled, @now)`,
  )
  const newest = db.prepare('SELECT max(revision) FROM rule WHERE id = ?').pluck()
  const byKey = db.prepare('SELECT * FROM rule WHERE key = ?')
  const end = db.prepare('UPDATE rule SET ended_at = ?, ended_why = ? WHERE key = ? AND ended_at IS NULL')
  const raise = db.prepare('UPDATE control SET revision = revision + 1')
  const change = db.prepare(
    `INSERT INTO change (at, instance, frames, flows, calls, sessions, connections, rules, held)
     VALUES (?, ?, '[]', '[]', '[]', '[]', '[]', ?, ?)`,
  )
  const changed: RuleTable['changed'] = ({ instance, rules = [], held = [] }, now) => {
    raise.run()
    change.run(now, instance ?? 0, JSON.stringify(rules), JSON.stringify(held))
  }

  return {
    changed,
    begin({ source, enabled, ...rule }, now) {
      const revision = ((newest.get(rule.id) as number | null) ?? 0) + 1
      const values = {
        ...rule,
        revision,
        born: revision,
        source: JSON.stringify(source),
        enabled: enabled ? 1 : 0,
        now,
      }
      const key = Number(insert.run(values).lastInsertRowid)
      changed({ instance: rule.instance, rules: [key] }, now)
      return key
    },
    next(key, { enabled, source, sentence }, now) {
      const old = byKey.get(key) as { id: string; instance: number | null; enabled: number }
      end.run(now, 'replaced', key)
      const patch = {
        revision: (newest.get(old.id) as number) + 1,
        ...(enabled === undefined ? {} : { enabled: enabled ? 1 : 0 }),
        ...(source === undefined ? {} : { source: JSON.stringify(source) }),
        ...(sentence === undefined ? {} : { sentence }),
      }
      const born = Number(insert.run({ ...old, ...patch, now }).lastInsertRowid)
      changed({ instance: old.instance, rules: [key, born] }, now)
      return born
    },
    end(key, why, now) {
      end.run(now, why, key)
      const { instance } = byKey.get(key) as { instance: number | null }
      changed({ instance, rules: [key] }, now)
    },
  }
}
