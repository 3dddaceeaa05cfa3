import { useEffect, useRef, useState } from 'preact/hooks'
import { useApp } from '../app-context.ts'
import { frameKinds, logKind, messageKinds, type Filter, type RowKind } from '../state/filter.ts'
import { DirectionMark } from './direction-mark.tsx'
import { Icon } from './icon.tsx'

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
        <FilterText />
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

/** Typing asks the API once the hand rests for this long. */
const restMs = 150

function FilterText() {
  const { route, go } = useApp()
  const { filter } = route.value
  const [text, setText] = useState(filter.text)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const committed = useRef(filter.text)
  useEffect(() => {
    // Only what came from elsewhere (back button, cleared): one's own, come back, would undo what was typed since.
    if (filter.text !== committed.current) setText(filter.text)
    committed.current = filter.text
  }, [filter.text])
  const commit = (next: string) => {
    clearTimeout(timer.current)
    committed.current = next.trim()
    go({ filter: { ...route.peek().filter, text: committed.current } })
  }
  const onInput = (next: string) => {
    setText(next)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => commit(next), restMs)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') {
      commit(text)
      document.getElementById('frames')?.focus()
    } else if (event.key === 'Escape') {
      event.stopPropagation()
      if (text === '') document.getElementById('frames')?.focus()
      else {
        setText('')
        commit('')
      }
    }
  }
  return (
    <div class="search-box">
      <Icon name="search" />
      <input
        id="filter"
        class="input"
        type="text"
        aria-label="Filter by method, tool or label"
        placeholder="Method, tool, path…"
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={(event) => onInput(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {text === '' ? (
        <kbd aria-hidden="true">/</kbd>
      ) : (
        <button class="icon-button" aria-label="Clear the text" onClick={() => (setText(''), commit(''))}>
          <Icon name="cross" size={12} />
        </button>
      )}
    </div>
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
