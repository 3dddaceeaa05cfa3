import { useEffect, useState } from 'preact/hooks'
import type { ApiError, FlowDetail, FlowRow, LogRow, ProcessRow } from '../../../src/api/contract.ts'
import { ApiFailure, errorOf, type Api } from '../api/client.ts'
import { useApp } from '../app-context.ts'
import { frameText } from '../state/frame-text.ts'
import { useJump } from '../state/jump.ts'
import { logText } from '../state/log-text.ts'
import { narrowPane } from '../state/settings.ts'
import { exactTime } from '../state/time-format.ts'
import { CopyButton } from './copy-button.tsx'
import { ErrorCard } from './error-card.tsx'
import { Facts } from './facts.tsx'
import { Icon } from './icon.tsx'
import { markIcon } from './log-item.tsx'
import { ProcessFacts } from './process-facts.tsx'
import { TextView } from './text-view.tsx'

interface Found {
  readonly log: LogRow
  readonly process: ProcessRow | null
  /** The exchange it is about. */
  readonly exchange: FlowDetail | null
}

/** A line of the log in full, and the process that said it. */
export function LogDetail({ id }: { id: number }) {
  const { api } = useApp()
  const [found, setFound] = useState<Found | null>(null)
  const [error, setError] = useState<ApiError | null>(null)
  const [attempt, setAttempt] = useState(0)
  useEffect(() => {
    const run = new AbortController()
    const show = async () => {
      try {
        const next = await load(api, id, run.signal)
        if (!run.signal.aborted) setFound(next)
      } catch (cause) {
        if (!run.signal.aborted) setError(errorOf(cause))
      }
    }
    setError(null)
    void show()
    return () => run.abort()
  }, [api, id, attempt])
  if (error !== null) return <ErrorCard error={error} onRetry={() => setAttempt(attempt + 1)} />
  if (found === null) return <p class="detail-hint faint">Loading…</p>
  return <Shown found={found} />
}

const gone: ApiError = {
  code: 'NOT_FOUND',
  message: 'This line is not in the capture.',
  hint: 'It may have made room for newer ones.',
}

async function load(api: Api, id: number, signal: AbortSignal): Promise<Found> {
  const [log] = await api.get<LogRow[]>('/api/logs', { after: id - 1, before: id + 1, limit: 1 }, signal)
  if (log === undefined) throw new ApiFailure(gone, 404)
  if (log.flow !== null) {
    const exchange = await api.get<FlowDetail>(`/api/flows/${log.flow}`, {}, signal)
    return { log, process: null, exchange }
  }
  if (log.connection === null) return { log, process: null, exchange: null }
  const [flow] = await api.get<FlowRow[]>('/api/flows', { connection: log.connection, limit: 1 }, signal)
  if (flow?.kind !== 'stdio') return { log, process: null, exchange: null }
  const { process } = await api.get<FlowDetail>(`/api/flows/${flow.id}`, {}, signal)
  return { log, process, exchange: null }
}

function Shown({ found: { log, process, exchange } }: { found: Found }) {
  const { go } = useApp()
  const { kind, text, tone, ours } = logText(log)
  const close = () => {
    narrowPane.value = 'list'
    go({ log: null })
  }
  const redacted = redactedOf(log)
  return (
    <>
      <div class="detail-head is-log">
        <span class={`log-mark tone-${tone}`}>
          <Icon name={markIcon(log, ours)} />
        </span>
        <h2 class="detail-title">
          <span class={`log-kind tone-${tone}`}>{kind}</span>
          <span class="what-note">
            {ours || exchange !== null ? 'noted by mitmcp' : 'no frame: beside the traffic'}
          </span>
        </h2>
        <CopyButton text={text} label="Copy the line (y)" small />
        <button class="icon-button" aria-label="Close the detail (Esc)" title="Close  Esc" onClick={close}>
          <Icon name="cross" />
        </button>
      </div>
      <div id="detail-body" class="detail-body" tabindex={0} role="region" aria-label="Line of the log">
        {text === '' ? <p class="faint empty">An empty line.</p> : <TextView text={text} label="Line" />}
        {exchange !== null && <Exchange detail={exchange} />}
        {redacted !== null && <p class="callout">Redacted: {redacted}</p>}
        <Facts
          title="Line"
          facts={[
            ['at', exactTime(log.at)],
            ['session', log.session],
            ['connection', log.connection === null ? null : String(log.connection)],
          ]}
        />
        {process !== null && <ProcessFacts process={process} />}
      </div>
    </>
  )
}

/** What was broken off, or taken up again: the way to its frames. */
function Exchange({ detail: { flow, frames } }: { detail: FlowDetail }) {
  const jump = useJump()
  const asked = frames.find(({ direction, messages }) => direction === 'c2s' && messages.length > 0) ?? frames[0]
  const last = frames.findLast(({ direction, sentAt }) => direction === 's2c' && sentAt !== null)
  return (
    <section class="section">
      <h3>Exchange {flow.id}</h3>
      <div class="make-fault">
        {asked !== undefined && (
          <button class="button" onClick={() => jump(asked.id)}>
            Its request <span class="mono">{frameText(asked).main}</span>
          </button>
        )}
        {last !== undefined && (
          <button class="button" onClick={() => jump(last.id)}>
            The last that was sent to the client <span class="mono">{frameText(last).main}</span>
          </button>
        )}
      </div>
    </section>
  )
}

/** Names and hashes of what was overwritten: equal secrets have equal hashes. */
function redactedOf({ detail }: LogRow): string | null {
  if (typeof detail !== 'object' || detail === null || !('redacted' in detail)) return null
  const { redacted } = detail
  if (!Array.isArray(redacted)) return null
  const spans = redacted as readonly { readonly name: string; readonly hash: string }[]
  return spans.map(({ name, hash }) => `${name} · ${hash.slice(0, 8)}`).join(', ')
}
