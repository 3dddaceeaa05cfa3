import type { CaptureDatabase } from '../../src/store/create.ts'

/** A database that writes down how SQLite would answer each statement made of it, one line a step, parameters taken as 1. */
export function withPlans(db: CaptureDatabase): { db: CaptureDatabase; plans: () => string[] } {
  let steps: string[] = []
  const prepare = (sql: string): unknown => {
    const explained = db.prepare(`EXPLAIN QUERY PLAN ${sql.replace(/@\w+|\?/g, '1')}`).all() as { detail: string }[]
    steps.push(...explained.map(({ detail }) => detail))
    return db.prepare(sql)
  }
  const watched = new Proxy(db, {
    get: (target, name) => {
      if (name === 'prepare') return prepare
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
  const plans = (): string[] => {
    const taken = steps
    steps = []
    return taken
  }
  return { db: watched, plans }
}
