/** Statements made once each, also where their text depends on the shape of the question. */
import type { Database, Statement } from 'better-sqlite3'

/** The statement for `sql`, from the second time on the same one. For texts of a bounded number: never with values in them. */
export type Prepared = (sql: string) => Statement

export function prepared(db: Database): Prepared {
  const made = new Map<string, Statement>()
  return (sql) => {
    const known = made.get(sql)
    if (known !== undefined) return known
    const statement = db.prepare(sql)
    made.set(sql, statement)
    return statement
  }
}
