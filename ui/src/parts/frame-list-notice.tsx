import { useApp } from '../app-context.ts'
import { defaultFilter, isWide } from '../state/filter.ts'
import { ErrorCard } from './error-card.tsx'

/** What the list says when it has nothing to show, or could not load. */
export function FrameListNotice() {
  const { traffic, route, go } = useApp()
  void traffic.version.value
  const error = traffic.error.value
  const empty = traffic.timeline.length === 0
  if (error !== null)
    return (
      <div class={empty ? 'list-notice' : 'list-notice is-slim'}>
        <ErrorCard error={error} onRetry={() => void traffic.newest()} />
      </div>
    )
  if (!empty) return null
  if (traffic.loading.value !== null) return <p class="list-notice faint">Loading…</p>
  const { filter, session } = route.value
  if (traffic.hasOlder)
    return (
      <div class="list-notice">
        <p>Nothing found so far; the capture goes further back.</p>
        <button class="button" onClick={() => void traffic.older()}>
          Look further
        </button>
      </div>
    )
  if (isWide(filter))
    return (
      <div class="list-notice">
        <p>{session === null ? 'No messages yet.' : 'No messages in this session yet.'}</p>
        {!filter.all && (
          <button class="button" onClick={() => go({ filter: { ...filter, all: true } })}>
            Show all frames
          </button>
        )}
      </div>
    )
  return (
    <div class="list-notice">
      <p>No frame matches this filter.</p>
      <button class="button" onClick={() => go({ filter: { ...defaultFilter, all: filter.all } })}>
        Clear the filter
      </button>
    </div>
  )
}
