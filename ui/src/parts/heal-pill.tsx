import { useApp } from '../app-context.ts'
import { healAll } from '../state/heal.ts'
import { Icon } from './icon.tsx'

/** While faults are on: how many, and the way out. In every view. */
export function HealPill() {
  const app = useApp()
  const on = app.faults.active.value.length
  if (on === 0) return null
  const text = on === 1 ? '1 fault on' : `${on} faults on`
  return (
    <div class="heal-pill" role="group" aria-label="Faults">
      <button class="heal-count" title={`${text}: show them  f`} onClick={() => app.go({ view: 'faults' }, true)}>
        <Icon name="bolt" size={12} /> <span class="num">{on}</span> <span class="heal-word">{text.slice(2)}</span>
      </button>
      <button
        id="heal-all"
        aria-label="Heal all"
        class="heal-all"
        title="Heal all: ends every fault, in every process  H"
        onClick={() => void healAll(app)}
      >
        Heal<span class="heal-word"> all</span>
      </button>
    </div>
  )
}
