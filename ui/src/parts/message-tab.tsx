import { useMemo, useState } from 'preact/hooks'
import type { ApiError, FrameDetail } from '../../../src/api/contract.ts'
import { errorOf } from '../api/client.ts'
import { useApp } from '../app-context.ts'
import { parseEventBlock, type EventBlock } from '../state/event-block.ts'
import { parseJson } from '../state/json-parse.ts'
import { messageText } from '../state/message-text.ts'
import { sizeText } from '../state/size-format.ts'
import { BodyMarks } from './body-marks.tsx'
import { CallLine } from './call-line.tsx'
import { ErrorCard } from './error-card.tsx'
import { HeadView } from './head-view.tsx'
import { JsonView } from './json-view.tsx'
import { TextView } from './text-view.tsx'

/** What the frame says: JSON as a tree, an event's fields, a head, or text. */
export function MessageTab({ frame }: { frame: FrameDetail }) {
  const whole = useWhole(frame)
  const text = messageText({ kind: frame.kind, text: whole.text })
  const json = useMemo(() => parseJson(text), [text])
  if (frame.kind === 'head') return <HeadView frame={frame} />
  return (
    <>
      <CallLine frame={frame} />
      <BodyMarks frame={frame} />
      {frame.kind === 'close' && frame.label !== null && <p class="callout">{frame.label}</p>}
      {frame.kind === 'event' && <EventFields block={parseEventBlock(whole.text)} />}
      {whole.cut && (
        <p class="callout">
          Only the first part is shown; the frame has {sizeText(frame.size)}.
          <button class="button" onClick={whole.load} disabled={whole.busy}>
            {whole.busy ? 'Loading…' : 'Load all'}
          </button>
        </p>
      )}
      {whole.error !== null && <ErrorCard error={whole.error} />}
      {frame.textLossy && <p class="callout">Not UTF-8: shown byte by byte. Raw has the bytes.</p>}
      {text === '' ? (
        <p class="faint empty">No content.</p>
      ) : json === null ? (
        <TextView text={text} />
      ) : (
        <JsonView root={json} text={text} />
      )}
    </>
  )
}

/** The text, cut by the API at 1 MiB until all of it is asked for. */
function useWhole(frame: FrameDetail) {
  const { api } = useApp()
  const [text, setText] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError | null>(null)
  const load = async () => {
    setBusy(true)
    try {
      const bytes = await api.bytes(`/api/frames/${frame.id}/payload`)
      setText(new TextDecoder(frame.textLossy ? 'latin1' : 'utf-8').decode(bytes))
    } catch (cause) {
      setError(errorOf(cause))
    }
    setBusy(false)
  }
  return { text: text ?? frame.text, cut: frame.textCut && text === null, busy, error, load: () => void load() }
}

function EventFields({ block }: { block: EventBlock }) {
  const fields = [
    ['event', block.event],
    ['id', block.id],
    ['retry', block.retry],
  ] as const
  const given = fields.filter(([, value]) => value !== null)
  if (given.length + block.comments.length + block.unknown.length === 0) return null
  return (
    <dl class="fields">
      {given.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class="mono">{value === '' ? <span class="faint">empty</span> : value}</dd>
        </div>
      ))}
      {block.comments.map((comment, at) => (
        <div key={at}>
          <dt>comment</dt>
          <dd class="mono faint">{comment}</dd>
        </div>
      ))}
      {block.unknown.map((line, at) => (
        <div key={at}>
          <dt>unknown</dt>
          <dd class="mono tone-warn">{line}</dd>
        </div>
      ))}
    </dl>
  )
}
