import { useEffect, useState } from 'preact/hooks'
import type { ApiError, DryRun, WrittenRule } from '../../../src/api/contract.ts'
import { errorOf } from '../api/client.ts'
import { useApp } from '../app-context.ts'
import { frameText } from '../state/frame-text.ts'
import { countText } from '../state/size-format.ts'
import { clockTime } from '../state/time-format.ts'
import { DirectionMark } from './direction-mark.tsx'
import { ErrorCard } from './error-card.tsx'
import { FrameLabel } from './frame-label.tsx'
import { Icon } from './icon.tsx'

/** Which recorded frames the rule's match would have hit. */
export function DryRunButton({ rule, ready }: { rule: WrittenRule; ready: boolean }) {
  const { api } = useApp()
  const [result, setResult] = useState<DryRun | null>(null)
  const [error, setError] = useState<ApiError | null>(null)
  const [busy, setBusy] = useState(false)
  const { match } = rule
  useEffect(() => setResult(null), [match, rule.fault])
  const run = async () => {
    setBusy(true)
    setError(null)
    try {
      setResult(await api.send<DryRun>('POST', '/api/rules/dry-run', { rule }))
    } catch (cause) {
      setError(errorOf(cause))
    }
    setBusy(false)
  }
  return (
    <section class="dry-run" aria-label="Dry run">
      <button type="button" class="button" disabled={!ready || busy} onClick={() => void run()}>
        <Icon name="search" /> What would it have hit?
      </button>
      {error !== null && <ErrorCard error={error} />}
      {result !== null && <Hits result={result} />}
    </section>
  )
}

function Hits({ result: { searched, hits, frames } }: { result: DryRun }) {
  const { go } = useApp()
  return (
    <>
      <p role="status">
        Would have hit <strong class="num">{countText(hits)}</strong> of the last{' '}
        <span class="num">{countText(searched)}</span> frames.
      </p>
      <ul class="related-list">
        {frames.toReversed().map((row) => (
          <li key={row.id}>
            <button type="button" class="related" onClick={() => go({ view: 'traffic', frame: row.id }, true)}>
              <span class="related-time num">{clockTime(row.receivedLastAt)}</span>
              <DirectionMark direction={row.direction} />
              <span class="cell-what">
                <FrameLabel text={frameText(row)} />
              </span>
              <span class="num faint">#{row.id}</span>
            </button>
          </li>
        ))}
      </ul>
      {hits > frames.length && <p class="faint">The newest {frames.length} are listed.</p>}
    </>
  )
}
