import { signal } from '@preact/signals'
import type { CallRow, FrameRow } from '../../../src/api/contract.ts'
import type { Api } from '../api/client.ts'

/** Calls the page knows, by id; the pending ones apart, oldest first. */
export interface Calls {
  readonly pending: { readonly value: readonly CallRow[] }
  readonly get: (id: number) => CallRow | undefined
  /** True when something changed. */
  readonly apply: (rows: readonly CallRow[]) => boolean
  /** Loads the calls these frames belong to, as far as they are not known. */
  readonly loadFor: (rows: readonly FrameRow[], session: string | null) => Promise<void>
  readonly loadPending: () => Promise<void>
}

/** Calls held at most; the oldest go first. They are loaded again with their frames. */
const limit = 300_000
const pageLimit = 5000

export function createCalls(api: Api): Calls {
  const known = new Map<number, CallRow>()
  const waiting = new Map<number, CallRow>()
  const pending = signal<readonly CallRow[]>([])

  const publish = () => {
    pending.value = [...waiting.values()].toSorted((a, b) => a.requestedAt - b.requestedAt)
  }
  const apply = (rows: readonly CallRow[]) => {
    let pendingChanged = false
    for (const row of rows) {
      known.set(row.id, row)
      if (row.outcome === 'pending') {
        waiting.set(row.id, row)
        pendingChanged = true
      } else if (waiting.delete(row.id)) pendingChanged = true
    }
    for (const id of known.keys()) {
      if (known.size <= limit) break
      known.delete(id)
    }
    if (pendingChanged) publish()
    return rows.length > 0
  }
  const loadFor = async (rows: readonly FrameRow[], session: string | null) => {
    let low = Infinity
    let high = 0
    for (const { messages } of rows)
      for (const { call } of messages) {
        if (call === null || known.has(call)) continue
        low = Math.min(low, call)
        high = Math.max(high, call)
      }
    while (high >= low) {
      const size = Math.min(pageLimit, high - low + 1)
      const page = await api.get<CallRow[]>('/api/calls', { session, before: high + 1, limit: size })
      apply(page)
      const lowest = page.reduce((least, { id }) => Math.min(least, id), Infinity)
      if (page.length < size || lowest >= high + 1) return
      high = lowest - 1
    }
  }
  const loadPending = async () => {
    const rows = await api.get<CallRow[]>('/api/calls', { outcome: 'pending', limit: 500 })
    waiting.clear()
    apply(rows)
    publish()
  }
  return { pending, get: (id) => known.get(id), apply, loadFor, loadPending }
}
