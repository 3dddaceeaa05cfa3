import { computed, signal, type ReadonlySignal } from '@preact/signals'
import type { ApiError, LiveChange, NewRules, RuleRow, WrittenRule } from '../../../src/api/contract.ts'
import { errorOf, type Api } from '../api/client.ts'
import { createBreakpoints, type Breakpoints } from './breakpoints.ts'
import { spansOf, type Span } from './rule-spans.ts'

/** Where a rule is in force. */
export type RulePlace = Pick<RuleRow, 'id' | 'instance'>

/** Rules as far as the page knows them. Whatever changes something throws `ApiFailure`. */
export interface Faults {
  /** In force, on or off, oldest first. */
  readonly rules: ReadonlySignal<readonly RuleRow[]>
  /** Those of them that are on. */
  readonly active: ReadonlySignal<readonly RuleRow[]>
  /** Over, newest first. */
  readonly ended: ReadonlySignal<readonly RuleRow[]>
  /** Every version known, ended ones too, oldest first: when something was on. */
  readonly versions: ReadonlySignal<readonly RuleRow[]>
  /** When any of them was on. */
  readonly spans: ReadonlySignal<readonly Span[]>
  readonly breakpoints: Breakpoints
  /** Why they could not be read. */
  readonly error: ReadonlySignal<ApiError | null>
  readonly load: () => Promise<void>
  readonly apply: (change: Pick<LiveChange, 'rules' | 'held' | 'framesLeftOut'>) => void
  readonly add: (rules: NewRules) => Promise<readonly RuleRow[]>
  readonly setEnabled: (rule: RulePlace, enabled: boolean) => Promise<void>
  /** Another rule in the place of what it was. */
  readonly change: (rule: RulePlace, written: WrittenRule) => Promise<void>
  readonly remove: (rule: RulePlace) => Promise<void>
  /** All rules, or those with these ids. Gives how many it ended. */
  readonly heal: (ids?: readonly string[]) => Promise<number>
}

/** After a gap in the live stream rules are read again, at most this often. */
const reloadMs = 1000

export function createFaults(api: Api): Faults {
  const versions = signal<readonly RuleRow[]>([])
  const error = signal<ApiError | null>(null)
  const breakpoints = createBreakpoints(api)
  const take = (rows: readonly RuleRow[]) => {
    if (rows.length === 0) return
    const known = new Map(versions.value.map((row) => [row.key, row]))
    for (const row of rows) known.set(row.key, row)
    versions.value = [...known.values()].toSorted((a, b) => a.key - b.key)
  }
  const load = async () => {
    try {
      take(await api.get<RuleRow[]>('/api/rules', { all: 'true', versions: 'true' }))
      await breakpoints.load()
      error.value = null
    } catch (cause) {
      error.value = errorOf(cause)
    }
  }
  let stale = false
  const apply: Faults['apply'] = (change) => {
    take(change.rules)
    breakpoints.apply(change.held)
    if (!change.framesLeftOut || stale) return
    stale = true
    setTimeout(() => ((stale = false), void load()), reloadMs)
  }
  return { ...listsOf(versions), ...changesOf(api, versions, take), versions, breakpoints, error, load, apply }
}

function listsOf(versions: ReadonlySignal<readonly RuleRow[]>): Pick<Faults, 'rules' | 'active' | 'ended' | 'spans'> {
  const rules = computed(() => inForceOf(versions.value))
  const active = computed(() => rules.value.filter(({ enabled }) => enabled))
  const ended = computed(() =>
    versions.value.filter(({ endedAt, endedWhy }) => endedAt !== null && endedWhy !== 'replaced').toReversed(),
  )
  return { rules, active, ended, spans: computed(() => spansOf(versions.value)) }
}

/** Rules in force in the order they were made: a newer version stands where the first one stood. */
function inForceOf(versions: readonly RuleRow[]): RuleRow[] {
  const born = new Map<string, number>()
  const replaced = new Set<string>()
  for (const { id, instance, key, endedWhy } of versions) {
    const name = `${id} ${instance ?? ''}`
    if (!replaced.has(name)) born.set(name, key)
    if (endedWhy === 'replaced') replaced.add(name)
    else replaced.delete(name)
  }
  const bornOf = ({ id, instance }: RuleRow) => born.get(`${id} ${instance ?? ''}`) ?? 0
  return versions.filter(({ endedAt }) => endedAt === null).toSorted((a, b) => bornOf(a) - bornOf(b))
}

function changesOf(
  api: Api,
  versions: ReadonlySignal<readonly RuleRow[]>,
  take: (rows: readonly RuleRow[]) => void,
): Pick<Faults, 'add' | 'setEnabled' | 'change' | 'remove' | 'heal'> {
  const path = ({ id, instance }: RulePlace) =>
    `/api/rules/${encodeURIComponent(id)}?${instance === null ? 'everywhere=true' : `instance=${instance}`}`
  // what it was before is ended by that: the answer has its next version only
  const takeNext = (row: RuleRow) => take([...replacedBy(row, versions.value), row])
  return {
    add: async (body) => {
      const rows = await api.send<RuleRow[]>('POST', '/api/rules', body)
      take(rows)
      return rows
    },
    setEnabled: async (rule, enabled) => takeNext(await api.send<RuleRow>('PATCH', path(rule), { enabled })),
    change: async (rule, written) => takeNext(await api.send<RuleRow>('PUT', path(rule), { rule: written })),
    remove: async (rule) => take([await api.send<RuleRow>('DELETE', path(rule))]),
    heal: async (ids) => {
      const rows = await api.send<RuleRow[]>('POST', '/api/rules/heal', ids === undefined ? {} : { ids })
      take(rows)
      return rows.length
    },
  }
}

/** Versions that are over now that there is a newer one. */
function replacedBy(row: RuleRow, rules: readonly RuleRow[]): RuleRow[] {
  return rules
    .filter(
      ({ id, instance, key, endedAt }) =>
        endedAt === null && id === row.id && instance === row.instance && key < row.key,
    )
    .map((old) => ({ ...old, endedAt: row.createdAt, endedWhy: 'replaced' }))
}
