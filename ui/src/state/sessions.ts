import { signal } from '@preact/signals'
import type { SessionRow } from '../../../src/api/contract.ts'
import type { Api } from '../api/client.ts'

/** Sessions the page knows, newest first. */
export interface Sessions {
  readonly list: { readonly value: readonly SessionRow[] }
  readonly hasOlder: { readonly value: boolean }
  readonly get: (uid: string) => SessionRow | undefined
  readonly apply: (rows: readonly SessionRow[]) => void
  readonly load: () => Promise<void>
  readonly loadOlder: () => Promise<void>
  /** Makes sure a session named in the address bar is known. */
  readonly need: (uid: string) => Promise<void>
}

const pageLimit = 200

export function createSessions(api: Api): Sessions {
  const known = new Map<string, SessionRow>()
  const list = signal<readonly SessionRow[]>([])
  const hasOlder = signal(false)

  const apply = (rows: readonly SessionRow[]) => {
    if (rows.length === 0) return
    for (const row of rows) known.set(row.uid, row)
    list.value = [...known.values()].toSorted((a, b) => b.id - a.id)
  }
  const page = async (before: number | null) => {
    const rows = await api.get<SessionRow[]>('/api/sessions', { before, limit: pageLimit })
    hasOlder.value = rows.length === pageLimit
    apply(rows)
  }
  return {
    list,
    hasOlder,
    get: (uid) => known.get(uid),
    apply,
    load: () => page(null),
    loadOlder: () => page(list.value.at(-1)?.id ?? null),
    need: async (uid) => {
      if (!known.has(uid)) apply([await api.get<SessionRow>(`/api/sessions/${encodeURIComponent(uid)}`)])
    },
  }
}
