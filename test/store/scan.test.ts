import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scan } from '../../src/store/scan.ts'

/** Rows are keys that divide by three. */
const rows = (up: boolean) => (window: { low: number; high: number }, limit: number) => {
  const all = Array.from({ length: window.high - window.low + 1 }, (_, i) => window.low + i).filter(
    (key) => key % 3 === 0,
  )
  const ordered = up ? all : all.toReversed()
  return limit < 0 ? ordered : ordered.slice(0, limit)
}

test('asked again from where it stopped, it finds each row once, whatever the time each step takes', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.boolean(), fc.integer({ min: 1, max: 40 }), fc.nat(9000), (up, asks, step, high) => {
      let at = 0
      const of = {
        rows: rows(up),
        ...(asks && { wanted: (key: number) => key % 2 === 0 }),
        idOf: (key: number) => key,
        up,
        now: () => (at += step),
      }
      const found: number[] = []
      const left = { low: 1, high }
      for (;;) {
        const page = scan(of, left, 50)
        found.push(...page.found)
        const last = page.scannedTo ?? page.found.at(-1)
        if (page.scannedTo === null && page.found.length < 50) break
        if (up) left.low = last! + 1
        else left.high = last! - 1
      }
      const all = rows(up)({ low: 1, high }, -1).filter((key) => !asks || key % 2 === 0)
      expect(found).toEqual(all)
    }),
    { numRuns: 200 },
  )
})

test('rows that have to be asked one by one are left in the middle of a window when the time is over', () => {
  let at = 0
  const asked: number[] = []
  const wanted = (key: number) => {
    asked.push(key)
    at += 1
    return false
  }
  const { scannedTo } = scan(
    { rows: rows(true), wanted, idOf: (key) => key, up: true, now: () => at },
    { low: 1, high: 5000 },
    10,
  )
  expect(asked.length).toBeLessThan(120)
  expect(scannedTo).toBe(asked.at(-1))
})
