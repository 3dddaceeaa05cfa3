import type { Database } from 'better-sqlite3'
import { readFileSync } from 'node:fs'

/** Who has the capture open and is known by it: its row in `instance`. */
export interface InstanceFacts {
  role: string
  name: string
  url: string | null
  target: string | null
  uiPort: number | null
}

/** Puts this process into `instance`; gives the id of its row. `known`: it had this one, and goes on by it if it is still there. */
export function registerInstance(
  db: Database,
  { role, name, url, target, uiPort }: InstanceFacts,
  at: number,
  known = 0,
): number {
  const again = 'UPDATE instance SET seen_at = ?, ended_at = NULL WHERE id = ? AND pid = ? AND ticks = ?'
  if (known > 0 && db.prepare(again).run(at, known, process.pid, startTicks()).changes > 0) return known
  const sql =
    'INSERT INTO instance (pid, ticks, role, name, url, target, ui_port, started_at, seen_at) VALUES (?,?,?,?,?,?,?,?,?)'
  const row = db.prepare(sql).run(process.pid, startTicks(), role, name, url, target, uiPort, at, at)
  return Number(row.lastInsertRowid)
}

/** Start time of this process in clock ticks since boot (proc(5), field 22): with the pid it names a process for good. 0 elsewhere. */
function startTicks(): number {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
  } catch {
    return 0
  }
}
