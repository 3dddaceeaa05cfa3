import { useRef, useState } from 'preact/hooks'
import type { FaultCard } from '../../../src/api/contract.ts'
import { searchFaults } from '../state/fault-search.ts'
import { Icon } from './icon.tsx'

/** Chooses what is done: every fault by level, searchable; arrow keys go through them. */
export function FaultPicker({ faults, onPick }: { faults: readonly FaultCard[]; onPick: (type: string) => void }) {
  const [text, setText] = useState('')
  const box = useRef<HTMLDivElement>(null)
  const groups = searchFaults(faults, text)
  const move = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (by === 0) return
    event.preventDefault()
    const stops = [...(box.current?.querySelectorAll<HTMLElement>('input, .fault-choice') ?? [])]
    const at = stops.indexOf(document.activeElement as HTMLElement)
    stops[Math.max(0, Math.min(stops.length - 1, at + by))]?.focus()
  }
  return (
    <div ref={box} class="fault-picker" onKeyDown={move}>
      <div class="search-box">
        <Icon name="search" />
        <input
          id="rule-form"
          class="input"
          type="text"
          aria-label="Search the faults"
          placeholder="What should happen? late, cut, 401, session…"
          autocomplete="off"
          spellcheck={false}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            const [first] = groups.flatMap((group) => group.faults)
            if (event.key === 'Enter' && first !== undefined) onPick(first.type)
          }}
        />
        <output class="faint num">{groups.reduce((sum, group) => sum + group.faults.length, 0)}</output>
      </div>
      {groups.length === 0 && <p class="faint empty">No fault is about that.</p>}
      {groups.map((group) => (
        <section key={group.title} class="fault-group">
          <h3>{group.title}</h3>
          <ul>
            {group.faults.map(({ type, summary }) => (
              <li key={type}>
                <button class="fault-choice" onClick={() => onPick(type)}>
                  <strong class="mono">{type}</strong>
                  <span>{summary}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}
