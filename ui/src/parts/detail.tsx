import type { FunctionComponent } from 'preact'
import type { FrameDetail } from '../../../src/api/contract.ts'
import { useApp } from '../app-context.ts'
import { frameText } from '../state/frame-text.ts'
import { messageText } from '../state/message-text.ts'
import { tabs, type Tab } from '../state/route.ts'
import { narrowPane } from '../state/settings.ts'
import { CopyButton } from './copy-button.tsx'
import { DirectionMark } from './direction-mark.tsx'
import { ErrorCard } from './error-card.tsx'
import { FaultsTab } from './faults-tab.tsx'
import { Icon } from './icon.tsx'
import { HttpTab } from './http-tab.tsx'
import { LogDetail } from './log-detail.tsx'
import { MessageTab } from './message-tab.tsx'
import { RawTab } from './raw-tab.tsx'
import { RelatedTab } from './related-tab.tsx'
import { TimingTab } from './timing-tab.tsx'
import { FrameLabel } from './frame-label.tsx'

interface TabView {
  readonly title: string
  readonly Body: FunctionComponent<{ frame: FrameDetail }>
}

const tabViews: Record<Tab, TabView> = {
  message: { title: 'Message', Body: MessageTab },
  http: { title: 'HTTP', Body: HttpTab },
  raw: { title: 'Raw', Body: RawTab },
  timing: { title: 'Timing', Body: TimingTab },
  faults: { title: 'Faults', Body: FaultsTab },
  related: { title: 'Related', Body: RelatedTab },
}

/** The selected frame, by tabs, or the selected line of the log. */
export function Detail() {
  const { selection, route } = useApp()
  const frame = selection.frame.value
  const error = selection.error.value
  const { log } = route.value
  if (log !== null) return <LogDetail key={log} id={log} />
  if (route.value.frame === null) return <DetailHint />
  if (error !== null) return <ErrorCard error={error} onRetry={() => void selection.select(route.value.frame)} />
  if (frame === null) return <p class="detail-hint faint">Loading…</p>
  const { Body } = tabViews[route.value.tab]
  return (
    <>
      <DetailHead frame={frame} />
      <TabList chosen={route.value.tab} />
      <div id="detail-body" class="detail-body" role="tabpanel" tabindex={0} aria-labelledby={`tab-${route.value.tab}`}>
        <Body key={frame.id} frame={frame} />
      </div>
    </>
  )
}

function DetailHint() {
  return (
    <div class="detail-hint">
      <p>Select a frame to see what is in it.</p>
      <p class="faint">
        <kbd>j</kbd> <kbd>k</kbd> move, <kbd>/</kbd> filters, <kbd>?</kbd> shows all keys.
      </p>
    </div>
  )
}

function DetailHead({ frame }: { frame: FrameDetail }) {
  const { go } = useApp()
  const text = frameText(frame)
  const close = () => {
    narrowPane.value = 'list'
    go({ frame: null })
  }
  return (
    <div class="detail-head">
      <DirectionMark direction={frame.direction} />
      <h2 class="detail-title">
        <FrameLabel text={text} />
      </h2>
      <span class="faint num detail-number" title="Number of the frame in the capture">
        #{frame.id}
      </span>
      <CopyButton text={() => messageText(frame)} label="Copy the message (y)" small />
      <button class="icon-button" aria-label="Close the detail (Esc)" title="Close  Esc" onClick={close}>
        <Icon name="cross" />
      </button>
    </div>
  )
}

function TabList({ chosen }: { chosen: Tab }) {
  const { go } = useApp()
  const onKeyDown = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (by === 0) return
    event.preventDefault()
    const next = tabs[(tabs.indexOf(chosen) + by + tabs.length) % tabs.length]!
    go({ tab: next })
    document.getElementById(`tab-${next}`)?.focus()
  }
  return (
    <div class="tab-list" role="tablist" aria-label="Detail" onKeyDown={onKeyDown}>
      {tabs.map((tab) => (
        <button
          key={tab}
          id={`tab-${tab}`}
          class="tab"
          role="tab"
          aria-selected={tab === chosen}
          aria-controls={tab === chosen ? 'detail-body' : undefined}
          tabindex={tab === chosen ? 0 : -1}
          onClick={() => go({ tab })}
        >
          {tabViews[tab].title}
        </button>
      ))}
    </div>
  )
}
