import { useEffect, useMemo, useState } from 'preact/hooks'
import type { ApiError, FrameDetail } from '../../../src/api/contract.ts'
import { errorOf } from '../api/client.ts'
import { useApp } from '../app-context.ts'
import { hexLines } from '../state/hex-lines.ts'
import { sizeText } from '../state/size-format.ts'
import { CopyButton } from './copy-button.tsx'
import { ErrorCard } from './error-card.tsx'
import { RawText } from './raw-text.tsx'

/** Frames over this are loaded on request only. */
const loadAtOnce = 1_048_576
/** Lines of the hex view drawn at a time: 16 KiB. */
const hexPage = 1024

/** The bytes as received, transfer framing and all. */
export function RawTab({ frame }: { frame: FrameDetail }) {
  const { api } = useApp()
  const [bytes, setBytes] = useState<Uint8Array | null>(null)
  const [error, setError] = useState<ApiError | null>(null)
  const [wanted, setWanted] = useState(frame.length <= loadAtOnce)
  const [hex, setHex] = useState(false)
  useEffect(() => {
    if (!wanted) return
    const ended = new AbortController()
    api.bytes(`/api/frames/${frame.id}/raw`, ended.signal).then(setBytes, (cause: unknown) => {
      if (!ended.signal.aborted) setError(errorOf(cause))
    })
    return () => ended.abort()
  }, [frame.id, wanted])

  if (error !== null) return <ErrorCard error={error} />
  if (!wanted)
    return (
      <p class="callout">
        The frame has {sizeText(frame.length)}.
        <button class="button" onClick={() => setWanted(true)}>
          Load it
        </button>
      </p>
    )
  if (bytes === null) return <p class="faint empty">Loading…</p>
  return (
    <>
      <div class="raw-tools">
        <div class="segments" role="group" aria-label="Shown as">
          <button class="segment" aria-pressed={!hex} onClick={() => setHex(false)}>
            Text
          </button>
          <button class="segment" aria-pressed={hex} onClick={() => setHex(true)}>
            Hex
          </button>
        </div>
        <span class="faint num">
          {frame.length} bytes at {frame.direction} offset {frame.offset}
        </span>
        <CopyButton text={() => new TextDecoder().decode(bytes)} label="Copy as text" small />
      </div>
      {frame.redactions.length > 0 && (
        <p class="callout">
          {frame.redactions.length === 1 ? 'A secret is' : `${frame.redactions.length} secrets are`} overwritten here;
          on the wire nothing was changed.
        </p>
      )}
      {hex ? <HexView bytes={bytes} /> : <RawText bytes={bytes} />}
    </>
  )
}

function HexView({ bytes }: { bytes: Uint8Array }) {
  const [shown, setShown] = useState(hexPage)
  const lines = useMemo(() => hexLines(bytes, 0, shown), [bytes, shown])
  const total = Math.ceil(bytes.length / 16)
  return (
    <>
      <pre class="hex mono" aria-label="Bytes in hexadecimal">
        {lines.map(({ offset, hex, text }) => (
          <div key={offset} class="hex-line">
            <span class="hex-offset">{offset}</span>
            <span>{hex}</span>
            <span class="hex-text">{text}</span>
          </div>
        ))}
      </pre>
      {total > shown && (
        <button class="button" onClick={() => setShown(shown + hexPage * 2)}>
          Show more ({sizeText((total - shown) * 16)} left)
        </button>
      )}
    </>
  )
}
