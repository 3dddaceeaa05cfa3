/** Processes that record into a capture now, and which of them is meant. */
import type { Database } from 'better-sqlite3'
import { ProxyError } from '../errors.ts'
import { instanceRow, type Record } from './columns.ts'
import type { InstanceRow } from './rows.ts'

/** A process without a heartbeat for so long (µs) is dead. */
export const DEAD_AFTER_US = 5_000_000

/** Alive, and with traffic of its own: pages alone have none. */
export function liveInstances(db: Database, now: number): InstanceRow[] {
  const sql = `SELECT * FROM instance WHERE ended_at IS NULL AND seen_at > ? AND role <> 'ui' ORDER BY id`
  return (db.prepare(sql).all(now - DEAD_AFTER_US) as Record[]).map(instanceRow)
}

/**
 * The one that is meant: by the id of its row, its pid, its tap name, or part of its URL or target; without any, the only one. Throws
 * `INSTANCE_NONE`, `INSTANCE_AMBIGUOUS`.
 */
export function pickInstance(live: readonly InstanceRow[], wanted?: string | number): InstanceRow {
  const found = wanted === undefined ? live : matching(live, String(wanted))
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  const list = (some: readonly InstanceRow[]): string => some.map(instanceText).join('; ')
  if (only !== undefined) {
    const what = wanted === undefined ? 'Several processes record into this capture' : `${wanted} could be any of these`
    throw new ProxyError('INSTANCE_AMBIGUOUS', `${what}: ${list(found)}.`, {
      hint: 'Say which one: --instance <number>, or --everywhere for all of them.',
    })
  }
  if (live.length > 0) {
    throw new ProxyError('INSTANCE_NONE', `No process is ${wanted}. There are: ${list(live)}.`, {
      hint: 'Say which one: --instance <number>.',
    })
  }
  throw new ProxyError('INSTANCE_NONE', 'Nothing records into this capture now, so there is nothing to act on.', {
    hint: 'Start a proxy first (mitmcp <url>), or name its capture with --db.',
  })
}

/** `3 proxy http://127.0.0.1:6278/mcp (pid 4711)`. */
export function instanceText({ id, role, name, url, target, pid }: InstanceRow): string {
  const what = [name, url ?? target ?? ''].filter((text) => text !== '').join(' ')
  return `${id} ${role}${what === '' ? '' : ` ${what}`} (pid ${pid})`
}

function matching(live: readonly InstanceRow[], wanted: string): readonly InstanceRow[] {
  const by = (holds: (instance: InstanceRow) => boolean): InstanceRow[] => live.filter(holds)
  const exact = [
    by(({ id }) => String(id) === wanted),
    by(({ pid }) => String(pid) === wanted),
    by(({ name }) => name === wanted),
  ].find((found) => found.length > 0)
  return exact ?? by(({ url, target }) => (url ?? '').includes(wanted) || (target ?? '').includes(wanted))
}
