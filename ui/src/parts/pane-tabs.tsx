import { useApp } from '../app-context.ts'
import { narrowPane } from '../state/settings.ts'

const panes = [
  ['sessions', 'Sessions'],
  ['list', 'Traffic'],
  ['detail', 'Detail'],
] as const

/** Chooses the pane where only one fits; hidden elsewhere. */
export function PaneTabs() {
  const { route } = useApp()
  return (
    <nav class="pane-tabs" aria-label="Panes">
      {panes.map(([id, title]) => (
        <button
          key={id}
          class="pane-tab"
          aria-pressed={narrowPane.value === id}
          disabled={id === 'detail' && route.value.frame === null && route.value.log === null}
          onClick={() => (narrowPane.value = id)}
        >
          {title}
        </button>
      ))}
    </nav>
  )
}
