import { useApp } from '../app-context.ts'
import { frameKinds, logKind, messageKinds, type Filter, type RowKind } from '../state/filter.ts'
import { DirectionMark } from './direction-mark.tsx'
import { FilterField } from './filter-field.tsx'

const kindName: Record<RowKind, string> = {
  request: 'Requests',
  response: 'Results',
  error: 'Errors',
  notification: 'Notifications',
  head: 'Heads',
  body: 'Bodies',
  other: 'Other',
  log: 'Log',
}

export function FilterBar() {
  const { route, go } = useApp()
  const { filter } = route.value
  const set = (change: Partial<Filter>) => go({ filter: { ...filter, ...change } })
  const toggle = (kind: RowKind) => {
    const hidden = new Set(filter.hidden)
    if (!hidden.delete(kind)) hidden.add(kind)
    set({ hidden })
  }
  const kinds: readonly RowKind[] = filter.all ? [...messageKinds, ...frameKinds, logKind] : [...messageKinds, logKind]
  return (
    <search class="filter-bar">
      <div class="filter-row">
        <FilterField />
        <div class="segments" role="group" aria-label="Frames shown">
          <button class="segment" aria-pressed={!filter.all} onClick={() => set({ all: false })}>
            Messages
          </button>
          <button class="segment" aria-pressed={filter.all} onClick={() => set({ all: true })}>
            All frames
          </button>
        </div>
      </div>
      <div class="filter-row chips">
        <DirectionChips direction={filter.direction} onChange={(direction) => set({ direction })} />
        <span class="chip-rule" />
        {kinds.map((kind) => (
          <button
            key={kind}
            class={`chip kind-${kind}`}
            aria-pressed={!filter.hidden.has(kind)}
            onClick={() => toggle(kind)}
          >
            <span class="chip-mark" /> {kindName[kind]}
          </button>
        ))}
      </div>
    </search>
  )
}

interface DirectionProps {
  direction: Filter['direction']
  onChange: (direction: Filter['direction']) => void
}

function DirectionChips({ direction, onChange }: DirectionProps) {
  return (
    <>
      {(['c2s', 's2c'] as const).map((way) => (
        <button
          key={way}
          class="chip"
          aria-pressed={direction === null || direction === way}
          aria-label={way === 'c2s' ? 'Only client to server' : 'Only server to client'}
          title={way === 'c2s' ? 'Only client to server' : 'Only server to client'}
          onClick={() => onChange(direction === way ? null : way)}
        >
          <DirectionMark direction={way} />
        </button>
      ))}
    </>
  )
}
