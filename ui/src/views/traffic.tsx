import { useApp } from '../app-context.ts'
import { Detail } from '../parts/detail.tsx'
import { ErrorCard } from '../parts/error-card.tsx'
import { FilterBar } from '../parts/filter-bar.tsx'
import { FrameList } from '../parts/frame-list.tsx'
import { HeldStrip } from '../parts/held-list.tsx'
import { PaneTabs } from '../parts/pane-tabs.tsx'
import { PendingStrip } from '../parts/pending-strip.tsx'
import { SessionList } from '../parts/session-list.tsx'
import { Snippets } from '../parts/snippets.tsx'
import { Splitter } from '../parts/splitter.tsx'
import { narrowPane } from '../state/settings.ts'

/** Sessions, the live list, the detail. */
export function Traffic() {
  return (
    <div class="traffic" data-pane={narrowPane.value}>
      <PaneTabs />
      <nav class="pane pane-sessions" aria-label="Sessions">
        <SessionList />
        <Splitter name="sessions" label="Width of the sessions" />
      </nav>
      <main class="pane pane-list" aria-label="Frames">
        <Middle />
      </main>
      <aside class="pane pane-detail" aria-label="Detail">
        <Splitter name="detail" label="Width of the detail" />
        <Detail />
      </aside>
    </div>
  )
}

function Middle() {
  const { status, sessions, failure, reload } = useApp()
  const known = status.value
  if (known === null && failure.value !== null) return <ErrorCard error={failure.value} onRetry={() => void reload()} />
  if (known !== null && known.totals.frames === 0 && sessions.list.value.length === 0)
    return (
      <div class="scroll-view">
        <Snippets servers={known.servers} waiting />
      </div>
    )
  return (
    <>
      <HeldStrip />
      <FilterBar />
      <FrameList />
      <PendingStrip />
    </>
  )
}
