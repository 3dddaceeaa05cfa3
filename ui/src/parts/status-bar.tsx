import type { LossRow } from '../../../src/api/contract.ts'
import { useApp } from '../app-context.ts'
import type { LiveState } from '../api/live.ts'
import { notice } from '../state/announce.ts'
import { countText, sizeText } from '../state/size-format.ts'
import { CopyButton } from './copy-button.tsx'
import { Icon } from './icon.tsx'

export function StatusBar() {
  const { status, seq, live, traffic } = useApp()
  const known = status.value
  return (
    <footer class="status-bar">
      <LiveBadge state={live.value} paused={traffic.paused.value} />
      {known !== null && (
        <>
          <span class="status-item status-path" title={known.capture.path}>
            <span class="mono truncate-start">
              <bdi>{known.capture.path}</bdi>
            </span>
            <CopyButton text={known.capture.path} label="Copy the capture's path" small />
          </span>
          <span class="status-item">{sizeText(known.capture.bytes)}</span>
          <span class="status-item wide-only">{countText(known.totals.frames)} frames</span>
          <Losses losses={known.losses} />
          <span class="status-spring" />
          <span class="status-item wide-only" title={instanceTitle(known.instances)}>
            {known.instances.length} {known.instances.length === 1 ? 'instance' : 'instances'}
          </span>
          <span class="status-item wide-only" title="Newest change in the capture">
            seq {countText(seq.value ?? known.capture.seq)}
          </span>
          <span class="status-item wide-only">v{known.version}</span>
        </>
      )}
      <output class="notice" data-on={notice.value !== null}>
        {notice.value?.text ?? ''}
      </output>
    </footer>
  )
}

const instanceTitle = (instances: readonly { role: string; pid: number; url: string | null }[]) =>
  instances.map(({ role, pid, url }) => `${role} ${pid}${url === null ? '' : ` ${url}`}`).join('\n')

function LiveBadge({ state, paused }: { state: LiveState; paused: boolean }) {
  if (state.is === 'waiting')
    return (
      <span class="status-item live-badge is-off" role="status" title={`${state.error.message} ${state.error.hint}`}>
        <Icon name="warn" size={12} /> Not connected: {state.error.code}, trying again
      </span>
    )
  const text = state.is === 'connecting' ? 'Connecting' : paused ? 'Paused' : 'Live'
  return (
    <span class={`status-item live-badge ${state.is === 'open' && !paused ? 'is-live' : ''}`} role="status">
      <span class="dot" /> {text}
    </span>
  )
}

/** Chunks the recorder could not keep: never quiet. */
function Losses({ losses }: { losses: readonly LossRow[] }) {
  if (losses.length === 0) return null
  const chunks = losses.reduce((sum, loss) => sum + loss.chunks, 0)
  const bytes = losses.reduce((sum, loss) => sum + loss.bytes, 0)
  return (
    <strong class="status-item losses" role="alert" title={losses.map(({ reason }) => reason).join('\n')}>
      <Icon name="warn" size={12} /> {countText(chunks)} chunks lost ({sizeText(bytes)})
    </strong>
  )
}
