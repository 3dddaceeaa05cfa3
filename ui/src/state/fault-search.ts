import type { FaultCard } from '../../../src/api/contract.ts'

/** Faults of one level. */
export interface FaultGroup {
  readonly title: string
  readonly faults: readonly FaultCard[]
}

const levels: readonly (readonly [level: FaultCard['level'], title: string])[] = [
  [3, 'Messages and frames'],
  [2, 'HTTP'],
  [1, 'Connections'],
  ['stdio', 'stdio'],
]

/** What people look for first, in this order. */
const mostUsed: readonly string[] = ['cut', 'latency', 'status', 'drop', 'session-lost', 'breakpoint']

/** Faults whose name or summary has every word of the text, by level; groups with none are left out. Without words those used most come first, by themselves. */
export function searchFaults(faults: readonly FaultCard[], text: string): FaultGroup[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const found = faults.filter(({ type, summary, applies }) => {
    const all = `${type} ${summary} ${applies.join(' ')}`.toLowerCase()
    return words.every((word) => all.includes(word))
  })
  const first = words.length > 0 ? [] : mostUsed.flatMap((type) => found.filter((fault) => fault.type === type))
  const rest = found.filter((fault) => !first.includes(fault))
  return [
    { title: 'Most used', faults: first },
    ...levels.map(([level, title]) => ({ title, faults: rest.filter((fault) => fault.level === level) })),
  ].filter((group) => group.faults.length > 0)
}
