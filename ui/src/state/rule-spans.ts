import type { RuleRow } from '../../../src/api/contract.ts'

/** A time in which a rule was on, in microseconds; `to` is Infinity while it is. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** When any rule was on: in order, those that touch each other joined. */
export function spansOf(versions: readonly Pick<RuleRow, 'enabled' | 'createdAt' | 'endedAt'>[]): Span[] {
  const spans: { from: number; to: number }[] = []
  const on = versions
    .filter(({ enabled }) => enabled)
    .map(({ createdAt, endedAt }) => ({ from: createdAt, to: endedAt ?? Infinity }))
    .toSorted((a, b) => a.from - b.from)
  for (const { from, to } of on) {
    const last = spans.at(-1)
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to)
    else spans.push({ from, to })
  }
  return spans
}

/** Whether a rule was on at that instant. */
export function isWithin(spans: readonly Span[], at: number): boolean {
  let low = 0
  let high = spans.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (spans[middle]!.from <= at) low = middle + 1
    else high = middle
  }
  return low > 0 && at <= spans[low - 1]!.to
}
