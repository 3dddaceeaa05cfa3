import { signal, type ReadonlySignal } from '@preact/signals'
import type { HeldAnswer, HeldRow } from '../../../src/api/contract.ts'
import type { Api } from '../api/client.ts'

/** Messages that wait for a person. */
export interface Breakpoints {
  /** Oldest first. */
  readonly held: ReadonlySignal<readonly HeldRow[]>
  /** Throws `ApiFailure`, as does `answer`. */
  readonly load: () => Promise<void>
  readonly apply: (rows: readonly HeldRow[]) => void
  readonly answer: (id: number, answer: HeldAnswer) => Promise<void>
}

export function createBreakpoints(api: Api): Breakpoints {
  const held = signal<readonly HeldRow[]>([])
  const apply = (rows: readonly HeldRow[]) => {
    if (rows.length === 0) return
    const known = new Map(held.value.map((row) => [row.id, row]))
    for (const row of rows) known.set(row.id, row)
    held.value = [...known.values()].filter(({ state }) => state === 'held').toSorted((a, b) => a.id - b.id)
  }
  return {
    held,
    apply,
    load: async () => void (held.value = await api.get<HeldRow[]>('/api/held', { open: 'true' })),
    answer: async (id, answer) => apply([await api.send<HeldRow>('POST', `/api/held/${id}`, answer)]),
  }
}
