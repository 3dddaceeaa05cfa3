/** Rules as lists show them: with what they have done, and over where their process is. */
import type { Database } from 'better-sqlite3'
import type { Record } from './columns.ts'
import { DEAD_AFTER_US } from './live-instances.ts'
import type { BroughtRow, RuleEnd, RuleRow, WrittenRule } from './rows.ts'

export interface RuleRows {
  /** The newest version of each life, or `versions`, all of them; oldest first; at most 1000, the newest. */
  list(now: number, options?: { readonly versions?: boolean }): RuleRow[]
  byKey(key: number, now: number): RuleRow
  /** Versions with these keys, and those in force of the rules with these ids. Pruned and unknown ones are left out. */
  some(keys: readonly number[], ids: readonly string[], now: number): RuleRow[]
  /** What headers of requests have done, process by process. */
  brought(now: number): BroughtRow[]
}

/** Name of every rule that a request brings along: such a rule has no row, only decisions. */
const BROUGHT = 'fault-header'

/** Hits of one life of a rule, counted up to `upTo`. */
interface Tally {
  upTo: number
  matched: number
  fired: number
  notApplied: number
  lastAt: number | null
}

const RULE = `rule.*, instance.ended_at AS gone_at, instance.seen_at AS seen_at FROM rule LEFT JOIN instance ON instance.id = rule.instance`
/** Rules listed. */
const MOST = 1000
/** Lives remembered with their hits. */
const REMEMBERED = 1000

export function ruleRows(db: Database): RuleRows {
  const newest = db.prepare(
    `SELECT ${RULE} WHERE rule.ended_why IS NULL OR rule.ended_why <> 'replaced'
     ORDER BY (SELECT first.key FROM rule AS first WHERE first.id = rule.id AND first.revision = rule.born) DESC LIMIT ${MOST}`,
  )
  const every = db.prepare(`SELECT ${RULE} ORDER BY rule.key DESC LIMIT ${MOST}`)
  const keyed = db.prepare(`SELECT ${RULE} WHERE rule.key = ?`)
  const listed = db.prepare(
    `SELECT ${RULE} WHERE rule.key IN (SELECT value FROM json_each(@keys))
       OR rule.ended_at IS NULL AND rule.id IN (SELECT value FROM json_each(@ids)) ORDER BY rule.key`,
  )
  const headers = db.prepare(
    `SELECT decision.instance, instance.ended_at AS gone_at, instance.seen_at, min(decision.at) AS created_at
     FROM decision LEFT JOIN instance ON instance.id = decision.instance WHERE decision.rule = '${BROUGHT}'
     GROUP BY decision.instance ORDER BY decision.instance`,
  )
  const tally = tallies(db)

  const row = (record: Record, now: number): RuleRow => {
    const { upTo: _, ...hits } = tally(record)
    return {
      key: record['key'] as number,
      id: record['id'] as string,
      revision: record['revision'] as number,
      instance: record['instance'] as number | null,
      origin: record['origin'] as RuleRow['origin'],
      source: JSON.parse(record['source'] as string) as WrittenRule,
      sentence: record['sentence'] as string,
      enabled: record['enabled'] !== 0,
      createdAt: record['created_at'] as number,
      ...endOf(record, now),
      ...hits,
    }
  }
  return {
    list: (now, { versions = false } = {}) =>
      ((versions ? every : newest).all() as Record[]).reverse().map((record) => row(record, now)),
    byKey: (key, now) => row(keyed.get(key) as Record, now),
    some: (keys, ids, now) =>
      (listed.all({ keys: JSON.stringify(keys), ids: JSON.stringify(ids) }) as Record[]).map((found) =>
        row(found, now),
      ),
    brought: (now) =>
      (headers.all() as Record[]).map((record) => {
        const { upTo: _, ...hits } = tally({ ...record, id: BROUGHT, born: 0 })
        const [instance, createdAt] = [record['instance'] as number, record['created_at'] as number]
        const over = endOf({ ...record, ended_at: null }, now)
        return { id: BROUGHT, instance, origin: 'header', createdAt, ...over, ...hits }
      }),
  }
}

/** A rule of a process that is gone is over, whether somebody wrote that down or not. */
function endOf(record: Record, now: number): Pick<RuleRow, 'endedAt' | 'endedWhy'> {
  const endedAt = record['ended_at'] as number | null
  if (endedAt !== null) return { endedAt, endedWhy: record['ended_why'] as RuleEnd }
  if (record['instance'] === null) return { endedAt: null, endedWhy: null }
  const [goneAt, seenAt] = [record['gone_at'] as number | null, (record['seen_at'] as number | null) ?? 0]
  if (goneAt === null && now - seenAt < DEAD_AFTER_US) return { endedAt: null, endedWhy: null }
  return { endedAt: goneAt ?? seenAt, endedWhy: 'process-ended' }
}

/**
 * Only what has come since the last time is counted: rules are asked for again and again while they work. One match may be told several
 * times, as its damage goes on; all of these have its scope.
 */
function tallies(db: Database): (rule: Record) => Tally {
  const since = db.prepare(
    `SELECT max(id) AS upTo, sum(kind = 'match') AS matched, sum(kind = 'match' AND fired) AS fired, sum(kind = 'left') AS notApplied,
       max(at) AS lastAt
     FROM (SELECT id, at, fired, CASE
         WHEN action LIKE 'not applied%' THEN 'left'
         WHEN action LIKE 'healed%' OR action LIKE 'bug:%' THEN 'word'
         WHEN EXISTS (SELECT 1 FROM decision AS first WHERE first.rule = decision.rule AND first.scope = decision.scope
           AND first.id < decision.id AND first.revision = decision.revision AND first.instance = decision.instance) THEN 'more'
         ELSE 'match' END AS kind
       FROM decision WHERE rule = @rule AND id > @upTo AND revision >= @born AND revision < @next
         AND (@instance IS NULL OR instance = @instance))`,
  )
  const nextLife = db.prepare('SELECT min(born) FROM rule WHERE id = ? AND born > ?').pluck()
  const known = new Map<string, Tally>()
  return (rule) => {
    const [id, born, instance] = [rule['id'] as string, rule['born'] as number, rule['instance'] as number | null]
    const key = `${id} ${born} ${instance ?? ''}`
    const before = known.get(key) ?? { upTo: 0, matched: 0, fired: 0, notApplied: 0, lastAt: null }
    const next = (nextLife.get(id, born) as number | null) ?? Number.MAX_SAFE_INTEGER
    const news = since.get({ rule: id, born, next, instance, upTo: before.upTo }) as {
      [Key in keyof Tally]: number | null
    }
    const tally: Tally = {
      upTo: news.upTo ?? before.upTo,
      matched: before.matched + (news.matched ?? 0),
      fired: before.fired + (news.fired ?? 0),
      notApplied: before.notApplied + (news.notApplied ?? 0),
      lastAt: news.lastAt ?? before.lastAt,
    }
    if (known.size >= REMEMBERED) known.clear()
    known.set(key, tally)
    return tally
  }
}
