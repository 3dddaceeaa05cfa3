import { useMemo, useState } from 'preact/hooks'
import { rawLines } from '../state/raw-lines.ts'

/** Lines drawn before one has to ask for more. */
const pageSize = 1000

/** Bytes as text, line ends and other controls spelled out: they are part of what is wrong more often than not. */
export function RawText({ bytes }: { bytes: Uint8Array }) {
  const [shown, setShown] = useState(pageSize)
  const lines = useMemo(() => rawLines(new TextDecoder().decode(bytes)), [bytes])
  return (
    <>
      <pre class="text-view mono" aria-label="Raw text">
        {lines.slice(0, shown).map(({ text, end }, at) => (
          <div key={at}>
            {text}
            <span class="line-end">{end}</span>
          </div>
        ))}
      </pre>
      {lines.length > shown && (
        <button class="button" onClick={() => setShown(shown + pageSize * 5)}>
          Show more ({lines.length - shown} lines)
        </button>
      )}
    </>
  )
}
